/** The tokens of mscgen's language: words, quoted strings, punctuation and arrows. */
import type { Position } from "./chart.ts";
import { ChartSyntaxError } from "./errors.ts";

export type TokenKind = "word" | "string" | "symbol" | "end";

export interface Token extends Position {
  readonly kind: TokenKind;
  /** A string's content without its quotes, anything else as written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Longest first, so that `=>>` is not read as `=>`. */
// biome-ignore format: a table
const SYMBOLS = [
  "<<=>>", "<<=", "=>>", "<<>>", "<=>", "<->", "<:>", "|||", "...", "---",
  "<<", ">>", "<=", "=>", "<-", "->", "<:", ":>", "{", "}", "[", "]", ",", ";", "=",
] as const;
/** The lost message: `-x` to the right, `x-` to the left. The second could begin a word, hence the blank or quote after it. */
const LOST = /-[xX](?![\w])|[xX]-(?=[\s"A-Za-z_])/y;
const BLANK = /(?:\s+|#[^\n]*|\/\/[^\n]*)+/y;
const BLOCK_COMMENT = "/*";
const WORD = /[A-Za-z0-9_.]+/y;

/** A generous bound: the longest chart here has 1,700 characters. */
const MAX_CHART_LENGTH = 1024 * 1024;

/** Cuts a chart into tokens; the last one is of kind `end`. */
export function scan(source: string, chart?: string): Token[] {
  const positionOf = positions(source);
  const fail = (at: number, expected: string, found: string): never => {
    throw new ChartSyntaxError(positionOf(at), expected, found, chart);
  };
  if (source.length > MAX_CHART_LENGTH) fail(0, `at most ${MAX_CHART_LENGTH} characters`, String(source.length));

  const tokens: Token[] = [];
  let offset = 0;
  const add = (kind: TokenKind, end: number, text = source.slice(offset, end)) => {
    tokens.push({ kind, text, start: offset, end, ...positionOf(offset) });
    offset = end;
  };
  while (offset < source.length) {
    const blank = lengthOf(BLANK, source, offset);
    if (blank > 0) {
      offset += blank;
    } else if (source.startsWith(BLOCK_COMMENT, offset)) {
      const end = source.indexOf("*/", offset + 2);
      if (end === -1) fail(offset, "an end of the comment, */", "the end of the chart");
      offset = end + 2;
    } else if (source[offset] === '"') {
      const end = endOfString(source, offset);
      if (end === -1) fail(offset, 'a closing quote, "', "the end of the chart");
      add("string", end, source.slice(offset + 1, end - 1).replaceAll('\\"', '"'));
    } else {
      const lost = lengthOf(LOST, source, offset);
      const symbol = SYMBOLS.find((text) => source.startsWith(text, offset));
      const word = lengthOf(WORD, source, offset);
      if (lost > 0) add("symbol", offset + lost, source.slice(offset, offset + lost).toLowerCase());
      else if (symbol !== undefined) add("symbol", offset + symbol.length);
      else if (word > 0) add("word", offset + word);
      else fail(offset, "a name, a string, an arrow or punctuation", JSON.stringify(source[offset]));
    }
  }
  add("end", source.length, "");
  return tokens;
}

/** Offset behind the closing quote, -1 when there is none. */
function endOfString(source: string, start: number): number {
  for (let i = start + 1; i < source.length; i++) {
    if (source[i] === "\\" && source[i + 1] === '"') i++;
    else if (source[i] === '"') return i + 1;
  }
  return -1;
}

function lengthOf(pattern: RegExp, source: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.exec(source)?.[0].length ?? 0;
}

function positions(source: string): (offset: number) => Position {
  const starts = [0];
  for (let i = source.indexOf("\n"); i !== -1; i = source.indexOf("\n", i + 1)) starts.push(i + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}
