/** Tokens (RFC 7252 §5.3.1). Ours are four random octets, kept as a number; the peer's are zero to eight octets. */
import type { Random } from "../../ports/random.ts";

const OWN_TOKEN_OCTETS = 4;

/** Random octets cost more to ask for than to have: enough for so many tokens are asked for at once. */
const TOKENS_AT_ONCE = 16;

export class TokenSource {
  readonly #random: Random;
  #octets = new Uint8Array(0);
  #used = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  draw(): number {
    if (this.#used === this.#octets.length) {
      this.#octets = Uint8Array.from(this.#random.bytes(TOKENS_AT_ONCE * OWN_TOKEN_OCTETS));
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += OWN_TOKEN_OCTETS;
    return readUint32(this.#octets, at);
  }
}

export function nextToken(token: number): number {
  return (token + 1) >>> 0;
}

/** As octets, big-endian. */
export function writeOwnToken(token: number): Uint8Array {
  const bytes = new Uint8Array(OWN_TOKEN_OCTETS);
  bytes[0] = token >>> 24;
  bytes[1] = token >>> 16;
  bytes[2] = token >>> 8;
  bytes[3] = token;
  return bytes;
}

/** Undefined when it cannot be one of ours. */
export function readOwnToken(bytes: Uint8Array): number | undefined {
  if (bytes.length !== OWN_TOKEN_OCTETS) return undefined;
  return readUint32(bytes, 0);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, "0"));

/** Hexadecimal, lower case: how a token is keyed and recorded. */
export function formatToken(token: Uint8Array): string {
  let text = "";
  for (let at = 0; at < token.length; at++) text += HEX[token[at]!];
  return text;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
