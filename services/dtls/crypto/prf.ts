/** The pseudorandom function of TLS 1.2 with SHA-256 (RFC 5246 §5): P_SHA256(secret, label || seed). */
import { createHmac, type KeyObject } from "node:crypto";

const HASH = "sha256";
const HASH_LENGTH = 32;

/** `length` octets in memory of their own, for the caller to wipe when they are secret. The label is ASCII. */
export function prf(secret: KeyObject, label: string, seed: Uint8Array, length: number): Uint8Array {
  const labelledSeed = Buffer.concat([Buffer.from(label, "latin1"), seed]);
  const output = Buffer.allocUnsafeSlow(length);
  let a: Uint8Array = labelledSeed;
  for (let at = 0; at < length; at += HASH_LENGTH) {
    a = createHmac(HASH, secret).update(a).digest();
    const block = createHmac(HASH, secret).update(a).update(labelledSeed).digest();
    block.copy(output, at);
    block.fill(0);
  }
  return output;
}
