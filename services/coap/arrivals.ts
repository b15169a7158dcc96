/** Where a session's datagrams and its end go: held until someone is attached, and while it is paused. */
import type { CloseReason, SessionHandlers } from "../../ports/transport.ts";

/** Datagrams held; what comes beyond is lost, as in a full socket buffer. */
const MAX_HELD = 256;

export class Arrivals {
  #handlers: SessionHandlers | undefined = undefined;
  #held: Uint8Array[] = [];
  #paused = false;
  #ended: CloseReason | undefined = undefined;
  #told = false;

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  attach(handlers: SessionHandlers): void {
    this.#handlers = handlers;
    this.#drain();
  }

  /** False when it could not be kept. */
  deliver(bytes: Uint8Array): boolean {
    if (this.#ended !== undefined) return false;
    if (this.#handlers !== undefined && !this.#paused && this.#held.length === 0) {
      this.#handlers.onDatagram(bytes);
      return true;
    }
    if (this.#held.length >= MAX_HELD) return false;
    this.#held.push(bytes);
    return true;
  }

  pause(): void {
    this.#paused = true;
  }

  unpause(): void {
    this.#paused = false;
    this.#drain();
  }

  /** Reported once. */
  end(reason: CloseReason): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    // What arrived before the peer's end still counts; after our own nobody wants it.
    if (reason.kind === "local") this.#held = [];
    this.#drain();
  }

  #drain(): void {
    if (this.#handlers === undefined) return;
    while (!this.#paused && this.#held.length > 0) this.#handlers.onDatagram(this.#held.shift()!);
    if (this.#ended === undefined || this.#told || this.#held.length > 0) return;
    this.#told = true;
    this.#handlers.onClose(this.#ended);
  }
}
