/** Octets in options: identities and keys. Nothing of a key gets into an error. */
import { usageError } from "../errors.ts";
import { readSmallFile } from "./smallFile.ts";

/** RFC 7925 §4.2. */
const MAX_IDENTITY_OCTETS = 128;
const MAX_KEY_OCTETS = 64;
/** Of a file with a key: its digits, and room for spaces. */
const MAX_KEY_FILE_OCTETS = 1_024;

/** Text, or octets as `hex:…`. Throws a usage error. */
export function parseIdentity(text: string): Uint8Array {
  const hex = hexAfterPrefix(text);
  const octets = hex === undefined ? new TextEncoder().encode(text) : fromHex(hex);
  if (octets === undefined) throw usageError("--psk-identity: hex: is followed by pairs of hexadecimal digits");
  if (octets.length <= MAX_IDENTITY_OCTETS) return octets;
  throw usageError(`--psk-identity: it has ${octets.length} octets; at most ${MAX_IDENTITY_OCTETS} are allowed`);
}

/** `hex:…`, `env:NAME` or `file:PATH`; the latter two hold hexadecimal digits. Rejects with a usage error. */
export async function readKey(text: string, env: Readonly<Record<string, string | undefined>>): Promise<Uint8Array> {
  const [, source, rest = ""] = /^(hex|env|file):(.*)$/s.exec(text) ?? [];
  switch (source) {
    case "hex":
      return keyOf(rest, "--psk");
    case "env":
      if (env[rest] === undefined) throw usageError(`--psk: there is no environment variable ${rest}`);
      return keyOf(env[rest], `environment variable ${rest}`);
    case "file":
      return keyOf(new TextDecoder().decode(await readSmallFile(rest, MAX_KEY_FILE_OCTETS)), rest);
    default:
      throw usageError("--psk: it is not known where the key is", "Write hex:DIGITS, env:NAME or file:PATH.");
  }
}

function keyOf(text: string, place: string): Uint8Array {
  const digits = text.trim();
  const key = fromHex(hexAfterPrefix(digits) ?? digits);
  if (key === undefined) throw usageError(`${place}: the key is not written in pairs of hexadecimal digits`);
  if (key.length >= 1 && key.length <= MAX_KEY_OCTETS) return key;
  throw usageError(`${place}: the key has ${key.length} octets; 1 to ${MAX_KEY_OCTETS} are allowed`);
}

function hexAfterPrefix(text: string): string | undefined {
  return text.startsWith("hex:") ? text.slice("hex:".length) : undefined;
}

function fromHex(digits: string): Uint8Array | undefined {
  return /^(?:[0-9a-f]{2})*$/i.test(digits) ? new Uint8Array(Buffer.from(digits, "hex")) : undefined;
}
