/**
 * Private keys, public keys and certificates that a configuration names, PEM or DER, made into the PEM that a modem
 * takes (%CMNG). What is wrong with one is found when it is given.
 */
import { X509Certificate } from "node:crypto";
import { MAX_MODEM_CREDENTIAL_OCTETS } from "../../services/pki/bounds.ts";
import { type CertificateFacts, factsOf } from "../../services/pki/certificate.ts";
import {
  readCertificateChain,
  readCertificates,
  readPrivateKey,
  readPublicKey,
} from "../../services/pki/credentials.ts";
import { PkiError } from "../../services/pki/errors.ts";
import { spkiOf } from "../../services/pki/p256.ts";
import { encodePem } from "../../services/pki/pem.ts";
import type { ConfigProblem } from "./configError.ts";

export type KeyMistake = Omit<ConfigProblem, "key">;

/** Something with a public key. */
interface Keyed {
  /** As the modem takes it. */
  readonly pem: Uint8Array;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

export function privateKeyIn(octets: Uint8Array): Keyed | KeyMistake {
  return attempt("cannot be used (not shown)", () => {
    const key = readPrivateKey(octets);
    return { pem: bytesOf(String(key.export({ type: "pkcs8", format: "pem" }))), publicKey: spkiOf(key) };
  });
}

export function publicKeyIn(octets: Uint8Array): Uint8Array | KeyMistake {
  return attempt("cannot be used", () => bytesOf(encodePem("PUBLIC KEY", readPublicKey(octets))));
}

/** The device's own certificate, with those of the CAs between it and the server's, if any, behind it. */
export function certificateChainIn(octets: Uint8Array, nowMs: number): Keyed | KeyMistake {
  return attempt("cannot be used", () => {
    const chain = readCertificateChain(octets);
    const own = factsOf(chain[0] as Uint8Array);
    const mistake = againstValidity(own, nowMs) ?? againstCa(own, false);
    if (mistake !== undefined) return mistake;
    return fitting({ pem: pemOf(chain), publicKey: spkiOf(new X509Certificate(own.der).publicKey) });
  });
}

/** By what the server is known: its own certificate, or those of CAs. */
export function serverCertificateIn(
  octets: Uint8Array,
  which: "serverCertificate" | "trustedCa",
  nowMs: number,
): Uint8Array | KeyMistake {
  return attempt("cannot be used", () => {
    const all = readCertificates(octets);
    const found = which === "serverCertificate" ? all.slice(0, 1) : all;
    for (const der of found) {
      const facts = factsOf(der);
      const mistake = againstValidity(facts, nowMs) ?? againstCa(facts, which === "trustedCa");
      if (mistake !== undefined) return mistake;
    }
    const fits = fitting({ pem: pemOf(found) });
    return "is" in fits ? fits : fits.pem;
  });
}

export function checkBelongsTogether(certificate: Keyed, key: Keyed): KeyMistake | undefined {
  if (Buffer.compare(certificate.publicKey, key.publicKey) === 0) return undefined;
  return { is: "does not belong to the certificate (not shown)", hint: "its public half is another one" };
}

function attempt<T>(is: string, work: () => T | KeyMistake): T | KeyMistake {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { is, hint: error.message };
  }
}

function againstValidity({ subject, validFromMs, validToMs }: CertificateFacts, nowMs: number): KeyMistake | undefined {
  const hint = `valid is ${dateOf(validFromMs)} to ${dateOf(validToMs)}`;
  if (nowMs < validFromMs) return { is: `is a certificate that is not valid yet (${subject})`, hint };
  return nowMs > validToMs ? { is: `is a certificate that has expired (${subject})`, hint } : undefined;
}

function againstCa({ subject, isCa }: CertificateFacts, wanted: boolean): KeyMistake | undefined {
  if (isCa === wanted) return undefined;
  if (isCa) return { is: `is the certificate of a CA (${subject})`, hint: "that of a device or server is needed" };
  return { is: `is not the certificate of a CA (${subject})`, hint: "its basic constraints say so" };
}

function fitting<T extends { readonly pem: Uint8Array }>(taken: T): T | KeyMistake {
  const { length } = taken.pem;
  if (length <= MAX_MODEM_CREDENTIAL_OCTETS) return taken;
  return { is: `has ${length} octets as PEM`, hint: `a modem takes ${MAX_MODEM_CREDENTIAL_OCTETS}` };
}

function pemOf(certificates: readonly Uint8Array[]): Uint8Array {
  return bytesOf(certificates.map((der) => encodePem("CERTIFICATE", der)).join(""));
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
