/** A session over another one that hands everything on, both ways. Whoever extends it says what is otherwise. */
import type { CloseReason, PeerAddress, PeerIdentity, Session, SessionHandlers } from "../../ports/transport.ts";

export class SessionOver implements Session, SessionHandlers {
  protected readonly inner: Session;
  #handlers: SessionHandlers | undefined = undefined;

  constructor(inner: Session) {
    this.inner = inner;
  }

  get peer(): PeerAddress {
    return this.inner.peer;
  }
  get local(): PeerAddress {
    return this.inner.local;
  }
  get identity(): PeerIdentity {
    return this.inner.identity;
  }
  get secure(): boolean {
    return this.inner.secure;
  }
  get maxDatagram(): number {
    return this.inner.maxDatagram;
  }

  attach(handlers: SessionHandlers): void {
    this.#handlers = handlers;
    this.inner.attach(this);
  }

  onDatagram(bytes: Uint8Array): void {
    this.#handlers?.onDatagram(bytes);
  }

  onClose(reason: CloseReason): void {
    this.#handlers?.onClose(reason);
  }

  send(bytes: Uint8Array): void {
    this.inner.send(bytes);
  }
  suspend(): void {
    this.inner.suspend();
  }
  resume(): void {
    this.inner.resume();
  }
  pause(): void {
    this.inner.pause();
  }
  unpause(): void {
    this.inner.unpause();
  }
  close(): void {
    this.inner.close();
  }
  park(): void {
    if (this.inner.park === undefined) this.inner.close();
    else this.inner.park();
  }
}
