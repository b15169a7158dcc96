/** The option table (RFC 7252 §5.10, RFC 7641 §2, RFC 7959 §2.1 and §4) and its value formats (RFC 7252 §3.2). */

export type OptionFormat = "empty" | "opaque" | "uint" | "string";

export interface OptionDefinition {
  readonly number: number;
  readonly name: string;
  readonly format: OptionFormat;
  /** Length of the value in octets. */
  readonly min: number;
  readonly max: number;
  readonly repeatable?: true;
}

export const OPTION = {
  ifMatch: { number: 1, name: "If-Match", format: "opaque", min: 0, max: 8, repeatable: true },
  uriHost: { number: 3, name: "Uri-Host", format: "string", min: 1, max: 255 },
  etag: { number: 4, name: "ETag", format: "opaque", min: 1, max: 8, repeatable: true },
  ifNoneMatch: { number: 5, name: "If-None-Match", format: "empty", min: 0, max: 0 },
  observe: { number: 6, name: "Observe", format: "uint", min: 0, max: 3 },
  uriPort: { number: 7, name: "Uri-Port", format: "uint", min: 0, max: 2 },
  locationPath: { number: 8, name: "Location-Path", format: "string", min: 0, max: 255, repeatable: true },
  uriPath: { number: 11, name: "Uri-Path", format: "string", min: 0, max: 255, repeatable: true },
  contentFormat: { number: 12, name: "Content-Format", format: "uint", min: 0, max: 2 },
  maxAge: { number: 14, name: "Max-Age", format: "uint", min: 0, max: 4 },
  uriQuery: { number: 15, name: "Uri-Query", format: "string", min: 0, max: 255, repeatable: true },
  accept: { number: 17, name: "Accept", format: "uint", min: 0, max: 2 },
  locationQuery: { number: 20, name: "Location-Query", format: "string", min: 0, max: 255, repeatable: true },
  block2: { number: 23, name: "Block2", format: "uint", min: 0, max: 3 },
  block1: { number: 27, name: "Block1", format: "uint", min: 0, max: 3 },
  size2: { number: 28, name: "Size2", format: "uint", min: 0, max: 4 },
  proxyUri: { number: 35, name: "Proxy-Uri", format: "string", min: 1, max: 1034 },
  proxyScheme: { number: 39, name: "Proxy-Scheme", format: "string", min: 1, max: 255 },
  size1: { number: 60, name: "Size1", format: "uint", min: 0, max: 4 },
} as const satisfies Record<string, OptionDefinition>;

const HIGHEST = 60;
const BY_NUMBER: readonly (OptionDefinition | undefined)[] = (() => {
  const table = new Array<OptionDefinition | undefined>(HIGHEST + 1).fill(undefined);
  for (const definition of Object.values(OPTION)) table[definition.number] = definition;
  return table;
})();

export function optionDefinition(number: number): OptionDefinition | undefined {
  return number <= HIGHEST ? BY_NUMBER[number] : undefined;
}

/** Name of an option, or `Option 65000` for one that is not in the table. */
export function optionName(number: number): string {
  return optionDefinition(number)?.name ?? `Option ${number}`;
}

/** A critical option must be understood (RFC 7252 §5.4.1): its number is odd. */
export function isCritical(number: number): boolean {
  return (number & 1) === 1;
}

/** Big-endian without leading zeros; zero is empty (RFC 7252 §3.2). Up to 2^32 − 1. */
export function encodeUint(value: number): Uint8Array {
  const octets = value === 0 ? 0 : value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffffff ? 3 : 4;
  const bytes = new Uint8Array(octets);
  for (let at = octets - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 256)) bytes[at] = rest & 0xff;
  return bytes;
}

/** Of at most four octets; leading zeros are taken as they come. */
export function decodeUint(bytes: Uint8Array): number {
  let value = 0;
  for (let at = 0; at < bytes.length; at++) value = value * 256 + bytes[at]!;
  return value;
}

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function encodeText(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** Undefined when the octets are no UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  let ascii = "";
  for (let at = 0; at < bytes.length; at++) {
    const octet = bytes[at]!;
    if (octet > 0x7f) return decodeUtf8(bytes);
    ascii += String.fromCharCode(octet);
  }
  return ascii;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
