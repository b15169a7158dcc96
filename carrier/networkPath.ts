/**
 * The transport as the modem's link allows it: no session without registration and PDN, and none survives their loss.
 */
import type { Modem, ModemErrorShape, RegistrationStatus } from "../ports/modem.ts";
import type {
  CloseReason,
  Listener,
  OpenOutcome,
  OpenRequest,
  PeerAddress,
  Session,
  SessionHandlers,
  Transport,
} from "../ports/transport.ts";
import type { Traffic } from "../services/lwm2m/device/statisticsObject.ts";

export function isRegistered(status: RegistrationStatus): boolean {
  return status === "home" || status === "roaming";
}

/** @param traffic is told of each datagram. */
export function networkPath(modem: Modem, transport: Transport, traffic?: Traffic): NetworkPath {
  return new ModemPath(modem, transport, traffic);
}

export interface NetworkPath extends Transport {
  /** Arrivals of all sessions wait, of those to come as well, until `unpause`. */
  pause(): void;
  unpause(): void;
}

class ModemPath implements NetworkPath {
  readonly #modem: Modem;
  readonly #transport: Transport;
  readonly #traffic: Traffic | undefined;
  readonly #stop: () => void;
  #sessions: readonly LinkedSession[] = [];
  #paused = false;

  constructor(modem: Modem, transport: Transport, traffic: Traffic | undefined) {
    this.#modem = modem;
    this.#transport = transport;
    this.#traffic = traffic;
    this.#stop = modem.subscribe((notification) => {
      if (notification.kind === "registration" && !isRegistered(notification.status)) {
        for (const session of this.#sessions) session.lose();
      }
    });
  }

  async open(request: OpenRequest): Promise<OpenOutcome> {
    const modem = this.#modem;
    if (!isRegistered(modem.registration)) return { kind: "noRoute", detail: "the modem is not registered" };
    try {
      await modem.activatePdn();
    } catch (error) {
      return pdnFailure(error as ModemErrorShape);
    }
    const outcome = await this.#transport.open(request);
    if (outcome.kind !== "open") return outcome;
    if (!isRegistered(modem.registration)) {
      // While the handshake went on.
      outcome.session.suspend();
      outcome.session.close();
      return { kind: "noRoute", detail: "the modem is no longer registered" };
    }
    const session = new LinkedSession(outcome.session, this.#traffic, this);
    this.#sessions = this.#sessions.concat(session);
    if (this.#paused) session.pause();
    return { kind: "open", session };
  }

  listen(at: PeerAddress, onSession: (session: Session) => void): Promise<Listener> {
    return this.#transport.listen(at, onSession);
  }

  pause(): void {
    this.#paused = true;
    for (const session of this.#sessions) session.pause();
  }

  unpause(): void {
    this.#paused = false;
    for (const session of this.#sessions) if (!this.#paused) session.unpause();
  }

  fallSilent(): void {
    this.#transport.fallSilent?.();
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#transport.close();
  }

  /** The session has ended. */
  forget(session: LinkedSession): void {
    this.#sessions = this.#sessions.filter((other) => other !== session);
  }
}

function pdnFailure({ code, rejectCause, message }: ModemErrorShape): OpenOutcome {
  if (code !== "pdnRefused") return { kind: "noRoute", detail: message };
  return { kind: "pdn", detail: message, ...(rejectCause !== undefined && { cause: rejectCause }) };
}

function park(session: Session): void {
  if (session.park === undefined) session.close();
  else session.park();
}

/** A session that ends when the link does. */
class LinkedSession implements Session, SessionHandlers {
  readonly #inner: Session;
  readonly #traffic: Traffic | undefined;
  readonly #path: ModemPath;
  #handlers: SessionHandlers | undefined;
  #closed = false;

  constructor(inner: Session, traffic: Traffic | undefined, path: ModemPath) {
    this.#inner = inner;
    this.#traffic = traffic;
    this.#path = path;
  }

  get peer() {
    return this.#inner.peer;
  }
  get local() {
    return this.#inner.local;
  }
  get identity() {
    return this.#inner.identity;
  }
  get secure() {
    return this.#inner.secure;
  }
  get maxDatagram() {
    return this.#inner.maxDatagram;
  }

  attach(handlers: SessionHandlers): void {
    this.#handlers = handlers;
    this.#inner.attach(this);
  }

  onDatagram(bytes: Uint8Array): void {
    this.#traffic?.received(bytes.length);
    this.#handlers?.onDatagram(bytes);
  }

  onClose(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#path.forget(this);
    this.#handlers?.onClose(reason);
  }

  send(bytes: Uint8Array): void {
    this.#traffic?.sent(bytes.length);
    this.#inner.send(bytes);
  }
  suspend(): void {
    this.#inner.suspend();
  }
  resume(): void {
    this.#inner.resume();
  }
  pause(): void {
    this.#inner.pause();
  }
  unpause(): void {
    this.#inner.unpause();
  }
  close(): void {
    this.#inner.close();
    this.onClose({ kind: "local" });
  }
  park(): void {
    park(this.#inner);
    this.onClose({ kind: "local" });
  }

  /** The modem is no longer registered: nothing can be said to the peer. */
  lose(): void {
    this.onClose({ kind: "linkLost" });
    this.#inner.suspend();
    park(this.#inner);
  }
}
