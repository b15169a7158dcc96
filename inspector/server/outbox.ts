/**
 * What a page is to get, in order, as messages that are as full as may be. What piles up before a page that is too slow
 * is dropped: a gap and a checkpoint stand for it.
 */
import type { WebSocket } from "ws";
import type { TraceRecord } from "../../ports/trace.ts";
import { recordsText, recordText } from "./frameText.ts";
import { Pump } from "./pump.ts";

/** Characters of one message, unless a single record or checkpoint is longer. */
const LARGEST_MESSAGE = 60_000;
/** Records that do not wait for more. */
const MANY = 256;
/** Records that may wait, those of the history that the page was given at its start not counted. */
const MAX_WAITING = 10_000;
/** Characters of frames that may wait before a further one: replies to a page that asks and does not listen. */
const MAX_FRAME_TEXT = 16_777_216;

export class Outbox {
  readonly #pump: Pump;
  /** Records with their numbers, and frames that are text already. */
  #items: (TraceRecord | string)[] = [];
  #numbers: number[] = [];
  #next = 0;
  /** Text of the item `#next`, made already. */
  #text: string | undefined;
  /** Characters of the frames that wait. */
  #frameText = 0;
  #limit = MAX_WAITING;

  /** `drained` is called when all was given to the socket and the socket takes more. */
  constructor(socket: WebSocket, drained: () => void) {
    this.#pump = new Pump(socket, {
      next: () => this.#message(),
      drained: () => {
        this.#restart([]);
        this.#limit = MAX_WAITING;
        drained();
      },
    });
  }

  get #waiting(): number {
    return this.#items.length - this.#next;
  }

  /** False: there is no room, the page is too slow. */
  record(record: TraceRecord, number: number): boolean {
    if (this.#waiting >= this.#limit) return false;
    this.#push(record, number);
    return true;
  }

  /** False: too many wait already. */
  frame(text: string): boolean {
    if (this.#frameText >= MAX_FRAME_TEXT) return false;
    this.#frameText += text.length;
    this.#push(text, -1);
    return true;
  }

  /** What `work` puts in does not count: the history is bounded by whoever keeps it. */
  unbounded(work: () => void): void {
    this.#limit = Number.POSITIVE_INFINITY;
    try {
      work();
    } finally {
      this.#limit = this.#waiting + MAX_WAITING;
    }
  }

  /** Forgets the records that wait, keeps the frames. Returns the number of the first one forgotten. */
  dropRecords(): number | undefined {
    let first: number | undefined;
    const frames: string[] = [];
    for (let index = this.#next; index < this.#items.length; index++) {
      const item = this.#items[index]!;
      if (typeof item === "string") frames.push(item);
      else first ??= this.#numbers[index];
    }
    this.#restart(frames);
    return first;
  }

  close(): void {
    this.#pump.close();
    this.#restart([]);
  }

  #push(item: TraceRecord | string, number: number): void {
    this.#items.push(item);
    this.#numbers.push(number);
    this.#pump.wake(this.#waiting >= MANY);
  }

  #restart(frames: string[]): void {
    this.#items = frames;
    this.#numbers = frames.map(() => -1);
    this.#frameText = frames.reduce((length, frame) => length + frame.length, 0);
    this.#next = 0;
    this.#text = undefined;
  }

  /** As many items as fit, at least one. */
  #message(): string | undefined {
    if (this.#waiting === 0) return undefined;
    const frames: string[] = [];
    let length = 2;
    let run: string[] = [];
    let first = 0;
    const endRun = () => {
      if (run.length > 0) frames.push(recordsText(first, run));
      run = [];
    };
    while (this.#waiting > 0) {
      const item = this.#items[this.#next]!;
      const text = this.#text ?? (typeof item === "string" ? item : recordText(item));
      if (length > 2 && length + text.length > LARGEST_MESSAGE) {
        this.#text = text;
        break;
      }
      length += text.length + 1;
      if (typeof item === "string") {
        endRun();
        frames.push(text);
        this.#frameText -= text.length;
      } else {
        const number = this.#numbers[this.#next]!;
        if (run.length > 0 && number !== first + run.length) endRun();
        if (run.length === 0) first = number;
        run.push(text);
      }
      this.#next++;
      this.#text = undefined;
    }
    endRun();
    this.#forgetSent();
    return `[${frames.join(",")}]`;
  }

  #forgetSent(): void {
    if (this.#next < MAX_WAITING || this.#next < this.#waiting) return;
    this.#items.splice(0, this.#next);
    this.#numbers.splice(0, this.#next);
    this.#next = 0;
  }
}
