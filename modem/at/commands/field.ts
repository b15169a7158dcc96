/**
 * The field language of the command table: what one parameter is on the line and in TypeScript, both ways. Types of
 * parameters and responses are inferred from it.
 */
import { lineBytes, lineText, splitTokens } from "./tokens.ts";

/** What is wrong with a field's text or value. Never the value of a secret. */
export class FieldError extends Error {
  override readonly name = "FieldError";
}

export interface Field<T, Optional extends boolean = boolean> {
  /** The field as it stands on the line; throws a `FieldError` for a value that cannot. */
  format(value: T): string;
  /** The value of a token, quotes included; throws a `FieldError`. */
  parse(token: string): T;
  readonly optional: Optional;
  /** True when no record, error or log may have it. */
  readonly secret: boolean;
  /** `rest` takes all that is left of the line. */
  readonly takes: "one" | "rest";
}

/** Fields by name, in the order of the line. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

export type ValueOf<F> = F extends { parse(token: string): infer T } ? T : never;
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K]["optional"] extends true ? K : never }[keyof F];

/** The object that stands for a line's fields; absent optional fields are absent members. */
export type Values<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: ValueOf<F[K]> | undefined;
};

/** A field of its own making. */
export function field<T>(codec: { format(value: T): string; parse(token: string): T }): Field<T, false> {
  return { ...codec, optional: false, secret: false, takes: "one" };
}

export function optional<T>(inner: Field<T>): Field<T, true> {
  return { ...inner, optional: true };
}

export function secret<T, O extends boolean>(inner: Field<T, O>): Field<T, O> {
  return { ...inner, secret: true };
}

/** A whole number, limits included. */
export function integer(least = -2_147_483_648, most = 4_294_967_295): Field<number, false> {
  const check = (value: number, shown: string) => {
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new FieldError(`${shown} is no whole number from ${least} to ${most}`);
  };
  return field({
    format: (value) => String(check(value, String(value))),
    parse: (token) => check(/^[+-]?[0-9]{1,15}$/.test(token) ? Number(token) : Number.NaN, show(token)),
  });
}

/** A number that is always the same and tells entries of one command apart: the opcode of %CMNG. */
export function constant<N extends number>(number: N): Field<N, false> {
  return field<N>({
    format: () => String(number),
    parse: (token) => (token === String(number) ? number : refuse(`${show(token)} is not ${number}`)),
  });
}

/** A string that is always the same, in quotes: the first parameter of AT#XCARRIER. */
export function constantText<const T extends string>(text: T): Field<T, false> {
  return field<T>({
    format: () => `"${text}"`,
    parse: (token) => (token === `"${text}"` ? text : refuse(`${show(token)} is not "${text}"`)),
  });
}

/** A number with a name: `{ home: 1, roaming: 5 }`. */
export function named<const T extends Readonly<Record<string, number>>>(table: T): Field<keyof T & string, false> {
  const names = new Map(Object.entries(table).map(([name, number]) => [String(number), name]));
  return field<keyof T & string>({
    format: (value) =>
      Object.hasOwn(table, value) ? String(table[value]) : refuse(`${show(value)} is none of ${list(table)}`),
    parse: (token) => names.get(token) ?? refuse(`${show(token)} is none of ${[...names.keys()].join(", ")}`),
  });
}

/** A quoted word with a name: `{ ipv4: "IP" }`. */
export function word<const T extends Readonly<Record<string, string>>>(table: T): Field<keyof T & string, false> {
  const names = new Map(Object.entries(table).map(([name, text]) => [text.toUpperCase(), name]));
  return field<keyof T & string>({
    format: (value) =>
      Object.hasOwn(table, value) ? `"${table[value]}"` : refuse(`${show(value)} is none of ${list(table)}`),
    parse: (token) => names.get(unquote(token).toUpperCase()) ?? refuse(`${show(token)} is none of ${list(table)}`),
  });
}

