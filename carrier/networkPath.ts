/**
 * The transport as the modem's link allows it: no session without registration and PDN, and none survives their loss.
 */
import type { Modem, ModemErrorShape, RegistrationStatus } from "../ports/modem.ts";
import type { CloseReason, OpenOutcome, OpenRequest, Session, SessionHandlers, Transport } from "../ports/transport.ts";
import type { Traffic } from "../services/lwm2m/device/statisticsObject.ts";

export function isRegistered(status: RegistrationStatus): boolean {
  return status === "home" || status === "roaming";
}

/** @param traffic is told of each datagram. */
export function networkPath(modem: Modem, transport: Transport, traffic?: Traffic): Transport {
  const sessions = new Set<LinkedSession>();
  const stop = modem.subscribe((notification) => {
    if (notification.kind === "registration" && !isRegistered(notification.status)) {
      for (const session of [...sessions]) session.lose();
    }
  });
  return {
    async open(request: OpenRequest): Promise<OpenOutcome> {
      if (!isRegistered(modem.registration)) return { kind: "noRoute", detail: "the modem is not registered" };
      try {
        await modem.activatePdn();
      } catch (error) {
        return pdnFailure(error as ModemErrorShape);
      }
      const outcome = await transport.open(request);
      if (outcome.kind !== "open") return outcome;
      if (!isRegistered(modem.registration)) {
        // While the handshake went on.
        outcome.session.suspend();
        outcome.session.close();
        return { kind: "noRoute", detail: "the modem is no longer registered" };
      }
      const session: LinkedSession = new LinkedSession(outcome.session, traffic, () => sessions.delete(session));
      sessions.add(session);
      return { kind: "open", session };
    },
    listen: (at, onSession) => transport.listen(at, onSession),
    async close() {
      stop();
      await transport.close();
    },
  };
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
class LinkedSession implements Session {
  readonly #inner: Session;
  readonly #traffic: Traffic | undefined;
  readonly #forget: () => void;
  #handlers: SessionHandlers | undefined;
  #closed = false;

  constructor(inner: Session, traffic: Traffic | undefined, forget: () => void) {
    this.#inner = inner;
    this.#traffic = traffic;
    this.#forget = forget;
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
    this.#inner.attach({
      onDatagram: (bytes) => {
        this.#traffic?.received(bytes.length);
        handlers.onDatagram(bytes);
      },
      onClose: (reason) => this.#end(reason),
    });
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
    this.#end({ kind: "local" });
  }
  park(): void {
    park(this.#inner);
    this.#end({ kind: "local" });
  }

  /** The modem is no longer registered: nothing can be said to the peer. */
  lose(): void {
    this.#end({ kind: "linkLost" });
    this.#inner.suspend();
    park(this.#inner);
  }

  #end(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#forget();
    this.#handlers?.onClose(reason);
  }
}
