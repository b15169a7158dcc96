/** Octets in JSON: `{"$bytes":"01ff"}`, hexadecimal. */

/** For `JSON.stringify`. It looks behind `toJSON`, so that a Buffer becomes octets as well. */
export function replacer(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown> | undefined)?.[key];
  return raw instanceof Uint8Array ? { $bytes: toHex(raw) } : value;
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
