/**
 * What a certificate says (RFC 5280), read by `node:crypto` so that RSA and elliptic curves are served alike.
 */
import { X509Certificate } from "node:crypto";
import { MAX_DER_OCTETS } from "./bounds.ts";
import { PkiError } from "./errors.ts";
import type { KeyUsage } from "./extensions.ts";
import { encodePem, scanPem } from "./pem.ts";
import { readTbsCertificate } from "./tbsCertificate.ts";

export interface CertificateFacts {
  /** Relative distinguished names, `CN=…, O=…`. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** ms since 1970. */
  readonly validFromMs: number;
  readonly validToMs: number;
  /** Basic constraints say CA; `keyUsage` must allow signing as well before it is of use as one. */
  readonly isCa: boolean;
  /** Certificates that may follow below this CA; absent for any number. */
  readonly pathLength?: number;
  /** Absent when the certificate does not restrict it. */
  readonly keyUsage?: readonly KeyUsage[];
  readonly selfIssued: boolean;
  readonly keyType: KeyType;
  /** RSA: modulus in bits. */
  readonly keyBits?: number;
  /** EC: name of the curve, as OpenSSL spells it (`prime256v1`). */
  readonly curve?: string;
  readonly subjectAltName?: string;
  /** SHA-256 over the DER form, 64 upper-case hexadecimal digits. */
  readonly fingerprint: string;
  readonly der: Uint8Array;
}

export type KeyType = "rsa" | "ec" | "ed25519" | "ed448" | "other";

const KEY_TYPES: Readonly<Record<string, KeyType>> = {
  rsa: "rsa",
  "rsa-pss": "rsa",
  ec: "ec",
  ed25519: "ed25519",
  ed448: "ed448",
};

/**
 * Reads one certificate, PEM (text or octets) or DER. A text with several gives the first; `readPemBundle` reads all.
 * Throws `PkiError` `notPem`, `malformed`, `unsupported` or `tooLarge`.
 */
export function inspectCertificate(certificate: string | Uint8Array): CertificateFacts {
  return factsOf(toDer(certificate));
}

/** Facts of DER octets that stand in `line` of a text. */
export function factsOf(der: Uint8Array, position: { line?: number; block?: number } = {}): CertificateFacts {
  if (der.length > MAX_DER_OCTETS) {
    throw new PkiError("tooLarge", `a certificate larger than ${MAX_DER_OCTETS} octets`, position);
  }
  try {
    const x509 = new X509Certificate(der);
    const { publicKey, subjectAltName } = x509;
    const details = publicKey.asymmetricKeyDetails ?? {};
    const { isCa, pathLength, keyUsage } = readTbsCertificate(x509.raw).extensions;
    return {
      subject: oneLine(x509.subject),
      issuer: oneLine(x509.issuer),
      serialNumber: x509.serialNumber,
      validFromMs: Date.parse(x509.validFrom),
      validToMs: Date.parse(x509.validTo),
      isCa,
      ...(pathLength === undefined ? {} : { pathLength }),
      ...(keyUsage === undefined ? {} : { keyUsage }),
      selfIssued: x509.subject === x509.issuer,
      keyType: KEY_TYPES[publicKey.asymmetricKeyType ?? ""] ?? "other",
      ...(details.modulusLength === undefined ? {} : { keyBits: details.modulusLength }),
      ...(details.namedCurve === undefined ? {} : { curve: details.namedCurve }),
      ...(subjectAltName === undefined ? {} : { subjectAltName }),
      fingerprint: x509.fingerprint256.replaceAll(":", ""),
      der: new Uint8Array(x509.raw),
    };
  } catch (cause) {
    if (cause instanceof PkiError) throw cause;
    throw new PkiError("malformed", "not an X.509 certificate", { ...position, cause });
  }
}

/** Canonical PEM with LF line ends and a final one: nRF91 answers 527 to CRLF. */
export function toModemPem(certificate: string | Uint8Array): Uint8Array {
  const { der } = inspectCertificate(certificate);
  return new TextEncoder().encode(encodePem("CERTIFICATE", der));
}

/** True for octets that begin as DER: a SEQUENCE, which no PEM text begins with. */
export function looksLikeDer(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80;
}

function toDer(certificate: string | Uint8Array): Uint8Array {
  if (typeof certificate !== "string" && looksLikeDer(certificate)) return certificate;
  const text = typeof certificate === "string" ? certificate : new TextDecoder().decode(certificate);
  const [first] = scanPem(text);
  if (first === undefined) throw new PkiError("notPem", "neither PEM (no -----BEGIN CERTIFICATE-----) nor DER");
  if (first.label !== "CERTIFICATE") {
    throw new PkiError("unsupported", `expected a CERTIFICATE, found ${first.label}`, first);
  }
  return first.der;
}

/** OpenSSL gives one attribute a line. */
function oneLine(name: string | undefined): string {
  return (name ?? "").trim().replaceAll("\n", ", ");
}
