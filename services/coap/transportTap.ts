/** A transport with something in its way: every datagram of its sessions passes through it, both ways. */
import type {
  CloseReason,
  Listener,
  OpenOutcome,
  OpenRequest,
  PeerAddress,
  Session,
  Transport,
} from "../../ports/transport.ts";
import { SessionOver } from "./sessionOver.ts";

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
    pause: () => inner.pause?.(),
    unpause: () => inner.unpause?.(),
    close: () => inner.close(),
  };
}

class TappedSession extends SessionOver {
  readonly #tap: Tap;
  #ended = false;
  readonly #forward = (bytes: Uint8Array): void => {
    if (!this.#ended) super.send(bytes);
  };
  readonly #deliver = (bytes: Uint8Array): void => {
    if (!this.#ended) super.onDatagram(bytes);
  };

  constructor(inner: Session, tap: Tap) {
    super(inner);
    this.#tap = tap;
  }

  override onDatagram(bytes: Uint8Array): void {
    this.#tap.pass(bytes, "in", this.inner, this.#deliver);
  }

  override onClose(reason: CloseReason): void {
    this.#ended = true;
    super.onClose(reason);
  }

  override send(bytes: Uint8Array): void {
    this.#tap.pass(bytes, "out", this.inner, this.#forward);
  }
}
