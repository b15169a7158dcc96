/** A device's console as it comes over a wire or out of a file: octets in, lines of plain text out. */
import { MAX_LINE_CHARACTERS, plainText } from "./plainText.ts";

export class LineSplitter {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: false });
  #rest = "";

  /** The lines that are whole now. A carriage return alone ends none: terminals use it to write a line again. */
  push(chunk: Uint8Array | string): string[] {
    const text = typeof chunk === "string" ? chunk : this.#decoder.decode(chunk, { stream: true });
    const [first = "", ...others] = text.split("\n");
    this.#rest = (this.#rest + first).slice(0, MAX_LINE_CHARACTERS);
    if (others.length === 0) return [];
    const lines = [this.#rest, ...others.slice(0, -1)];
    this.#rest = others.at(-1)!.slice(0, MAX_LINE_CHARACTERS);
    return lines.map(plainText);
  }

  /** The last line, which nothing ended; none when there is nothing left. */
  end(): string[] {
    const rest = this.#rest + this.#decoder.decode();
    this.#rest = "";
    return rest === "" ? [] : [plainText(rest)];
  }
}
