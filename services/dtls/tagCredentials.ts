/**
 * The content of a security tag as DTLS takes it: a pre-shared key with its identity, an X.509 certificate with its
 * key, a raw public key, and by what the server is trusted (%CMNG; LwM2M 1.1 E.1, 0/x/3 to 0/x/5).
 */
import { createSecretKey } from "node:crypto";
import type { CredentialType, TagCredentials } from "../../ports/modem.ts";
import { factsOf } from "../pki/certificate.ts";
import { readCertificateChain, readCertificates, readPrivateKey, readPublicKey } from "../pki/credentials.ts";
import { PkiError } from "../pki/errors.ts";
import { DtlsError } from "./errors.ts";
import type { ClientOptions } from "./types.ts";

export type TagSecurity = Pick<ClientOptions, "psk" | "certificate" | "rawPublicKey" | "trust" | "peerPublicKeys">;

const TYPES: readonly CredentialType[] = ["ca", "certificate", "privateKey", "psk", "pskIdentity", "publicKey"];
/** 0/x/15 and 0/x/13 (RFC 6698 §2.1). */
const DOMAIN_ISSUED = 3;
const EXACT = 0;

/**
 * Takes the content apart and wipes it. Throws `DtlsError` `option`, which names the tag and what it lacks, and shows
 * nothing of a credential.
 */
export function readTagCredentials(tag: number, credentials: TagCredentials): TagSecurity {
  try {
    const options = { ...pskOf(tag, credentials), ...ownKeyOf(tag, credentials), ...trustOf(tag, credentials) };
    const usable = options.psk ?? options.trust ?? options.peerPublicKeys;
    if (usable === undefined) throw unusable(tag, describe(credentials));
    return options;
  } finally {
    for (const content of Object.values(credentials)) content?.fill(0);
  }
}

function pskOf(tag: number, { psk, pskIdentity }: TagCredentials): Pick<ClientOptions, "psk"> {
  if (psk === undefined) return {};
  if (pskIdentity === undefined) throw unusable(tag, "holds a PSK without its identity");
  const hexadecimal = new TextDecoder("latin1").decode(psk);
  if (hexadecimal.length % 2 !== 0 || !/^[0-9A-Fa-f]+$/.test(hexadecimal)) {
    throw unusable(tag, "holds a PSK that is not written in hexadecimal digits, two an octet");
  }
  const octets = Buffer.from(hexadecimal, "hex");
  const key = createSecretKey(octets);
  octets.fill(0);
  return { psk: { identity: pskIdentity.slice(), key } };
}

function ownKeyOf(tag: number, { privateKey, certificate }: TagCredentials) {
  if (privateKey === undefined) {
    if (certificate !== undefined) throw unusable(tag, "holds a certificate without its private key");
    return {};
  }
  const key = read(tag, "private key", () => readPrivateKey(privateKey));
  // RFC 7250: the public half goes with the private one.
  if (certificate === undefined) return { rawPublicKey: { privateKey: key } };
  const chain = read(tag, "certificate", () => readCertificateChain(certificate));
  return { certificate: { chain, privateKey: key } };
}

/** A CA's certificate, the server's own, or the server's raw public key: all of them lie in the tag as `ca`. */
function trustOf(tag: number, { ca }: TagCredentials): Pick<ClientOptions, "trust" | "peerPublicKeys"> {
  if (ca === undefined) return {};
  const publicKey = publicKeyIn(ca);
  if (publicKey !== undefined) return { peerPublicKeys: [publicKey] };
  const anchors = read(tag, "CA certificate", () => readCertificates(ca));
  const [only] = anchors;
  if (anchors.length > 1 || only === undefined || factsOf(only).isCa) return { trust: { anchors } };
  // What is no CA's is the server's own certificate, matched as a whole (LwM2M 1.1 E.1, 0/x/15: domain-issued).
  return { trust: { anchors: [], pin: { usage: DOMAIN_ISSUED, matching: EXACT, data: only } } };
}

/** SubjectPublicKeyInfo, DER; undefined when it is none. */
function publicKeyIn(content: Uint8Array): Uint8Array | undefined {
  try {
    return readPublicKey(content);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function read<T>(tag: number, what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw unusable(tag, `holds a ${what} that is of no use: ${error.message}`);
  }
}

function describe(credentials: TagCredentials): string {
  const held = TYPES.filter((type) => credentials[type] !== undefined);
  const need = "a PSK with its identity, or a certificate or public key that the server is trusted by, is needed";
  return held.length === 0 ? `is empty; ${need}` : `holds ${held.join(" and ")} alone; ${need}`;
}

function unusable(tag: number, what: string): DtlsError {
  return new DtlsError("option", `security tag ${tag} ${what}`);
}
