/** %CMNG: credentials by security tag. A private key or PSK is written and compared by digest, never read back. */
import { many, set } from "./command.ts";
import { constant, integer, named, optional, quoted, quotedOctets, secret } from "./field.ts";

/** %CMNG <type>; those from 6 on are the modem's own. */
export const CREDENTIAL_TYPES = {
  ca: 0,
  certificate: 1,
  privateKey: 2,
  psk: 3,
  pskIdentity: 4,
  publicKey: 5,
  devicePublicKey: 6,
  reserved: 7,
  endorsementKey: 8,
  ownershipKey: 9,
  nordicIdentityCa: 10,
  nordicBasePublicKey: 11,
  reserved12: 12,
  assetEncryptionKey: 13,
} as const;

/** What a command line of 4096 octets leaves for the content. */
export const MAX_CREDENTIAL_OCTETS = 4_064;

const tag = integer(0, 4_294_967_295);
const type = named(CREDENTIAL_TYPES);
const content = secret(quotedOctets(8_192));
const digest = quoted(64);

export const CREDENTIALS = {
  cmngWrite: set(
    "%CMNG",
    { opcode: constant(0), tag, type, content, password: optional(secret(quoted(256))) },
    { timeoutMs: 30_000 },
  ),
  cmngList: set(
    "%CMNG",
    { opcode: constant(1), tag: optional(tag), type: optional(type) },
    { response: many({ tag, type, digest: optional(digest) }), timeoutMs: 30_000 },
  ),
  cmngRead: set(
    "%CMNG",
    { opcode: constant(2), tag, type },
    { response: many({ tag, type, digest, content }, { multiline: true }), timeoutMs: 30_000 },
  ),
  cmngDelete: set("%CMNG", { opcode: constant(3), tag, type }, { timeoutMs: 30_000 }),
} as const;
