/** Everything that is printed: the colours and symbols, and where there are none. */
import type { OutputStream } from "./io.ts";

/** SGR parameters (ECMA-48 §8.3.117); readable on dark and light grounds alike. */
const STYLES = {
  strong: "1",
  faint: "2",
  good: "32",
  bad: "31",
  warning: "33",
  name: "36",
} as const;
export type StyleName = keyof typeof STYLES;

const UNICODE = { good: "✔", bad: "✖", warning: "▲", item: "•", prompt: "❯", dash: "–" } as const;
const ASCII: Readonly<Record<keyof typeof UNICODE, string>> = {
  good: "+",
  bad: "x",
  warning: "!",
  item: "*",
  prompt: ">",
  dash: "-",
};

const DEFAULT_COLUMNS = 100;
const LEAST_COLUMNS = 20;
/** Characters of text beside a name. */
const LEAST_TEXT = 20;

export class Terminal {
  readonly #stream: OutputStream;
  /** Someone looks at it as it comes. */
  readonly live: boolean;
  readonly color: boolean;
  /** Plain ASCII instead of box drawing characters. */
  readonly ascii: boolean;
  readonly symbols: Readonly<Record<keyof typeof UNICODE, string>>;
  readonly #width: number | undefined;

  constructor(stream: OutputStream, env: Readonly<Record<string, string | undefined>>) {
    const dumb = env.TERM === "dumb";
    const width = Number(env.COLUMNS);
    this.#stream = stream;
    this.live = stream.isTTY === true;
    this.color = wantsColor(env) ?? (this.live && !dumb);
    this.ascii = dumb;
    this.symbols = this.ascii ? ASCII : UNICODE;
    this.#width = Number.isInteger(width) && width > 0 ? width : undefined;
  }

  /** Characters in a line. */
  get columns(): number {
    const width = (this.live ? this.#stream.columns : undefined) ?? this.#width ?? DEFAULT_COLUMNS;
    return Math.max(LEAST_COLUMNS, width);
  }

  /** For a `ChartRenderer`. */
  get chartOptions(): { readonly columns: number; readonly color: boolean; readonly ascii: boolean } {
    return { columns: this.columns, color: this.color, ascii: this.ascii };
  }

  style(name: StyleName, text: string): string {
    return this.color ? `\u001b[${STYLES[name]}m${text}\u001b[0m` : text;
  }

  /** `✔ text` */
  marked(mark: "good" | "bad" | "warning", text: string): string {
    return `${this.style(mark, this.symbols[mark])} ${text}`;
  }

  line(text = ""): void {
    this.#stream.write(`${text}\n`);
  }

  lines(texts: readonly string[]): void {
    for (const text of texts) this.line(text);
  }

  /** Two columns: names, and what belongs to them, broken between words; below each other where it is too narrow. */
  table(rows: readonly (readonly [name: string, text: string])[], indent = "  "): void {
    const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
    const beside = this.columns - indent.length - width;
    for (const [name, text] of rows) {
      const [first = "", ...rest] = wrap(text, beside >= LEAST_TEXT ? beside : this.columns - indent.length - 2);
      if (beside < LEAST_TEXT) {
        this.line(`${indent}${this.style("faint", name)}`);
        this.lines([first, ...rest].map((line) => `${indent}  ${line}`));
      } else {
        this.line(`${indent}${this.style("faint", name.padEnd(width))}${first}`);
        this.lines(rest.map((line) => `${indent}${" ".repeat(width)}${line}`));
      }
    }
  }
}

/** Text in lines of at most `width` characters; a word that is longer stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** FORCE_COLOR wins as with Node itself, then NO_COLOR (https://no-color.org); undefined when neither is set. */
function wantsColor({ FORCE_COLOR, NO_COLOR }: Readonly<Record<string, string | undefined>>): boolean | undefined {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return (NO_COLOR ?? "") === "" ? undefined : false;
}

/** Text of a peer without what would move the cursor or change colours. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\u00b7");
}
