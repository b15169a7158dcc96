/**
 * Gives a WebSocket what there is, in portions: one in each turn of the event loop, so that the app goes on, and no more
 * than the socket gets rid of.
 */
import type { WebSocket } from "ws";

/** Characters sent in one turn of the event loop. */
const PORTION = 262_144;
/** Octets that may wait in the socket. */
const HIGH_WATER = 1_048_576;

export interface PumpSource {
  /** The next message; undefined: there is none now. */
  next(): string | undefined;
  /** Everything was given to the socket, and the socket takes more. */
  drained(): void;
}

export class Pump {
  readonly #socket: WebSocket;
  readonly #source: PumpSource;
  #scheduled = false;
  /** The socket had no room: the message that goes out next goes on. */
  #stalled = false;
  #closed = false;

  constructor(socket: WebSocket, source: PumpSource) {
    this.#socket = socket;
    this.#source = source;
  }

  /** There is something new. */
  wake(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  close(): void {
    this.#closed = true;
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    let portion = PORTION;
    while (!this.#closed) {
      this.#stalled = this.#socket.bufferedAmount > HIGH_WATER;
      if (this.#stalled) return;
      if (portion <= 0) {
        this.wake();
        return;
      }
      const message = this.#source.next();
      if (message === undefined) {
        this.#source.drained();
        return;
      }
      portion -= message.length;
      this.#socket.send(message, this.#sent);
    }
  };

  readonly #sent = (): void => {
    if (this.#stalled) this.wake();
  };
}
