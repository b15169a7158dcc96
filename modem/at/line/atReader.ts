/**
 * The host's side of the line: octets become lines, and the raw octets that belong to some of them. It keeps no more
 * than one line and one body, and knows of commands only what it is told.
 *
 *   octets ─▶ line ends ─▶ [open quote: goes on] ─▶ [body: counted octets, or the next line] ─▶ item
 */
import { hasOpenQuote, lineText } from "../commands/tokens.ts";

export const MAX_LINE_OCTETS = 8_192;
/** Two digits for each octet of the longest piece that a socket gives. */
export const MAX_BODY_OCTETS = 8_192;

export type AtItem =
  | { readonly kind: "line"; readonly text: string; readonly body?: Uint8Array }
  /** Octets that are no line: too many without a line end. */
  | { readonly kind: "dropped"; readonly octets: number };

export interface AtReaderOptions {
  readonly onItem: (item: AtItem) => void;
  /** What belongs to a line: so many raw octets, the next line, or nothing. */
  readonly bodyOf: (line: string) => number | "line" | undefined;
  /** True for a line in which a quoted string may have line ends. */
  readonly mayGoOn: (line: string) => boolean;
}

const CR = 0x0d;
const LF = 0x0a;

export class AtReader {
  readonly #options: AtReaderOptions;
  #line = "";
  /** Octets of a line that has become too long. */
  #overlong = 0;
  /** The line that waits for the next one. */
  #header: string | undefined;
  /** The line that waits for raw octets. */
  #body: { readonly header: string; readonly octets: Uint8Array; filled: number } | undefined;
  /** The LF of a CR LF is still to come and does not count. */
  #skipLf = false;

  constructor(options: AtReaderOptions) {
    this.#options = options;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#skipLf) {
        this.#skipLf = false;
        if (chunk[at] === LF) at++;
        if (this.#body?.octets.length === 0) this.#endBody();
      } else if (this.#body !== undefined) at = this.#fillBody(chunk, at);
      else at = this.#fillLine(chunk, at);
    }
  }

  /** Forgets what has begun: the next octet begins a line. */
  reset(): void {
    this.#line = "";
    this.#overlong = 0;
    this.#header = undefined;
    this.#body = undefined;
    this.#skipLf = false;
  }

  #fillLine(chunk: Uint8Array, from: number): number {
    let end = from;
    while (end < chunk.length && chunk[end] !== CR && chunk[end] !== LF) end++;
    this.#append(lineText(chunk.subarray(from, end)));
    if (end === chunk.length) return end;
    this.#endLine(chunk[end] === CR ? "\r" : "\n");
    return end + 1;
  }

  #append(text: string): void {
    if (this.#overlong > 0) this.#overlong += text.length;
    else if (this.#line.length + text.length > MAX_LINE_OCTETS) {
      this.#overlong = this.#line.length + text.length;
      this.#line = "";
    } else this.#line += text;
  }

  #endLine(end: "\r" | "\n"): void {
    if (this.#overlong > 0) {
      const octets = this.#overlong;
      this.#overlong = 0;
      this.#options.onItem({ kind: "dropped", octets });
      return;
    }
    const line = this.#line;
    if (line === "") return;
    if (this.#options.mayGoOn(line) && hasOpenQuote(line)) {
      this.#append(end);
      return;
    }
    this.#line = "";
    if (this.#header !== undefined && this.#endHeader(line)) return;
    const body = this.#options.bodyOf(line);
    if (body === "line") this.#header = line;
    else if (body !== undefined && body <= MAX_BODY_OCTETS) {
      this.#body = { header: line, octets: new Uint8Array(body), filled: 0 };
      this.#skipLf = end === "\r";
      if (body === 0 && !this.#skipLf) this.#endBody();
    } else this.#options.onItem({ kind: "line", text: line });
  }

  /** Gives the line that has waited; true when `line` was what it waited for. Only a PDU can be that. */
  #endHeader(line: string): boolean {
    const text = this.#header ?? "";
    this.#header = undefined;
    const isPdu = /^([0-9A-Fa-f]{2})+$/.test(line);
    const body = Uint8Array.from(line, (character) => character.charCodeAt(0));
    this.#options.onItem({ kind: "line", text, ...(isPdu && { body }) });
    return isPdu;
  }

  #fillBody(chunk: Uint8Array, from: number): number {
    const body = this.#body!;
    const part = chunk.subarray(from, from + body.octets.length - body.filled);
    body.octets.set(part, body.filled);
    body.filled += part.length;
    if (body.filled === body.octets.length) this.#endBody();
    return from + part.length;
  }

  #endBody(): void {
    const { header: text, octets: body } = this.#body!;
    this.#body = undefined;
    this.#options.onItem({ kind: "line", text, body });
  }
}
