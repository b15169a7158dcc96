/** Signatures of the handshake: ECDSA with SHA-256 on P-256, DER encoded (RFC 8422 §5.4). */
import { type KeyObject, sign, verify } from "node:crypto";
import { DtlsError } from "../errors.ts";
import { ECDSA_SHA256 } from "../messages/extensions.ts";
import type { Signature } from "../messages/signature.ts";

export function signEcdsa(privateKey: KeyObject, content: Uint8Array): Signature {
  return { algorithm: ECDSA_SHA256, value: sign("sha256", content, privateKey) };
}

/** Throws `DtlsError`: nothing but a good signature passes. */
export function checkEcdsa(publicKey: KeyObject, content: Uint8Array, signature: Signature, where: string): void {
  if (signature.algorithm !== ECDSA_SHA256) {
    throw new DtlsError("protocol", `${where} is signed by an algorithm that was not offered`, "illegal_parameter");
  }
  if (!isGood(publicKey, content, signature.value)) {
    throw new DtlsError("peerCredential", `the signature of ${where} is wrong`, "decrypt_error");
  }
}

function isGood(publicKey: KeyObject, content: Uint8Array, value: Uint8Array): boolean {
  try {
    return verify("sha256", content, publicKey, value);
  } catch {
    return false;
  }
}
