/** Octets in JSON: `{"$bytes":"01ff"}`, hexadecimal. */

/** For `JSON.stringify`. It looks behind `toJSON`, so that a Buffer becomes octets as well. */
export function replacer(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown> | undefined)?.[key];
  return raw instanceof Uint8Array ? { $bytes: toHex(raw) } : value;
}

/** How much is looked at for octets: what is larger or deeper is written as if it held some. */
const MOST_VALUES = 20_000;
const DEEPEST = 64;

/** The text of `JSON.stringify(value, replacer)`, which calls back for each value in it: only where there may be octets. */
export function jsonText(value: unknown): string {
  return mayHoldOctets(value, DEEPEST, { values: MOST_VALUES })
    ? JSON.stringify(value, replacer)
    : JSON.stringify(value);
}

/** False for plain objects and lists of what JSON has itself. */
function mayHoldOctets(value: unknown, depth: number, left: { values: number }): boolean {
  // A function may be what `toJSON` names.
  if (typeof value !== "object" || value === null) return typeof value === "function";
  if (depth === 0 || --left.values < 0) return true;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) if (mayHoldOctets(value[at], depth - 1, left)) return true;
    return false;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return true;
  for (const key in value) if (mayHoldOctets((value as Record<string, unknown>)[key], depth - 1, left)) return true;
  return false;
}

/** For `JSON.parse`: the counterpart of `replacer`. What only looks like octets is left as it is. */
export function reviver(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("$bytes" in value)) return value;
  const hex = value.$bytes;
  if (typeof hex !== "string" || Object.keys(value).length !== 1 || !/^(?:[0-9a-f]{2})*$/i.test(hex)) return value;
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
