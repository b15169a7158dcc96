/** The records of one download over HTTP, each caused by the one before it (`trace/RECORDS.md`, kind `http`). */
import type { Trace } from "../../ports/trace.ts";
import { publicUrl } from "./schemes.ts";

/** `progress` records of one download, whatever its size. */
const MAX_PROGRESS_RECORDS = 20;

const REQUEST = { from: "library", to: "firmwareHost" } as const;
const RESPONSE = { from: "firmwareHost", to: "library" } as const;

export class HttpRecorder {
  readonly #trace: Trace | undefined;
  #cause: number | undefined;
  #url = "";
  #step = 0;
  #next = 0;

  constructor(trace: Trace | undefined) {
    this.#trace = trace;
    this.#cause = trace?.cause;
  }

  /** Before the first octet is sent; `securityTags` are those whose CA certificates are applied. */
  connect(url: URL, securityTags: readonly number[] | undefined): void {
    this.#url = publicUrl(url);
    this.#record("connect", { ...REQUEST, ...(securityTags === undefined ? {} : { securityTags }) });
  }

  request(offset: number): void {
    this.#record("request", { ...REQUEST, offset });
  }

  response(status: number): void {
    this.#record("response", { ...RESPONSE, status });
  }

  /** Says from where to where the body goes, so that its progress is told in even steps. */
  begin(from: number, to: number): void {
    this.#step = Math.max(1, Math.ceil((to - from) / MAX_PROGRESS_RECORDS));
    this.#next = from + this.#step;
  }

  progress(bytes: number): void {
    if (this.#step === 0 || bytes < this.#next) return;
    while (this.#next <= bytes) this.#next += this.#step;
    this.#record("progress", { bytes });
  }

  end(bytes: number): void {
    this.#record("end", { bytes });
  }

  error(url: URL, bytes: number, detail: string): void {
    this.#url = publicUrl(url);
    this.#record("error", { bytes, detail });
  }

  #record(phase: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#trace === undefined) return;
    const cause = this.#cause === undefined ? {} : { cause: this.#cause };
    this.#cause = this.#trace.record({ kind: "http", ...cause, phase, url: this.#url, ...fields });
  }
}
