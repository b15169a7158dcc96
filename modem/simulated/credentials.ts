/**
 * Credentials by security tag with the rules of %CMNG: written and deleted with the modem offline or powered off,
 * listed by digest, secrets never read back. They lie in one secret document and nowhere else, in memory neither.
 */
import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import type { CredentialEntry, CredentialStore, CredentialType, TagCredentials } from "../../ports/modem.ts";
import { ModemError } from "../modemError.ts";
import type { ModemCore } from "./modemCore.ts";

export const CREDENTIAL_DOCUMENT = "modem-credentials";
const DOCUMENT_VERSION = 1;

/** What fits into a modem's command buffer. */
export const MAX_CREDENTIAL_OCTETS = 4096;
export const MAX_CREDENTIALS = 64;
const MAX_TAG = 2_147_483_647;

interface CredentialRule {
  /** %CMNG <type>, which is also the order of a listing. */
  readonly number: number;
  readonly readable: boolean;
  /** Why content is refused; undefined when it is in order. */
  readonly refuse: (content: Uint8Array) => ModemError | undefined;
}

const anything = () => undefined;
const RULES: Record<CredentialType, CredentialRule> = {
  ca: { number: 0, readable: true, refuse: refuseTrust },
  certificate: { number: 1, readable: true, refuse: refuseCertificate },
  privateKey: { number: 2, readable: false, refuse: anything },
  psk: { number: 3, readable: false, refuse: refusePsk },
  pskIdentity: { number: 4, readable: false, refuse: anything },
  publicKey: {
    number: 5,
    readable: false,
    refuse: () => new ModemError("notSupported", { detail: "writing a publicKey" }),
  },
};

interface StoredCredential {
  readonly tag: number;
  readonly type: CredentialType;
  readonly content: Uint8Array;
}

export class SimulatedCredentials implements CredentialStore {
  readonly #core: ModemCore;

  constructor(core: ModemCore) {
    this.#core = core;
  }

  write(tag: number, type: CredentialType, content: Uint8Array): Promise<void> {
    return this.#core.run("writeCredential", async () => {
      this.#checkWritable(tag, type);
      this.#strikeKeyWrite(tag, type);
      checkContent(tag, type, content);
      const stored = await this.#load();
      const others = stored.filter((credential) => !is(credential, tag, type));
      if (others.length < stored.length && this.#core.options.existingCredential === "refuse") {
        throw new ModemError("alreadyExists", { detail: words(tag, type) });
      }
      if (others.length >= MAX_CREDENTIALS) throw new ModemError("memoryFull", { detail: words(tag, type) });
      await this.#save([...others, { tag, type, content }]);
    });
  }

  delete(tag: number, type: CredentialType): Promise<void> {
    return this.#core.run("writeCredential", async () => {
      this.#checkWritable(tag, type);
      const stored = await this.#load();
      const others = stored.filter((credential) => !is(credential, tag, type));
      if (others.length === stored.length) throw new ModemError("notFound", { detail: words(tag, type) });
      await this.#save(others);
    });
  }

  list(tag?: number): Promise<readonly CredentialEntry[]> {
    return this.#core.run("query", async () => {
      if (tag !== undefined) checkTag(tag);
      return (await this.#load())
        .filter((credential) => tag === undefined || credential.tag === tag)
        .sort((a, b) => a.tag - b.tag || RULES[a.type].number - RULES[b.type].number)
        .map(({ tag, type, content }) => ({ tag, type, digest: digestOf(content) }));
    });
  }

  read(tag: number, type: CredentialType): Promise<Uint8Array> {
    return this.#core.run("query", async () => {
      checkTag(tag);
      checkType(type);
      const found = (await this.#load()).find((credential) => is(credential, tag, type));
      if (found === undefined) throw new ModemError("notFound", { detail: words(tag, type) });
      if (!RULES[type].readable) throw new ModemError("noAccess", { detail: words(tag, type) });
      return found.content;
    });
  }

  /** What a handshake on this host takes from a tag, where a modem would use it inside; `read` goes on refusing it. */
  forHost(tag: number): Promise<TagCredentials> {
    return this.#core.run("query", async () => {
      checkTag(tag);
      const held = (await this.#load()).filter((credential) => credential.tag === tag);
      return Object.fromEntries(held.map(({ type, content }) => [type, content]));
    });
  }

  /** The CA certificates of a factory-new modem; called before it is initialised. */
  async writeInitialCa(certificates: readonly { readonly tag: number; readonly pem: string }[]): Promise<void> {
    const credentials = certificates.map(({ tag, pem }) => {
      const content = new TextEncoder().encode(pem);
      checkTag(tag);
      checkContent(tag, "ca", content);
      return { tag, type: "ca" as const, content };
    });
    await this.#save(credentials);
  }

  #checkWritable(tag: number, type: CredentialType): void {
    checkTag(tag);
    checkType(type);
    if (this.#core.mode === "normal") throw new ModemError("notAllowedInActiveState", { detail: words(tag, type) });
  }

  #strikeKeyWrite(tag: number, type: CredentialType): void {
    const fault = this.#core.faults.peek("keyWriteRefused");
    if (fault === undefined || (fault.tag ?? tag) !== tag) return;
    this.#core.faults.strike("keyWriteRefused");
    throw new ModemError("noAccess", { detail: `writing ${words(tag, type)}` });
  }

  async #load(): Promise<StoredCredential[]> {
    const bytes = await this.#core.options.storage.read(CREDENTIAL_DOCUMENT);
    return bytes === undefined ? [] : decodeCredentials(bytes);
  }

  async #save(credentials: readonly StoredCredential[]): Promise<void> {
    await this.#core.options.storage.write(CREDENTIAL_DOCUMENT, encodeCredentials(credentials), { secret: true });
  }
}

