/**
 * The filter language of the page and the terminal: `actor==register && event~"deferred"`. Words that stand alone are
 * looked for in everything that is told of a record; conditions side by side must all hold. `/…/` after `~` is a regular
 * expression of RE2: without references back and without looking ahead or behind.
 */
import { RE2JS, RE2JSException } from "re2js";
import type { TraceRecord } from "../../ports/trace.ts";
import { FILTER_FIELDS, type FilterField, searchText } from "./filterFields.ts";
import { COMPARISONS, FilterError, type FilterProblem, type FilterToken, scanFilter } from "./filterScan.ts";
import { textOf, valuesAt } from "./values.ts";

export interface CompiledFilter {
  /** True of every record when the filter is empty or cannot be understood. */
  readonly matches: (record: TraceRecord) => boolean;
  readonly empty: boolean;
  /** Why it cannot be understood. */
  readonly problem?: FilterProblem;
}

type Test = (record: TraceRecord) => boolean;

/** Parentheses and negations within each other at most. */
const MAX_DEPTH = 64;
/** Filters and patterns longer than these are not a person's. */
const MAX_FILTER = 4_000;
const MAX_PATTERN = 200;

/**
 * Never throws. Whatever the filter, a record takes at most time in proportion to its size: a pattern is not retraced, so
 * that none can hold up whoever looks, or a server that takes filters from others.
 */
export function compileFilter(text: string): CompiledFilter {
  try {
    if (text.length > MAX_FILTER)
      throw problemAt({ from: MAX_FILTER, to: text.length }, "This filter is too long.", "Simplify it.");
    const tokens = scanFilter(text);
    if (tokens.length === 1) return { matches: () => true, empty: true };
    return { matches: new Parser(tokens).whole(), empty: false };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { matches: () => true, empty: false, problem: error.problem };
  }
}

class Parser {
  readonly #tokens: readonly FilterToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly FilterToken[]) {
    this.#tokens = tokens;
  }

  whole(): Test {
    const test = this.#any();
    const rest = this.#next;
    if (rest.type !== "end") throw unexpected(rest);
    return test;
  }

  #any(): Test {
    const tests = [this.#all()];
    while (this.#take("||", "or")) tests.push(this.#all());
    return tests.length === 1 ? tests[0]! : (record) => tests.some((test) => test(record));
  }

  #all(): Test {
    const tests = [this.#one()];
    for (;;) {
      const { type, text } = this.#next;
      const stops = type === "end" || (type === "sign" && (text === ")" || text === "||")) || isWord(this.#next, "or");
      if (stops) break;
      this.#take("&&", "and");
      tests.push(this.#one());
    }
    return tests.length === 1 ? tests[0]! : (record) => tests.every((test) => test(record));
  }

  #one(): Test {
    if (++this.#depth > MAX_DEPTH) throw problemAt(this.#next, "This is nested too deep.", "Simplify it.");
    try {
      const first = this.#next;
      if (this.#take("!", "not")) {
        const test = this.#one();
        return (record) => !test(record);
      }
      if (this.#take("(")) {
        const test = this.#any();
        if (!this.#take(")")) throw problemAt(first, "This parenthesis is not closed.", "Close it with ).");
        return test;
      }
      if (first.type === "word" || first.type === "string") return this.#condition();
      throw unexpected(first);
    } finally {
      this.#depth--;
    }
  }

  #condition(): Test {
    const first = this.#shift();
    const next = this.#next;
    if (isWord(first, "has") && next.type === "word") {
      const { values } = fieldOf(this.#shift());
      return (record) => values(record).length > 0;
    }
    if (first.type === "word" && next.type === "sign" && COMPARISONS.has(next.text)) {
      const sign = this.#shift();
      const value = this.#shift();
      if (value.type === "end" || value.type === "sign")
        throw problemAt(value, `A value is missing after ${sign.text}.`, `Write ${first.text} ${sign.text} "…".`);
      return comparison(fieldOf(first), sign, value);
    }
    const wanted = first.text.toLowerCase();
    return (record) => searchText(record).includes(wanted);
  }

  get #next(): FilterToken {
    return this.#tokens[this.#at]!;
  }

  #shift(): FilterToken {
    const token = this.#next;
    if (token.type !== "end") this.#at++;
    return token;
  }

  #take(sign: string, word?: string): boolean {
    const token = this.#next;
    const is = (token.type === "sign" && token.text === sign) || (word !== undefined && isWord(token, word));
    if (is) this.#at++;
    return is;
  }
}

