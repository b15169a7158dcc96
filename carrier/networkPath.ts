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
  Transport,
} from "../ports/transport.ts";
import { SessionOver } from "../services/coap/sessionOver.ts";
import type { Traffic } from "../services/lwm2m/device/statisticsObject.ts";

export function isRegistered(status: RegistrationStatus): boolean {
  return status === "home" || status === "roaming";
}

/** @param traffic is told of each datagram. */
export function networkPath(modem: Modem, transport: Transport, traffic?: Traffic): NetworkPath {
  return new ModemPath(modem, transport, traffic);
}

export type NetworkPath = Transport & Required<Pick<Transport, "pause" | "unpause">>;

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
    this.#transport.pause?.();
  }

  unpause(): void {
    this.#paused = false;
    // What one lets through may pause all again.
    for (const session of this.#sessions) if (!this.#paused) session.unpause();
    if (!this.#paused) this.#transport.unpause?.();
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

/** A session that ends when the link does. */
class LinkedSession extends SessionOver {
  readonly #traffic: Traffic | undefined;
  readonly #path: ModemPath;
  #closed = false;

  constructor(inner: Session, traffic: Traffic | undefined, path: ModemPath) {
    super(inner);
    this.#traffic = traffic;
    this.#path = path;
  }

  override onDatagram(bytes: Uint8Array): void {
    this.#traffic?.received(bytes.length);
    super.onDatagram(bytes);
  }

  override onClose(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#path.forget(this);
    super.onClose(reason);
  }

  override send(bytes: Uint8Array): void {
    this.#traffic?.sent(bytes.length);
    super.send(bytes);
  }

  override close(): void {
    super.close();
    this.onClose({ kind: "local" });
  }

  override park(): void {
    super.park();
    this.onClose({ kind: "local" });
  }

  /** The modem is no longer registered: nothing can be said to the peer. */
  lose(): void {
    this.onClose({ kind: "linkLost" });
    this.suspend();
    super.park();
  }
}