/** As a listing shows it: SHA-256 over the stored octets, upper case. */
function digestOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").toUpperCase();
}

function is(credential: StoredCredential, tag: number, type: CredentialType): boolean {
  return credential.tag === tag && credential.type === type;
}

function words(tag: number, type: CredentialType): string {
  return `${type} of security tag ${tag}`;
}

function checkTag(tag: number): void {
  if (Number.isInteger(tag) && tag >= 0 && tag <= MAX_TAG) return;
  throw new ModemError("incorrectParameters", { detail: `security tag ${tag} is not in 0 to ${MAX_TAG}` });
}

function checkType(type: CredentialType): void {
  if (!Object.hasOwn(RULES, type)) throw new ModemError("incorrectParameters", { detail: `credential type ${type}` });
}

function checkContent(tag: number, type: CredentialType, content: Uint8Array): void {
  if (content.length === 0) throw new ModemError("incorrectParameters", { detail: `${words(tag, type)} is empty` });
  if (content.length > MAX_CREDENTIAL_OCTETS) {
    const detail = `${words(tag, type)} has ${content.length} octets, ${MAX_CREDENTIAL_OCTETS} fit`;
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

function encodeCredentials(credentials: readonly StoredCredential[]): Uint8Array {
  const entries = credentials.map(({ tag, type, content }) => [tag, type, Buffer.from(content).toString("base64")]);
  return new TextEncoder().encode(JSON.stringify({ version: DOCUMENT_VERSION, entries }));
}

function decodeCredentials(bytes: Uint8Array): StoredCredential[] {
  try {
    const { version, entries } = JSON.parse(new TextDecoder().decode(bytes)) as {
      version: unknown;
      entries: unknown[][];
    };
    if (version !== DOCUMENT_VERSION) throw new Error("unknown version");
    return entries.map(([tag, type, content]) => {
      checkTag(tag as number);
      checkType(type as CredentialType);
      return {
        tag: tag as number,
        type: type as CredentialType,
        content: Uint8Array.from(Buffer.from(String(content), "base64")),
      };
    });
  } catch {
    // The parser's message would quote the document, which is secret.
    throw new ModemError("memoryFailure", {
      detail: `document ${CREDENTIAL_DOCUMENT} is damaged; restore it, or remove it and write all credentials again`,
    });
  }
}
