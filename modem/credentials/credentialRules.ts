/**
 * The rules of %CMNG, which every store of credentials by security tag keeps: what a tag, a type and its content may be,
 * what is read back, and how a listing goes.
 */
import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import type { CredentialEntry, CredentialType, TagCredentials } from "../../ports/modem.ts";
import { ModemError } from "../modemError.ts";

/** What fits into a modem's command buffer. */
export const MAX_CREDENTIAL_OCTETS = 4096;
export const MAX_CREDENTIALS = 64;
export const MAX_TAG = 2_147_483_647;

interface CredentialRule {
  /** %CMNG <type>, which is also the order of a listing. */
  readonly number: number;
  readonly readable: boolean;
  /** Why content is refused; undefined when it is in order. */
  readonly refuse: (content: Uint8Array) => ModemError | undefined;
}

const anything = () => undefined;
const RULES: Readonly<Record<CredentialType, CredentialRule>> = {
  ca: { number: 0, readable: true, refuse: refuseTrust },
  certificate: { number: 1, readable: true, refuse: refuseCertificate },
  privateKey: { number: 2, readable: false, refuse: anything },
  psk: { number: 3, readable: false, refuse: refusePsk },
  pskIdentity: { number: 4, readable: true, refuse: anything },
  publicKey: {
    number: 5,
    readable: false,
    refuse: () => new ModemError("notSupported", { detail: "writing a publicKey" }),
  },
};

export interface StoredCredential {
  readonly tag: number;
  readonly type: CredentialType;
  readonly content: Uint8Array;
}

export function isCredential(credential: StoredCredential, tag: number, type: CredentialType): boolean {
  return credential.tag === tag && credential.type === type;
}

export function isReadable(type: CredentialType): boolean {
  return RULES[type].readable;
}

/** As a modem lists them: by tag and type, of one tag or of all. */
export function listing(stored: readonly StoredCredential[], tag?: number): CredentialEntry[] {
  return stored
    .filter((credential) => tag === undefined || credential.tag === tag)
    .sort((a, b) => a.tag - b.tag || RULES[a.type].number - RULES[b.type].number)
    .map(({ tag, type, content }) => ({ tag, type, digest: digestOf(content) }));
}

export function ofTag(stored: readonly StoredCredential[], tag: number): TagCredentials {
  return Object.fromEntries(stored.filter((one) => one.tag === tag).map(({ type, content }) => [type, content]));
}

/** As a listing shows it: SHA-256 over the stored octets, upper case. */
export function digestOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").toUpperCase();
}

export function credentialWords(tag: number, type: CredentialType): string {
  return `${type} of security tag ${tag}`;
}

export function checkTag(tag: number): void {
  if (Number.isInteger(tag) && tag >= 0 && tag <= MAX_TAG) return;
  throw new ModemError("incorrectParameters", { detail: `security tag ${tag} is not in 0 to ${MAX_TAG}` });
}

export function checkType(type: CredentialType): void {
  if (!Object.hasOwn(RULES, type)) throw new ModemError("incorrectParameters", { detail: `credential type ${type}` });
}

export function checkContent(tag: number, type: CredentialType, content: Uint8Array): void {
  if (content.length === 0)
    throw new ModemError("incorrectParameters", { detail: `${credentialWords(tag, type)} is empty` });
  if (content.length > MAX_CREDENTIAL_OCTETS) {
    const detail = `${credentialWords(tag, type)} has ${content.length} octets, ${MAX_CREDENTIAL_OCTETS} fit`;
    throw new ModemError("memoryFailure", { detail });
  }
  const refusal = RULES[type].refuse(content);
  if (refusal !== undefined) throw refusal;
}

/** Certificates; or the server's raw public key, which DTLS on this host takes though an nRF91 has no use for it. */
function refuseTrust(content: Uint8Array): ModemError | undefined {
  const pem = new TextDecoder("latin1").decode(content);
  if (!/^-----BEGIN PUBLIC KEY-----\n[^-]+-----END PUBLIC KEY-----\n?$/.test(pem) || pem.includes("\r")) {
    return refuseCertificate(content);
  }
  try {
    createPublicKey(pem);
    return undefined;
  } catch (cause) {
    return new ModemError("invalidCertificate", { detail: "a public key cannot be parsed", cause });
  }
}

/** PEM, one certificate or a chain; the modem's parser stumbles over CRLF. */
function refuseCertificate(content: Uint8Array): ModemError | undefined {
  const refused = (detail: string, cause?: unknown) => new ModemError("invalidCertificate", { detail, cause });
  const pem = new TextDecoder("latin1").decode(content);
  if (pem.includes("\r")) return refused("CR in a line end");
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----(?=\n|$)/g) ?? [];
  if (blocks.length === 0) return refused("no PEM certificate");
  if (pem.replaceAll("\n", "").length !== blocks.join("").replaceAll("\n", "").length) {
    return refused("something else than PEM certificates");
  }
  try {
    for (const block of blocks) new X509Certificate(block);
    return undefined;
  } catch (cause) {
    return refused("a certificate cannot be parsed", cause);
  }
}

/** AT%CMNG takes a PSK as hexadecimal text. */
function refusePsk(content: Uint8Array): ModemError | undefined {
  const isHexadecimal = content.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(new TextDecoder("latin1").decode(content));
  if (isHexadecimal) return undefined;
  return new ModemError("incorrectParameters", {
    detail: "a psk is written as ASCII hexadecimal digits, two an octet",
  });
}
