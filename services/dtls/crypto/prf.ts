/** The pseudorandom function of TLS 1.2 with SHA-256 (RFC 5246 §5): P_SHA256(secret, label || seed). */
import type { KeyObject } from "node:crypto";
import { HASH_OCTETS, HmacSha256 } from "./hmac.ts";

/** `length` octets in memory of their own, for the caller to wipe when they are secret. The label is ASCII. */
export function prf(secret: KeyObject, label: string, seed: Uint8Array, length: number): Uint8Array {
  const output = Buffer.allocUnsafeSlow(length);
  // A(i) || label || seed
  const input = Buffer.allocUnsafe(HASH_OCTETS + label.length + seed.length);
  input.write(label, HASH_OCTETS, "latin1");
  input.set(seed, HASH_OCTETS + label.length);
  const hmac = new HmacSha256(secret, input.length);
  for (let at = 0; at < length; at += HASH_OCTETS) {
    const a = hmac.digest(at === 0 ? input.subarray(HASH_OCTETS) : input.subarray(0, HASH_OCTETS));
    input.set(a);
    const block = hmac.digest(input);
    block.copy(output, at);
    block.fill(0);
  }
  hmac.wipe();
  return output;
}
