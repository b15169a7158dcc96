/** Public keys on P-256 as SubjectPublicKeyInfo (RFC 5480 §2): 91 octets, in one form only, so that they compare as octets. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { PkiError } from "./errors.ts";

/** All before the coordinates: id-ecPublicKey, prime256v1, the BIT STRING's begin, and 04 for an uncompressed point. */
const PREFIX = Buffer.from("3059301306072a8648ce3d020106082a8648ce3d03010703420004", "hex");
const COORDINATE_OCTETS = 32;

/** True for the one form that the profile has. Whether the point lies on the curve shows when it is made a key. */
export function isP256PublicKey(spki: Uint8Array): boolean {
  return spki.length === PREFIX.length + 2 * COORDINATE_OCTETS && PREFIX.every((octet, at) => octet === spki[at]);
}

export function isOnP256({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1";
}

/** SubjectPublicKeyInfo of a private or public P-256 key, 91 octets of DER. Throws `PkiError` `unsupported` for other keys. */
export function spkiOf(key: KeyObject): Uint8Array {
  if (!isOnP256(key)) throw new PkiError("unsupported", `needs an EC key on P-256, found ${kindOf(key)}`);
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  // By coordinates: an export keeps the form in which the key was read, a compressed point for example.
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return new Uint8Array(Buffer.concat([PREFIX, Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]));
}

/** `an EC key on secp384r1`, `an RSA key of 2048 bits`: for messages. */
export function kindOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string {
  const { namedCurve, modulusLength } = asymmetricKeyDetails;
  if (asymmetricKeyType === "ec") return `an EC key on ${namedCurve ?? "a curve of its own"}`;
  if (modulusLength !== undefined) return `an RSA key of ${modulusLength} bits`;
  return `a key of type ${asymmetricKeyType ?? "unknown"}`;
}
