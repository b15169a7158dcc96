/** A line at the bottom of a terminal that is written again and again; nothing where nobody looks on. */
import { clip } from "../../charts/canvas.ts";
import type { OutputStream } from "../io.ts";
import type { Terminal } from "../terminal.ts";

const CLEAR = "\r\u001b[2K";

export class StatusLine {
  readonly #stream: OutputStream;
  readonly #terminal: Terminal;
  #shown = "";

  constructor(stream: OutputStream, terminal: Terminal) {
    this.#stream = stream;
    this.#terminal = terminal;
  }

  show(text: string): void {
    if (!this.#terminal.live) return;
    this.#shown = text;
    this.#stream.write(`${CLEAR}${cut(text, this.#terminal.columns - 1)}`);
  }

  /** Lines above it. */
  print(lines: readonly string[]): void {
    const shown = this.#shown;
    this.clear();
    this.#terminal.lines(lines);
    if (shown !== "") this.show(shown);
  }

  clear(): void {
    if (this.#shown !== "") this.#stream.write(CLEAR);
    this.#shown = "";
  }
}

/** Text with styles in at most `width` cells. */
function cut(text: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: styles are escape sequences.
  const parts = text.split(/(\u001b\[[\d;]*m)/);
  let left = width;
  return parts
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const shown = clip(part, Math.max(0, left));
      left -= [...shown].length;
      return shown;
    })
    .join("");
}
