/** JSON text (RFC 8259) whose integers stay exact: `JSON.parse` would round those of 64 bits. */
import { Lwm2mError } from "./errors.ts";
import { decodeUtf8 } from "./utf8.ts";

/**
 * Texts, to pass over them; lists that begin with a text; integers that may be no exact number, longer ones are not.
 * A text matches without its end, too: looked for again from each of its quotes, it would take time by its square.
 */
const TOKENS = /"(?:[^"\\]|\\[\s\S]?)*"?|\[\s*(?=")|(?<![\d.eE+-])-?[1-9]\d{15,39}(?![\d.eE])/g;

/**
 * What the text says; a long integer is a list with its digits, which `exactNumber` reads. Throws `malformed`, also for
 * a list that begins with a text: no format has one.
 */
export function parseExactJson(bytes: Uint8Array, format: string): unknown {
  const text = decodeUtf8(bytes).replace(TOKENS, (token) => {
    if (token.startsWith("[")) throw new Lwm2mError("malformed", `${format}: a list of texts has no place`);
    return token.startsWith('"') ? token : `["${token}"]`;
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new Lwm2mError("malformed", `${format}: not JSON`);
  }
}

/** A number where it is exact, a bigint beyond; undefined for what is no number. */
export function exactNumber(value: unknown): number | bigint | undefined {
  if (typeof value === "number") return value;
  if (!Array.isArray(value) || value.length !== 1 || typeof value[0] !== "string") return undefined;
  const number = Number(value[0]);
  return Number.isSafeInteger(number) ? number : BigInt(value[0]);
}

export function formatNumber(value: number | bigint): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