/** Text in quotes, `longest` octets or fewer, on one line. */
export function quoted(longest = 1_024): Field<string, false> {
  return field({
    format: (value) => {
      const text = encodeText(value);
      if (/["\r\n]/.test(text)) refuse("a quote or a line end cannot stand in quotes");
      return `"${bounded(text, longest)}"`;
    },
    parse: (token) => decodeText(bounded(unquote(token), longest)),
  });
}

/** Octets in quotes, line ends among them: the content of %CMNG. */
export function quotedOctets(longest: number): Field<Uint8Array, false> {
  return field({
    format: (value) => {
      if (value.includes(0x22)) refuse("a quote cannot stand in quotes");
      return `"${bounded(lineText(value), longest)}"`;
    },
    parse: (token) => lineBytes(bounded(unquote(token), longest)),
  });
}

/** Text without quotes; quotes around it are tolerated where a modem adds them. */
export function bare(longest = 1_024): Field<string, false> {
  return field({
    format: (value) => {
      const text = encodeText(value);
      if (/[",\r\n]/.test(text)) refuse("a quote, a comma or a line end cannot stand in bare text");
      return bounded(text, longest);
    },
    parse: (token) => decodeText(bounded(token.startsWith('"') ? unquote(token) : token, longest)),
  });
}

/** Text in quotes, or a number as text, which has none. Quotes may be missing when it comes. */
export function numberOrText(longest = 255): Field<string, false> {
  const [quotes, plain] = [quoted(longest), bare(longest)];
  return field({
    format: (value) => (/^-?[0-9]{1,10}$/.test(value) ? value : quotes.format(value)),
    parse: (token) => plain.parse(token),
  });
}

/** A number as `"0x0001"`, in quotes. */
export function quotedMask(): Field<number, false> {
  const number = prefixedHex();
  return field({
    format: (value) => `"0x${value.toString(16).padStart(4, "0")}"`,
    parse: (token) => number.parse(unquote(token)),
  });
}

/** Octets as hexadecimal digits in quotes, upper case; `unit` is what a length elsewhere counts, digits here. */
export function hex(most = 4_096): Field<Uint8Array, false> {
  return field({
    format: (value) => {
      if (value.length > most) refuse(`${value.length} octets are more than ${most}`);
      return `"${toHex(value)}"`;
    },
    parse: (token) => {
      const text = bounded(token.startsWith('"') ? unquote(token) : token, 2 * most);
      if (!/^([0-9A-Fa-f]{2})*$/.test(text)) refuse("it is no string of hexadecimal octets");
      return fromHex(text);
    },
  });
}

/** A number as hexadecimal digits in quotes, as many as `digits`: "0901". */
export function hexNumber(digits: number): Field<number, false> {
  return field({
    format: (value) =>
      Number.isSafeInteger(value) && value >= 0 && value < 16 ** digits
        ? `"${value.toString(16).toUpperCase().padStart(digits, "0")}"`
        : refuse(`${value} does not fit ${digits} hexadecimal digits`),
    parse: (token) => {
      const text = unquote(token);
      return /^[0-9A-Fa-f]{1,8}$/.test(text) ? Number.parseInt(text, 16) : refuse(`${show(token)} is not hexadecimal`);
    },
  });
}

/** A number as `0x1f`, without quotes. */
export function prefixedHex(): Field<number, false> {
  return field({
    format: (value) => `0x${value.toString(16)}`,
    parse: (token) => (/^0x[0-9A-Fa-f]{1,8}$/.test(token) ? Number(token) : refuse(`${show(token)} is no 0x… number`)),
  });
}

/** Words and then numbers, by spaces: `ME PDN ACT 0`, `PRACH CE-LEVEL 2`. */
export function phrase(): Field<{ readonly words: string; readonly numbers: readonly number[] }, false> {
  return field({
    format: ({ words, numbers }) => [words, ...numbers].join(" "),
    parse: (token) => {
      const parts = bounded(token, 256).split(" ");
      let first = parts.length;
      while (first > 1 && /^-?[0-9]{1,10}$/.test(parts[first - 1] ?? "")) first--;
      return { words: parts.slice(0, first).join(" "), numbers: parts.slice(first).map(Number) };
    },
  });
}

/** All that is left, one value a token. Absent and empty are the same. */
export function listOf<T>(inner: Field<T>, most = 64): Field<readonly T[], false> {
  return {
    ...field<readonly T[]>({
      format: (values) => values.map((value) => inner.format(value)).join(","),
      parse: (token) => {
        const tokens = token === "" ? [] : splitTokens(token);
        if (tokens.length > most) refuse(`${tokens.length} values are more than ${most}`);
        return tokens.map((each) => inner.parse(each.trim()));
      },
    }),
    secret: inner.secret,
    takes: "rest",
  };
}

/** All that is left, as it stands: for text that has commas without quotes. */
export function remainder(longest = 4_096): Field<string, false> {
  return {
    ...field({
      format: (value: string) => {
        const text = encodeText(value);
        if (/[\r\n]/.test(text)) refuse("a line end cannot stand in it");
        return bounded(text, longest);
      },
      parse: (token) => decodeText(bounded(token, longest)),
    }),
    takes: "rest",
  };
}

/** Values in round brackets: `(0,1,4)`. */
export function bracketed<T>(inner: Field<T>): Field<readonly T[], false> {
  const values = listOf(inner);
  return field({
    format: (value) => `(${values.format(value)})`,
    parse: (token) => (/^\(.*\)$/.test(token) ? values.parse(token.slice(1, -1)) : refuse("brackets are missing")),
  });
}

/** The fields of a line from its text. `strict` refuses more tokens than there are fields. */
export function parseFields<F extends Fields>(fields: F, text: string, strict: boolean): Values<F> {
  const tokens = text === "" ? [] : splitTokens(text);
  const values: Record<string, unknown> = {};
  let next = 0;
  for (const [name, each] of Object.entries(fields)) {
    const token = each.takes === "rest" ? tokens.slice(next).join(",").trim() : (tokens[next] ?? "").trim();
    next = each.takes === "rest" ? tokens.length : next + 1;
    if (token === "" && each.optional) continue;
    if (token === "" && each.takes === "one") throw new FieldError(`${name} is missing`);
    try {
      values[name] = each.parse(token);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      throw new FieldError(each.secret ? `${name} is not well-formed` : `${name}: ${error.message}`);
    }
  }
  if (strict && tokens.length > next) throw new FieldError(`${tokens.length - next} parameters are too many`);
  return values as Values<F>;
}

/** The text of a line's fields; absent ones at the end leave nothing. `hide` is written for secrets. */
export function formatFields<F extends Fields>(fields: F, values: Values<F>, hide?: string): string {
  const texts: string[] = [];
  let used = 0;
  for (const [name, each] of Object.entries(fields)) {
    const value = (values as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) {
      if (!each.optional) throw new FieldError(`${name} is missing`);
      texts.push("");
      continue;
    }
    try {
      const text = each.secret && hide !== undefined ? hide : each.format(value);
      texts.push(text);
      if (text !== "") used = texts.length;
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      throw new FieldError(each.secret ? `${name} cannot be sent` : `${name}: ${error.message}`);
    }
  }
  return texts.slice(0, used).join(",");
}

function refuse(message: string): never {
  throw new FieldError(message);
}

function show(token: string): string {
  return JSON.stringify(token.length > 40 ? `${token.slice(0, 40)}…` : token);
}

function list(table: Readonly<Record<string, unknown>>): string {
  return Object.keys(table).join(", ");
}

function unquote(token: string): string {
  return /^"[^"]*"$/.test(token) ? token.slice(1, -1) : refuse("quotes are missing");
}

function bounded(text: string, longest: number): string {
  return text.length <= longest ? text : refuse(`${text.length} octets are more than ${longest}`);
}

function encodeText(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for.
  return /^[\x00-\x7f]*$/.test(value) ? value : lineText(new TextEncoder().encode(value));
}

/** UTF-8 where it is that, else one character per octet. */
function decodeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for.
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(lineBytes(text));
  } catch {
    return text;
  }
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  );
}
