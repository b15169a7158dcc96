/** A transport with something in its way: every datagram of its sessions passes through it, both ways. */
import type {
  CloseReason,
  Listener,
  OpenOutcome,
  OpenRequest,
  PeerAddress,
  PeerIdentity,
  Session,
  SessionHandlers,
  Transport,
} from "../../ports/transport.ts";

export interface Tap {
  /** Takes a datagram and passes it on, now, later, changed, more than once or not at all. */
  pass(bytes: Uint8Array, direction: "in" | "out", session: Session, forward: (bytes: Uint8Array) => void): void;
}

export function tapTransport(inner: Transport, tap: Tap): Transport {
  return {
    async open(request: OpenRequest): Promise<OpenOutcome> {
      const outcome = await inner.open(request);
      return outcome.kind === "open" ? { kind: "open", session: new TappedSession(outcome.session, tap) } : outcome;
    },
    listen(at: PeerAddress, onSession: (session: Session) => void): Promise<Listener> {
      return inner.listen(at, (session) => onSession(new TappedSession(session, tap)));
    },
    fallSilent: () => inner.fallSilent?.(),
    close: () => inner.close(),
  };
}

class TappedSession implements Session, SessionHandlers {
  readonly #inner: Session;
  readonly #tap: Tap;
  #handlers: SessionHandlers | undefined;
  #ended = false;
  readonly #forward = (bytes: Uint8Array): void => {
    if (!this.#ended) this.#inner.send(bytes);
  };
  readonly #deliver = (bytes: Uint8Array): void => {
    if (!this.#ended) this.#handlers?.onDatagram(bytes);
  };

  constructor(inner: Session, tap: Tap) {
    this.#inner = inner;
    this.#tap = tap;
  }

  get peer(): PeerAddress {
    return this.#inner.peer;
  }
  get local(): PeerAddress {
    return this.#inner.local;
  }
  get identity(): PeerIdentity {
    return this.#inner.identity;
  }
  get secure(): boolean {
    return this.#inner.secure;
  }
  get maxDatagram(): number {
    return this.#inner.maxDatagram;
  }

  attach(handlers: SessionHandlers): void {
    this.#handlers = handlers;
    this.#inner.attach(this);
  }

  onDatagram(bytes: Uint8Array): void {
    this.#tap.pass(bytes, "in", this.#inner, this.#deliver);
  }

  onClose(reason: CloseReason): void {
    this.#ended = true;
    this.#handlers?.onClose(reason);
  }

  send(bytes: Uint8Array): void {
    this.#tap.pass(bytes, "out", this.#inner, this.#forward);
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
  }
  park(): void {
    if (this.#inner.park === undefined) this.#inner.close();
    else this.#inner.park();
  }
}
