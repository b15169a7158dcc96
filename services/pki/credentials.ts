/**
 * Keys and certificates for DTLS as a user gives them, PEM or DER: PKCS#8 and SEC1 (RFC 5915), SubjectPublicKeyInfo,
 * certificates. This side's own have to be on P-256. No octet of a private key is in any error.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify, X509Certificate } from "node:crypto";
import { MAX_CHAIN_CERTIFICATES, MAX_DER_OCTETS, MAX_FILE_OCTETS } from "./bounds.ts";
import { readPemBundle } from "./bundle.ts";
import { factsOf } from "./certificate.ts";
import { PkiError } from "./errors.ts";
import { isOnP256, isP256PublicKey, kindOf, spkiOf } from "./p256.ts";
import { scanPem } from "./pem.ts";

/** PEM text, its octets, or DER octets. */
export type PemOrDer = string | Uint8Array;

/** A private key on P-256. Beside it a PEM text may hold certificates. Throws `PkiError`. */
export function readPrivateKey(input: PemOrDer, options: { readonly password?: string } = {}): KeyObject {
  const form = formOf(input);
  const keys =
    "der" in form ? [privateKeyOf(form.der)] : readPemBundle(form.text, options).privateKeys.map(({ key }) => key);
  const [key, ...others] = keys;
  if (key === undefined) throw new PkiError("notPem", "no private key (-----BEGIN PRIVATE KEY-----)");
  if (others.length > 0) throw new PkiError("unsupported", `${keys.length} private keys; it takes one`);
  requireP256(key, "the private key");
  requirePair(key);
  return key;
}

/** A public key on P-256 as SubjectPublicKeyInfo, 91 octets of DER. Throws `PkiError`. */
export function readPublicKey(input: PemOrDer): Uint8Array {
  const form = formOf(input);
  const der = "der" in form ? form.der : onlyBlock(form.text, "PUBLIC KEY");
  let key: KeyObject;
  try {
    key = createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  } catch {
    throw new PkiError("malformed", "not a SubjectPublicKeyInfo, or its point is not on the curve");
  }
  requireP256(key, "the public key");
  // A reader may pass over octets behind the key, which no peer would find equal.
  if (!isP256PublicKey(der)) {
    throw new PkiError("malformed", `the public key is not in its usual form: ${der.length} octets in place of 91`);
  }
  return spkiOf(key);
}

/** This side's chain, DER, end entity first; its key is on P-256. Throws `PkiError`. */
export function readCertificateChain(input: PemOrDer): readonly Uint8Array[] {
  const chain = readCertificates(input);
  if (chain.length > MAX_CHAIN_CERTIFICATES) {
    throw new PkiError("tooLarge", `a chain of more than ${MAX_CHAIN_CERTIFICATES} certificates`);
  }
  requireP256(new X509Certificate(chain[0]!).publicKey, "the first certificate's key");
  return chain;
}

/** Certificates, DER, of any key: trust anchors for example. One at least. Throws `PkiError`. */
export function readCertificates(input: PemOrDer): readonly Uint8Array[] {
  const form = formOf(input);
  if ("der" in form) {
    const { der } = factsOf(form.der);
    if (der.length < form.der.length)
      throw new PkiError("malformed", "octets behind the certificate; several come as PEM");
    return [der];
  }
  const { certificates } = readPemBundle(form.text);
  if (certificates.length === 0) throw new PkiError("notPem", "no certificate (-----BEGIN CERTIFICATE-----)");
  return certificates.map(({ der }) => der);
}

/** DER begins with a SEQUENCE, which is `0` as text; only PEM has a BEGIN. */
function formOf(input: PemOrDer): { readonly der: Uint8Array } | { readonly text: string } {
  if (input.length > MAX_FILE_OCTETS) throw new PkiError("tooLarge", `larger than ${MAX_FILE_OCTETS} octets`);
  const text = typeof input === "string" ? input : Buffer.from(input).toString("latin1");
  if (typeof input !== "string" && input[0] === 0x30 && !text.includes("-----BEGIN")) {
    if (input.length > MAX_DER_OCTETS) throw new PkiError("tooLarge", `more than ${MAX_DER_OCTETS} octets of DER`);
    return { der: input };
  }
  return { text };
}

function privateKeyOf(der: Uint8Array): KeyObject {
  for (const type of ["pkcs8", "sec1"] as const) {
    try {
      return createPrivateKey({ key: Buffer.from(der), format: "der", type });
    } catch {
      // OpenSSL's reason stays here: it might tell of the key.
    }
  }
  throw new PkiError("malformed", "the private key is neither PKCS#8 nor SEC1");
}

function onlyBlock(text: string, label: string): Uint8Array {
  const blocks = scanPem(text);
  const [block, ...others] = blocks;
  if (block === undefined) throw new PkiError("notPem", `neither PEM (no -----BEGIN ${label}-----) nor DER`);
  if (block.label !== label) throw new PkiError("unsupported", `expected a ${label}, found ${block.label}`, block);
  if (others.length > 0) throw new PkiError("unsupported", `${blocks.length} PEM blocks; it takes one`);
  return block.der;
}

function requireP256(key: KeyObject, what: string): void {
  if (!isOnP256(key)) throw new PkiError("unsupported", `${what} has to be an EC key on P-256; it is ${kindOf(key)}`);
}

/** A private key carries its public half, which may be another's: every handshake would then fail at the peer. */
function requirePair(key: KeyObject): void {
  const probe = Buffer.from("the two halves of a key");
  if (!verify("sha256", probe, createPublicKey(key), sign("sha256", probe, key))) {
    throw new PkiError("malformed", "the private key does not belong to the public key that stands with it");
  }
}
