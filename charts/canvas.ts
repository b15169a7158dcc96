/** One row of a terminal: characters with styles, written over each other, then turned into text. */

/** SGR parameters (ECMA-48 §8.3.117), for example `1;31`; empty for plain. */
export type Style = string;

export class Row {
  readonly #characters: string[];
  readonly #styles: Style[];

  constructor(columns: number) {
    this.#characters = new Array<string>(columns).fill(" ");
    this.#styles = new Array<Style>(columns).fill("");
  }

  /** Writes text from `column` on; what lies outside the row is cut. */
  put(column: number, text: string, style: Style = ""): this {
    let at = column;
    for (const character of text) {
      if (at >= 0 && at < this.#characters.length) {
        this.#characters[at] = character;
        this.#styles[at] = style;
      }
      at++;
    }
    return this;
  }

  /** The row without blanks at its end. */
  toString(color: boolean): string {
    const length = this.#characters.findLastIndex((character) => character !== " ") + 1;
    if (!color) return this.#characters.slice(0, length).join("");
    let text = "";
    let style: Style = "";
    for (let i = 0; i < length; i++) {
      const next = this.#characters[i] === " " ? style : this.#styles[i]!;
      if (next !== style) text += next === "" ? RESET : `${style === "" ? "" : RESET}\u001b[${next}m`;
      style = next;
      text += this.#characters[i];
    }
    return style === "" ? text : text + RESET;
  }
}

const RESET = "\u001b[0m";

/** Number of cells: every character here takes one. */
export function widthOf(text: string): number {
  return [...text].length;
}

/** Text in at most `width` cells; what was cut is marked. */
export function clip(text: string, width: number, mark = "…"): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return width < 1 ? "" : characters.slice(0, width - widthOf(mark)).join("") + mark;
}
