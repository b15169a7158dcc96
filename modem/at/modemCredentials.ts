/**
 * Credentials in the modem (%CMNG). What is there already, by its digest, is not written again; a key is compared and
 * never read back.
 */
import type { CredentialEntry, CredentialStore, CredentialType } from "../../ports/modem.ts";
import {
  checkContent,
  checkTag,
  checkType,
  credentialWords,
  digestOf,
  MAX_TAG,
} from "../credentials/credentialRules.ts";
import { isModemError, ModemError } from "../modemError.ts";
import type { AtLine } from "./atLine.ts";
import { CREDENTIALS, MAX_CREDENTIAL_OCTETS } from "./commands/credentials.ts";

const TYPES: readonly string[] = ["ca", "certificate", "privateKey", "psk", "pskIdentity", "publicKey"];

export class ModemCredentials implements CredentialStore {
  readonly #line: AtLine;
  readonly #run: <T>(work: () => Promise<T>) => Promise<T>;

  /** @param run does its work when nothing else of the driver is under way: a write is more than one command. */
  constructor(line: AtLine, run: <T>(work: () => Promise<T>) => Promise<T>) {
    this.#line = line;
    this.#run = run;
  }

  write(tag: number, type: CredentialType, content: Uint8Array): Promise<void> {
    return this.#run(async () => {
      checkTag(tag);
      checkType(type);
      checkContent(tag, type, content);
      checkFits(tag, type, content);
      const stored = (await this.#list(tag)).find((entry) => entry.type === type);
      if (stored?.digest === digestOf(content)) return;
      const write = () => this.#line.execute(CREDENTIALS.cmngWrite, { opcode: 0, tag, type, content });
      try {
        await write();
      } catch (error) {
        // Some firmware puts the new one in the old one's place; the other has the old one deleted first.
        if (!isModemError(error) || error.code !== "alreadyExists") throw error;
        await this.#delete(tag, type);
        await write();
      }
    });
  }

  delete(tag: number, type: CredentialType): Promise<void> {
    return this.#run(async () => {
      checkTag(tag);
      checkType(type);
      await this.#delete(tag, type);
    });
  }

  list(tag?: number): Promise<readonly CredentialEntry[]> {
    return this.#run(async () => {
      if (tag !== undefined) checkTag(tag);
      return this.#list(tag);
    });
  }

  read(tag: number, type: CredentialType): Promise<Uint8Array> {
    return this.#run(async () => {
      checkTag(tag);
      checkType(type);
      const [found] = await this.#line.execute(CREDENTIALS.cmngRead, { opcode: 2, tag, type });
      if (found === undefined) throw new ModemError("notFound", { detail: credentialWords(tag, type) });
      return found.content;
    });
  }

  async #delete(tag: number, type: CredentialType): Promise<void> {
    await this.#line.execute(CREDENTIALS.cmngDelete, { opcode: 3, tag, type });
  }

  /** The modem's own tags and types are not the carrier's business. */
  async #list(tag?: number): Promise<CredentialEntry[]> {
    const listed = await this.#line.execute(CREDENTIALS.cmngList, { opcode: 1, ...(tag !== undefined && { tag }) });
    return listed
      .filter((entry) => entry.tag <= MAX_TAG && TYPES.includes(entry.type))
      .map((entry) => ({ tag: entry.tag, type: entry.type as CredentialType, digest: entry.digest ?? "" }));
  }
}

/** A command line of the modem's application holds 4096 octets, the command itself among them. */
function checkFits(tag: number, type: CredentialType, content: Uint8Array): void {
  if (content.length <= MAX_CREDENTIAL_OCTETS) return;
  const detail = `${credentialWords(tag, type)} has ${content.length} octets, ${MAX_CREDENTIAL_OCTETS} fit on a line`;
  throw new ModemError("memoryFailure", { detail });
}
