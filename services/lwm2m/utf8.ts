/** UTF-8 between text and octets, strict in both directions (RFC 3629). */
import { Lwm2mError } from "./errors.ts";

const encoder = new TextEncoder();
/** Octets up to which a loop is faster than a TextDecoder. */
const SHORT = 24;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function encodeUtf8(text: string): Uint8Array {
  // Most text is short and ASCII: a loop is several times as fast as a TextEncoder there.
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return encoder.encode(text);
    bytes[index] = unit;
  }
  return bytes;
}

/** Throws `malformed` where the octets are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return (bytes.length <= SHORT ? decodeAscii(bytes) : undefined) ?? decodeAny(bytes);
}

/** Undefined when there is more than ASCII. */
function decodeAscii(bytes: Uint8Array): string | undefined {
  let text = "";
  for (let index = 0; index < bytes.length; index++) {
    const octet = bytes[index]!;
    if (octet > 0x7f) return undefined;
    text += String.fromCharCode(octet);
  }
  return text;
}

function decodeAny(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Lwm2mError("malformed", "not UTF-8", { cause });
  }
}

export function utf8Length(text: string): number {
  let octets = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // A pair of surrogates is two units and four octets.
    if (unit > 0x7f) octets += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return octets;
}
