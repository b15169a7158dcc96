/** From a premaster secret to the keys of both directions: RFC 5246 §6.3 and §8.1, RFC 7627 §4, RFC 4279 §2, RFC 5489 §2. */
import { createSecretKey, type KeyObject } from "node:crypto";
import { DtlsError } from "../errors.ts";
import type { BulkCipher, Suite } from "../suites.ts";
import type { DirectionKeys } from "./cipher.ts";
import { prf } from "./prf.ts";

const MASTER_SECRET_LENGTH = 48;
const VERIFY_DATA_LENGTH = 12;

/** Octets of each part of a direction's keys: AEADs have a salt and no MAC key (RFC 5246 §6.3, RFC 6655 §3, RFC 5288 §3). */
const LENGTHS: Readonly<Record<BulkCipher, { readonly macKey: number; readonly key: number; readonly salt: number }>> =
  {
    aes128Ccm8: { macKey: 0, key: 16, salt: 4 },
    aes128Gcm: { macKey: 0, key: 16, salt: 4 },
    aes128CbcSha256: { macKey: 32, key: 16, salt: 0 },
  };

export interface MasterSecretInput {
  /** The caller's, to wipe afterwards. */
  readonly premaster: Uint8Array;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  /** SHA-256 of the handshake through ClientKeyExchange: given, it makes an extended master secret (RFC 7627 §4). */
  readonly sessionHash?: Uint8Array | undefined;
}

export function masterSecret({ premaster, clientRandom, serverRandom, sessionHash }: MasterSecretInput): KeyObject {
  const secret = createSecretKey(premaster);
  const master = sessionHash
    ? prf(secret, "extended master secret", sessionHash, MASTER_SECRET_LENGTH)
    : prf(secret, "master secret", Buffer.concat([clientRandom, serverRandom]), MASTER_SECRET_LENGTH);
  const key = createSecretKey(master);
  master.fill(0);
  return key;
}

export interface ConnectionKeys {
  /** What the client writes with. */
  readonly client: DirectionKeys;
  /** What the server writes with. */
  readonly server: DirectionKeys;
}

export function deriveKeys(
  suite: Pick<Suite, "cipher">,
  master: KeyObject,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
): ConnectionKeys {
  const { macKey, key, salt } = LENGTHS[suite.cipher];
  const seed = Buffer.concat([serverRandom, clientRandom]);
  const block = prf(master, "key expansion", seed, 2 * (macKey + key + salt));
  // RFC 5246 §6.3: client_write_MAC_key, server_write_MAC_key, client_write_key, server_write_key, client_write_IV, server_write_IV
  const keysAt = 2 * macKey;
  const saltsAt = keysAt + 2 * key;
  const direction = (index: 0 | 1): DirectionKeys =>
    directionKeys(
      block.subarray(index * macKey, (index + 1) * macKey),
      block.subarray(keysAt + index * key, keysAt + (index + 1) * key),
      block.subarray(saltsAt + index * salt, saltsAt + (index + 1) * salt),
    );
  const keys = { client: direction(0), server: direction(1) };
  block.fill(0);
  return keys;
}

/** `verify_data` of a Finished, 12 octets (RFC 5246 §7.4.9). Compare it with `timingSafeEqual`. */
export function verifyData(
  master: KeyObject,
  label: "client finished" | "server finished",
  handshakeHash: Uint8Array,
): Uint8Array {
  return prf(master, label, handshakeHash, VERIFY_DATA_LENGTH);
}

/** RFC 4279 §2: as many zeros as the key has octets stand where a Diffie-Hellman result would. SECRET, to be wiped. */
export function pskPremaster(psk: Uint8Array): Uint8Array {
  return ecdhePskPremaster(new Uint8Array(psk.length), psk);
}

/** RFC 5489 §2: `z` is the X coordinate, 32 octets with its leading zeros; each part behind its length. SECRET, to be wiped. */
export function ecdhePskPremaster(z: Uint8Array, psk: Uint8Array): Uint8Array {
  const premaster = new Uint8Array(2 + z.length + 2 + psk.length);
  const view = new DataView(premaster.buffer);
  view.setUint16(0, z.length);
  premaster.set(z, 2);
  view.setUint16(2 + z.length, psk.length);
  premaster.set(psk, 2 + z.length + 2);
  return premaster;
}

/** A direction's keys as octets, for the export of a live connection. SECRET, to be wiped. */
export function exportDirectionKeys({ macKey, key, salt }: DirectionKeys): Uint8Array {
  const parts: Buffer[] = [key.export()];
  if (macKey) parts.unshift(macKey.export());
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, salt.length));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
    part.fill(0);
  }
  bytes.set(salt, at);
  return bytes;
}

/** What `exportDirectionKeys` gave under the same suite; throws `DtlsError` "option" for another length. */
export function importDirectionKeys(suite: Pick<Suite, "cipher">, bytes: Uint8Array): DirectionKeys {
  const { macKey, key, salt } = LENGTHS[suite.cipher];
  if (bytes.length !== macKey + key + salt)
    throw new DtlsError(
      "option",
      `exported keys: ${suite.cipher} has ${macKey + key + salt} octets a direction, not ${bytes.length}; export again with the same suite`,
    );
  return directionKeys(
    bytes.subarray(0, macKey),
    bytes.subarray(macKey, macKey + key),
    bytes.subarray(macKey + key, macKey + key + salt),
  );
}

/** Copies: the octets given may be wiped afterwards. */
function directionKeys(macKey: Uint8Array, key: Uint8Array, salt: Uint8Array): DirectionKeys {
  // Memory of its own: a slice of Node's buffer pool would keep 8 KiB alive as long as the connection.
  const ownSalt = Buffer.allocUnsafeSlow(salt.length);
  ownSalt.set(salt);
  return {
    macKey: macKey.length > 0 ? createSecretKey(macKey) : undefined,
    key: createSecretKey(key),
    salt: ownSalt,
  };
}
