/** Certificates and keys of a user's PEM file, in its order (RFC 7468). */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { type CertificateFacts, factsOf } from "./certificate.ts";
import { PkiError } from "./errors.ts";
import { type PemBlock, scanPem } from "./pem.ts";

export interface PemBundle {
  readonly certificates: readonly BundledCertificate[];
  readonly privateKeys: readonly BundledKey[];
}

export interface BundledCertificate extends CertificateFacts {
  /** Line of the `-----BEGIN`, from 1. */
  readonly line: number;
}

export interface BundledKey {
  /** Shows nothing of the key when printed. */
  readonly key: KeyObject;
  readonly line: number;
}

type Kind = "certificate" | "privateKey" | "skipped";

const KINDS: Readonly<Record<string, Kind>> = {
  CERTIFICATE: "certificate",
  "X509 CERTIFICATE": "certificate",
  "PRIVATE KEY": "privateKey",
  "RSA PRIVATE KEY": "privateKey",
  "EC PRIVATE KEY": "privateKey",
  "ENCRYPTED PRIVATE KEY": "privateKey",
  // `openssl ecparam -genkey` puts the curve in front of the key, which names it again.
  "EC PARAMETERS": "skipped",
  "PUBLIC KEY": "skipped",
};

/** Reads a text of PEM blocks. Throws `PkiError` with the line of what is wrong; `notPem` when there is no block. */
export function readPemBundle(text: string, options: { readonly password?: string } = {}): PemBundle {
  const blocks = scanPem(text);
  if (blocks.length === 0) throw new PkiError("notPem", "no PEM block (-----BEGIN …-----)");
  const certificates: BundledCertificate[] = [];
  const privateKeys: BundledKey[] = [];
  for (const block of blocks) {
    const kind = KINDS[block.label];
    if (kind === undefined) {
      throw new PkiError("unsupported", `${block.label} is neither a certificate nor a private key`, block);
    }
    if (kind === "certificate") certificates.push({ ...factsOf(block.der, block), line: block.line });
    if (kind === "privateKey") privateKeys.push({ key: readKey(block, options.password), line: block.line });
  }
  return { certificates, privateKeys };
}

function readKey(block: PemBlock, password: string | undefined): KeyObject {
  const encrypted = block.legacyEncrypted || block.label === "ENCRYPTED PRIVATE KEY";
  if (encrypted && password === undefined) {
    throw new PkiError("encrypted", "the private key is encrypted and no password was given", block);
  }
  try {
    return createPrivateKey({ key: block.text, format: "pem", ...(encrypted ? { passphrase: password } : {}) });
  } catch {
    // OpenSSL's error is left out on purpose: nothing of a key may travel with an error.
    throw encrypted
      ? new PkiError("wrongPassword", "the private key does not open with this password", block)
      : new PkiError("malformed", `${block.label} cannot be read`, block);
  }
}
