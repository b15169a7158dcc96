/**
 * Credentials on this host for a modem whose keys DTLS on this host needs: the tags and the rules of %CMNG, in one
 * secret document of the storage. A modem never gives a key back, so they have to lie here from the beginning.
 */
import type { CredentialEntry, CredentialStore, CredentialType, TagCredentials } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
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
import { asModemError, ModemError } from "../modemError.ts";

export const HOST_CREDENTIAL_DOCUMENT = "host-credentials";

export class HostCredentials implements CredentialStore {
  readonly #storage: Storage;
  readonly #isActive: () => boolean;
  #last: Promise<unknown> = Promise.resolve();

  /** @param isActive whether the modem's radio is on: then nothing is written or deleted, as in a modem. */
  constructor(storage: Storage, isActive: () => boolean) {
    this.#storage = storage;
    this.#isActive = isActive;
  }

  write(tag: number, type: CredentialType, content: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      this.#checkWritable(tag, type);
      checkContent(tag, type, content);
      const others = (await this.#load()).filter((credential) => !isCredential(credential, tag, type));
      if (others.length >= MAX_CREDENTIALS) {
        throw new ModemError("memoryFull", { detail: credentialWords(tag, type) });
      }
      await this.#save([...others, { tag, type, content }]);
    });
  }

  delete(tag: number, type: CredentialType): Promise<void> {
    return this.#inTurn(async () => {
      this.#checkWritable(tag, type);
      const stored = await this.#load();
      const others = stored.filter((credential) => !isCredential(credential, tag, type));
      if (others.length === stored.length) throw new ModemError("notFound", { detail: credentialWords(tag, type) });
      await this.#save(others);
    });
  }

  list(tag?: number): Promise<readonly CredentialEntry[]> {
    return this.#inTurn(async () => {
      if (tag !== undefined) checkTag(tag);
      return listing(await this.#load(), tag);
    });
  }

  read(tag: number, type: CredentialType): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      checkTag(tag);
      checkType(type);
      const found = (await this.#load()).find((credential) => isCredential(credential, tag, type));
      if (found === undefined) throw new ModemError("notFound", { detail: credentialWords(tag, type) });
      if (!isReadable(type)) throw new ModemError("noAccess", { detail: credentialWords(tag, type) });
      return found.content;
    });
  }

  /** What a handshake on this host takes from a tag. */
  forHost(tag: number): Promise<TagCredentials> {
    return this.#inTurn(async () => {
      checkTag(tag);
      return ofTag(await this.#load(), tag);
    });
  }

  #checkWritable(tag: number, type: CredentialType): void {
    checkTag(tag);
    checkType(type);
    if (this.#isActive()) throw new ModemError("notAllowedInActiveState", { detail: credentialWords(tag, type) });
  }

  #load(): Promise<StoredCredential[]> {
    return loadCredentials(this.#storage, HOST_CREDENTIAL_DOCUMENT);
  }

  #save(credentials: readonly StoredCredential[]): Promise<void> {
    return saveCredentials(this.#storage, HOST_CREDENTIAL_DOCUMENT, credentials);
  }

  /** One after the other: each begins with what the one before left. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work).catch((error: unknown) => {
      throw asModemError(error);
    });
    this.#last = result.catch(() => undefined);
    return result;
  }
}