function fieldOf({ text }: FilterToken): FilterField {
  if (Object.hasOwn(FILTER_FIELDS, text)) return FILTER_FIELDS[text]!;
  const path = text.split(".");
  return { description: "", example: "", values: (record) => valuesAt(record, path) };
}

function comparison(field: FilterField, sign: FilterToken, value: FilterToken): Test {
  switch (sign.text) {
    case "==":
    case "=":
      return equality(field, value.text);
    case "!=": {
      const same = equality(field, value.text);
      return (record) => !same(record);
    }
    case "~":
      return match(field, value);
    case "!~": {
      const found = match(field, value);
      return (record) => !found(record);
    }
    default:
      return order(field, sign, value);
  }
}

function equality(field: FilterField, wanted: string): Test {
  const lower = wanted.toLowerCase();
  const number = numberOf(wanted);
  const equals = field.equals ?? ((one: string) => one === lower);
  return (record) =>
    field
      .values(record)
      .some((value) => (typeof value === "number" ? value === number : equals(textOf(value).toLowerCase(), lower)));
}

function match(field: FilterField, value: FilterToken): Test {
  if (value.type === "pattern") {
    const pattern = patternOf(value);
    return (record) => field.values(record).some((one) => pattern.test(textOf(one)));
  }
  const wanted = value.text.toLowerCase();
  return (record) => field.values(record).some((one) => textOf(one).toLowerCase().includes(wanted));
}

function order(field: FilterField, { text: sign }: FilterToken, value: FilterToken): Test {
  const limit = numberOf(value.text);
  if (limit === undefined)
    throw problemAt(value, `${value.text} is no number.`, `After ${sign} comes one, like 100, 2.05 or 90s.`);
  const holds = ORDERS[sign as keyof typeof ORDERS];
  return (record) =>
    field.values(record).some((one) => {
      const number = typeof one === "string" ? numberOf(one) : one;
      return typeof number === "number" && holds(number, limit);
    });
}

const ORDERS = {
  "<": (one: number, limit: number) => one < limit,
  "<=": (one: number, limit: number) => one <= limit,
  ">": (one: number, limit: number) => one > limit,
  ">=": (one: number, limit: number) => one >= limit,
} as const;

const UNITS: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `100`, `1.5s`, `2m`: times in ms. */
function numberOf(text: string): number | undefined {
  const [, digits, unit] = /^(-?\d+(?:\.\d+)?)(ms|s|min|m|h|)$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * UNITS[unit!]!;
}

/** RE2's syntax, and its promise: a text is gone through once, whatever the pattern. */
function patternOf(token: FilterToken): RE2JS {
  const hint = 'Write it in quotes to look for it as it is: "…".';
  if (token.text.length > MAX_PATTERN)
    throw problemAt(token, `This pattern has more than ${MAX_PATTERN} characters.`, hint);
  try {
    return RE2JS.compile(token.text, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const { message } = error;
    throw problemAt(token, `This pattern cannot be read: ${message.replace("error parsing regexp: ", "")}.`, hint);
  }
}

function isWord(token: FilterToken, word: string): boolean {
  return token.type === "word" && token.text === word;
}

function unexpected(token: FilterToken): FilterError {
  if (token.type === "end")
    return problemAt(token, "Something is missing here.", "Write a word or a condition like kind == coap.");
  return problemAt(
    token,
    `${token.text} cannot stand here.`,
    "Write a word or a condition like kind == coap, or quote it.",
  );
}

function problemAt({ from, to }: Pick<FilterToken, "from" | "to">, message: string, hint: string): FilterError {
  return new FilterError({ from, to, message, hint });
}
