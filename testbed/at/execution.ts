/** One command under way: its answer, sent in one piece, and the data that may follow. */

import { type FinalResult, formatFinal } from "../../modem/at/commands/text.ts";
import { lineText } from "../../modem/at/commands/tokens.ts";
import type { RawLength } from "../../modem/at/line/atLineReader.ts";
import type { Call } from "./unit.ts";

export interface ExecutionOptions {
  /** Sends an answer, whole. */
  readonly send: (text: string) => void;
  /** Sends what comes after the answer. */
  readonly sendLater: (text: string) => void;
  readonly expectRaw: (length: RawLength) => void;
  /** The numbers of errors are shown. */
  readonly showsNumbers: () => boolean;
}

/** What data mode keeps until `+++`. */
const MAX_DATA_OCTETS = 4_096;

export class Execution implements Call {
  readonly #options: ExecutionOptions;
  readonly #given = new AbortController();
  #answer = "";
  #ended = false;
  #after: (() => void | Promise<void>) | undefined;
  #data: { readonly chunks: Uint8Array[]; octets: number; readonly complete: (octets: Uint8Array) => void } | undefined;
  #onDataExpected: (() => void) | undefined;

  constructor(options: ExecutionOptions) {
    this.#options = options;
  }

  /** Aborted by `giveUp`. */
  get signal(): AbortSignal {
    return this.#given.signal;
  }

  /** Nobody waits for the answer any more: none is sent. */
  giveUp(): void {
    this.#given.abort();
  }

  /** The final result has been sent. */
  get ended(): boolean {
    return this.#ended;
  }

  line(text: string): void {
    this.raw(`\r\n${text}\r\n`);
  }

  raw(octets: Uint8Array | string): void {
    const text = typeof octets === "string" ? octets : lineText(octets);
    if (this.#ended) this.#options.sendLater(text);
    else this.#answer += text;
  }

  ok(): void {
    this.#end({ kind: "ok" });
  }

  error(cme?: number): void {
    this.#refuse(cme === undefined ? undefined : { kind: "cme", number: cme });
  }

  cms(number: number): void {
    this.#refuse({ kind: "cms", number });
  }

  after(work: () => void | Promise<void>): void {
    this.#after = work;
  }

  /** What `after` was given; once. */
  async finish(): Promise<void> {
    const work = this.#after;
    this.#after = undefined;
    await work?.();
  }

  /** The same as `data`, and tells that the line takes commands again. */
  async dataAndExit(octets?: number): Promise<Uint8Array> {
    const data = await this.data(octets);
    this.line("#XDATAMODE: 0");
    return data;
  }

  data(octets?: number): Promise<Uint8Array> {
    this.#options.expectRaw(octets ?? "escape");
    const data = new Promise<Uint8Array>((resolve, reject) => {
      const aborted = () => reject(new Error("the application was reset"));
      this.signal.addEventListener("abort", aborted, { once: true });
      this.#data = {
        chunks: [],
        octets: 0,
        complete: (whole) => {
          this.signal.removeEventListener("abort", aborted);
          resolve(whole);
        },
      };
      if (this.signal.aborted) aborted();
    });
    this.#onDataExpected?.();
    return data;
  }

  /** Resolves when the command wants data: the line is read on for them. */
  dataExpected(): Promise<void> {
    if (this.#data !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDataExpected = resolve;
    });
  }

  /** Octets of data; `done` with the last of them. What is too much is lost. */
  take(octets: Uint8Array, done: boolean): void {
    const data = this.#data;
    if (data === undefined) return;
    const kept = octets.slice(0, Math.max(0, MAX_DATA_OCTETS - data.octets));
    data.chunks.push(kept);
    data.octets += kept.length;
    if (!done) return;
    this.#data = undefined;
    data.complete(Uint8Array.from(Buffer.concat(data.chunks)));
  }

  #refuse(numbered: FinalResult | undefined): void {
    this.#end(numbered !== undefined && this.#options.showsNumbers() ? numbered : { kind: "error" });
  }

  /** There is one final result: a second one is not sent. */
  #end(result: FinalResult): void {
    if (this.#ended || this.signal.aborted) return;
    this.#ended = true;
    this.#options.send(this.#answer + formatFinal(result));
  }
}
