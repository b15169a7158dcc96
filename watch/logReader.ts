/** A device's console: octets in, lines with their times to a watcher. */
import type { LineClock } from "./lineClock.ts";
import { LineSplitter } from "./lineSplitter.ts";
import { readStamp } from "./timestamp.ts";
import type { Watcher } from "./watcher.ts";

export class LogReader {
  readonly #clock: LineClock;
  readonly #watcher: Watcher;
  readonly #splitter = new LineSplitter();

  constructor(clock: LineClock, watcher: Watcher) {
    this.#clock = clock;
    this.#watcher = watcher;
  }

  push(chunk: Uint8Array | string): void {
    for (const line of this.#splitter.push(chunk)) this.#line(line);
  }

  /** Nothing more comes. */
  end(): void {
    for (const line of this.#splitter.end()) this.#line(line);
    this.#watcher.end();
  }

  #line(line: string): void {
    const { stamp, text } = readStamp(line);
    if (this.#clock.move(stamp)) this.#watcher.start();
    this.#watcher.line(text);
  }
}
