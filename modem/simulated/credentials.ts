/**
 * Credentials by security tag with the rules of %CMNG: written and deleted with the modem offline or powered off,
 * listed by digest, secrets never read back. They lie in one secret document and nowhere else, in memory neither.
 */
import type { CredentialEntry, CredentialStore, CredentialType, TagCredentials } from "../../ports/modem.ts";
import { loadCredentials, saveCredentials } from "../credentials/credentialDocument.ts";
import {
  checkContent,
  checkTag,
  checkType,
  credentialWords,
  isCredential,
  isReadable,
  listing,
  MAX_CREDENTIALS,
  ofTag,
  type StoredCredential,
} from "../credentials/credentialRules.ts";
import { ModemError } from "../modemError.ts";
import type { ModemCore } from "./modemCore.ts";

export const CREDENTIAL_DOCUMENT = "modem-credentials";

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
      const others = stored.filter((credential) => !isCredential(credential, tag, type));
      if (others.length < stored.length && this.#core.options.existingCredential === "refuse") {
        throw new ModemError("alreadyExists", { detail: credentialWords(tag, type) });
      }
      const isNew = others.length === stored.length;
      const isFull =
        others.length >= MAX_CREDENTIALS || (isNew && this.#core.faults.strike("memoryFull") !== undefined);
      if (isFull) throw new ModemError("memoryFull", { detail: credentialWords(tag, type) });
      await this.#save([...others, { tag, type, content }]);
    });
  }

  delete(tag: number, type: CredentialType): Promise<void> {
    return this.#core.run("writeCredential", async () => {
      this.#checkWritable(tag, type);
      const stored = await this.#load();
      const others = stored.filter((credential) => !isCredential(credential, tag, type));
      if (others.length === stored.length) throw new ModemError("notFound", { detail: credentialWords(tag, type) });
      await this.#save(others);
    });
  }

  list(tag?: number): Promise<readonly CredentialEntry[]> {
    return this.#core.run("query", async () => {
      if (tag !== undefined) checkTag(tag);
      return listing(await this.#load(), tag);
    });
  }

  read(tag: number, type: CredentialType): Promise<Uint8Array> {
    return this.#core.run("query", async () => {
      checkTag(tag);
      checkType(type);
      const found = (await this.#load()).find((credential) => isCredential(credential, tag, type));
      if (found === undefined) throw new ModemError("notFound", { detail: credentialWords(tag, type) });
      if (!isReadable(type)) throw new ModemError("noAccess", { detail: credentialWords(tag, type) });
      return found.content;
    });
  }

  /** What a handshake on this host takes from a tag, where a modem would use it inside; `read` goes on refusing it. */
  forHost(tag: number): Promise<TagCredentials> {
    return this.#core.run("query", async () => {
      checkTag(tag);
      return ofTag(await this.#load(), tag);
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
    if (this.#core.mode === "normal")
      throw new ModemError("notAllowedInActiveState", { detail: credentialWords(tag, type) });
  }

  #strikeKeyWrite(tag: number, type: CredentialType): void {
    const fault = this.#core.faults.peek("keyWriteRefused");
    if (fault === undefined || (fault.tag ?? tag) !== tag) return;
    this.#core.faults.strike("keyWriteRefused");
    throw new ModemError("noAccess", { detail: `writing ${credentialWords(tag, type)}` });
  }

  #load(): Promise<StoredCredential[]> {
    return loadCredentials(this.#core.options.storage, CREDENTIAL_DOCUMENT);
  }

  #save(credentials: readonly StoredCredential[]): Promise<void> {
    return saveCredentials(this.#core.options.storage, CREDENTIAL_DOCUMENT, credentials);
  }
}
