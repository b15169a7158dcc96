/** The words and signs of a filter. */

export type FilterToken = {
  readonly type: "word" | "string" | "pattern" | "sign" | "end";
  /** Without quotes. */
  readonly text: string;
  /** First character, and the one after the last. */
  readonly from: number;
  readonly to: number;
};

/** What is wrong with a filter, where, and what would be right. */
export interface FilterProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly hint: string;
}

export class FilterError extends Error {
  override readonly name = "FilterError";
  readonly problem: FilterProblem;

  constructor(problem: FilterProblem) {
    super(`${problem.message} ${problem.hint}`);
    this.problem = problem;
  }
}

/** Longest first. */
export const SIGNS = ["==", "!=", "<=", ">=", "&&", "||", "!~", "(", ")", "!", "~", "<", ">", "="] as const;

/** Those of them that stand between a field and a value. */
export const COMPARISONS: ReadonlySet<string> = new Set(["==", "=", "!=", "~", "!~", "<", "<=", ">", ">="]);

/** What a word cannot contain; a single `|` stands in the names of transitions. */
const ENDS_WORD = /^(?:[\s()"'=!~<>]|&&|\|\|)/;

/** Ends with an `end` token. Throws `FilterError` for text that does not end. */
export function scanFilter(text: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (/\s/.test(character)) {
      at++;
      continue;
    }
    const from = at;
    if (character === '"' || character === "'") {
      const { value, to } = quoted(text, from, character);
      tokens.push({ type: "string", text: value, from, to });
      at = to;
      continue;
    }
    // A pattern stands only where a value is looked for: elsewhere a slash begins a path.
    const patternEnd = character === "/" && isMatch(tokens.at(-1)) ? endOfPattern(text, from) : undefined;
    if (patternEnd !== undefined) {
      tokens.push({ type: "pattern", text: text.slice(from + 1, patternEnd - 1), from, to: patternEnd });
      at = patternEnd;
      continue;
    }
    const sign = SIGNS.find((one) => text.startsWith(one, at));
    if (sign !== undefined) {
      at += sign.length;
      tokens.push({ type: "sign", text: sign, from, to: at });
      continue;
    }
    while (at < text.length && !ENDS_WORD.test(text.slice(at, at + 2))) at++;
    if (at === from) at++;
    tokens.push({ type: "word", text: text.slice(from, at), from, to: at });
  }
  tokens.push({ type: "end", text: "", from: text.length, to: text.length });
  return tokens;
}

function isMatch(token: FilterToken | undefined): boolean {
  return token?.type === "sign" && (token.text === "~" || token.text === "!~");
}

/** `/5/0/3` is a path, `/deferred|error/` a pattern: it ends with its second slash, `\/` being none. */
function endOfPattern(text: string, from: number): number | undefined {
  let end = from + 1;
  while (end < text.length && text[end] !== "/") end += text[end] === "\\" ? 2 : 1;
  if (end >= text.length) return undefined;
  return end + 1 === text.length || /[\s)&|]/.test(text[end + 1]!) ? end + 1 : undefined;
}

function quoted(text: string, from: number, quote: string): { value: string; to: number } {
  let value = "";
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === quote) return { value, to: at + 1 };
    if (text[at] === "\\" && at + 1 < text.length) at++;
    value += text[at];
  }
  throw new FilterError({
    from,
    to: text.length,
    message: "This text does not end.",
    hint: `Close it with ${quote}.`,
  });
}
