/**
 * Gives a WebSocket what there is, in portions: gathered for as long as a page shows one picture, because each message costs
 * a call of the system; one in a turn of the event loop, so that the app goes on; no more than the socket gets rid of.
 */
import { performance } from "node:perf_hooks";
import type { WebSocket } from "ws";
import { guarded } from "./closeCodes.ts";

/** A page draws no faster, ms. */
const PICTURE_MS = 16;
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
  /** The next turn waits for a picture to be due. */
  #gathers = false;
  /** The socket had no room: the message that goes out next goes on. */
  #stalled = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  /** When the last message went out, ms. */
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(socket: WebSocket, source: PumpSource) {
    this.#socket = socket;
    this.#source = source;
  }

  /** There is something new; `much`: so much that it does not wait for more. */
  wake(much = false): void {
    if (this.#closed || (this.#scheduled && !(much && this.#gathers))) return;
    const rest = this.#sentAt + PICTURE_MS - performance.now();
    if (rest <= 0 || much) {
      this.#goOn();
      return;
    }
    this.#scheduled = true;
    this.#gathers = true;
    this.#timer = setTimeout(this.#turn, rest);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #goOn(): void {
    clearTimeout(this.#timer);
    this.#gathers = false;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => guarded(this.#socket, () => this.#give());

  #give(): void {
    this.#scheduled = false;
    this.#gathers = false;
    let portion = PORTION;
    while (!this.#closed) {
      this.#stalled = this.#socket.bufferedAmount > HIGH_WATER;
      if (this.#stalled) return;
      if (portion <= 0) {
        this.#goOn();
        return;
      }
      const message = this.#source.next();
      if (message === undefined) {
        this.#source.drained();
        return;
      }
      portion -= message.length;
      this.#sentAt = performance.now();
      this.#socket.send(message, this.#sent);
    }
  }

  readonly #sent = (): void => {
    if (this.#stalled && !this.#scheduled && !this.#closed) this.#goOn();
  };
}
