/**
 * Documents as files of one folder. A document is replaced by writing a temporary file beside it and renaming that,
 * each step carried through to the medium, so that after a crash or a power loss at any instant the old octets are
 * there or the new ones.
 *
 *   write:   open x.doc.tmp → write → sync → close → rename to x.doc → sync the folder
 *   append:  open x.doc at its end → write → sync → close
 */
import { join } from "node:path";
import type { Storage } from "../../ports/storage.ts";
import { checkDocumentName } from "./documentName.ts";
import { DocumentQueue } from "./documentQueue.ts";
import { type FileOperations, nodeFileOperations } from "./fileOperations.ts";
import { LOCK_FILE, lockFolder, type ProcessView, thisProcess } from "./folderLock.ts";
import { asStoreError } from "./ioError.ts";
import { isPlain, KEY_OCTETS, seal, unseal } from "./sealing.ts";
import { StoreError } from "./storeError.ts";

/** No document of the carrier comes near it; a file that does is none of ours. */
export const MAX_DOCUMENT_OCTETS = 64 * 1024 * 1024;

export interface FileStorageOptions {
  /** Made when missing, and closed to everybody but its owner. */
  readonly folder: string;
  /** 32 octets that encrypt the secret documents; without it they are protected by their file mode alone. */
  readonly key?: Uint8Array;
}

export interface FileStorage extends Storage {
  /** The file in which a document lies. */
  location(name: string): string;
  /** Waits for what is under way and gives the folder back. */
  close(): Promise<void>;
}

/**
 * Opens a folder for this process alone. Rejects with a `StoreError`: `locked` names the process that holds it, `key`
 * is a key of another length, `io` is what the file system said.
 */
export async function openFileStorage(
  options: FileStorageOptions,
  files: FileOperations = nodeFileOperations,
  view: ProcessView = thisProcess,
): Promise<FileStorage> {
  const { folder, key } = options;
  if (key !== undefined && key.length !== KEY_OCTETS) {
    throw new StoreError("key", {
      file: folder,
      reason: `the key has ${key.length} octets`,
      cure: `give a key of ${KEY_OCTETS} octets`,
    });
  }
  try {
    await files.makeFolder(folder);
    const unlock = await lockFolder(folder, files, view);
    try {
      const storage = new FolderStorage(folder, key, files, unlock);
      await storage.open(view);
      return storage;
    } catch (error) {
      await unlock();
      throw error;
    }
  } catch (error) {
    throw asStoreError(error, folder);
  }
}

const PUBLIC_SUFFIX = ".doc";
const SECRET_SUFFIX = ".secret";
const DOCUMENT_FILE = /^(.+)\.(doc|secret)$/;
const TEMPORARY_FILE = /\.(doc|secret)\.tmp$/;
const TEMPORARY_LOCK = new RegExp(`^${LOCK_FILE}\\.(\\d+)\\.(stale\\.)?tmp$`);

interface KnownDocument {
  readonly secret: boolean;
  /** Of the file, in octets; undefined until it was asked for. */
  length: number | undefined;
}

interface WaitingWrite {
  bytes: Uint8Array;
  secret: boolean;
}

class FolderStorage implements FileStorage {
  readonly #folder: string;
  readonly #key: Uint8Array | undefined;
  readonly #files: FileOperations;
  readonly #unlock: () => Promise<void>;
  /** What the folder holds. The lock makes it true for as long as it is held. */
  readonly #known = new Map<string, KnownDocument>();
  readonly #queue = new DocumentQueue<WaitingWrite>((name, { bytes, secret }) => this.#replace(name, bytes, secret));
  #closed = false;

  constructor(folder: string, key: Uint8Array | undefined, files: FileOperations, unlock: () => Promise<void>) {
    this.#folder = folder;
    this.#key = key?.slice();
    this.#files = files;
    this.#unlock = unlock;
  }

  /** Clears away what a crash left and learns what is there. */
  async open(view: ProcessView): Promise<void> {
    const names = new Set(await this.#files.list(this.#folder));
    for (const file of names) {
      const lockOwner = TEMPORARY_LOCK.exec(file)?.[1];
      const isLeftover = TEMPORARY_FILE.test(file) || (lockOwner !== undefined && !view.isAlive(Number(lockOwner)));
      if (isLeftover) await this.#files.unlink(join(this.#folder, file));
    }
    for (const file of names) {
      const [, stem, suffix] = DOCUMENT_FILE.exec(file) ?? [];
      if (stem === undefined) continue;
      const secret = `.${suffix}` === SECRET_SUFFIX;
      // A crash between making a document secret and removing its public form leaves both; the secret one is meant.
      if (!secret && names.has(stem + SECRET_SUFFIX)) await this.#files.unlink(join(this.#folder, file));
      else this.#known.set(nameOf(stem), { secret, length: undefined });
    }
    if (this.#key !== undefined) await this.#encryptPlainSecrets();
  }

  location(name: string): string {
    checkDocumentName(name);
    return this.#path(name, this.#known.get(name)?.secret ?? false);
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.#enqueue(name, () => this.#load(name));
  }

  async write(name: string, bytes: Uint8Array, options?: { readonly secret?: boolean }): Promise<void> {
    this.#check(name, bytes.length);
    const secret = options?.secret === true;
    try {
      await this.#queue.write(name, { bytes: bytes.slice(), secret });
    } catch (error) {
      throw asStoreError(error, this.#path(name, secret));
    }
  }

  async remove(name: string): Promise<void> {
    return this.#enqueue(name, async () => {
      const known = this.#known.get(name);
      if (known === undefined) return;
      await this.#files.unlink(this.#path(name, known.secret));
      this.#known.delete(name);
      await this.#files.syncFolder(this.#folder);
    });
  }

  async append(name: string, bytes: Uint8Array): Promise<number> {
    const added = bytes.slice();
    return this.#enqueue(name, () => this.#append(name, added));
  }

  async length(name: string): Promise<number> {
    return this.#enqueue(name, async () => {
      const known = this.#known.get(name);
      if (known === undefined) return 0;
      return known.secret ? ((await this.#load(name))?.length ?? 0) : this.#fileLength(name, known);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue.idle();
    try {
      await this.#unlock();
    } catch (error) {
      throw asStoreError(error, join(this.#folder, LOCK_FILE));
    }
  }

  async #enqueue<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#check(name, 0);
    try {
      return await this.#queue.run(name, work);
    } catch (error) {
      throw asStoreError(error, this.location(name));
    }
  }

  #check(name: string, length: number): void {
    checkDocumentName(name);
    if (this.#closed) {
      throw new StoreError("closed", { file: this.#folder, reason: "the store is closed", cure: "open it again" });
    }
    if (length > MAX_DOCUMENT_OCTETS) throw tooLarge(this.location(name), length);
  }

  async #load(name: string): Promise<Uint8Array | undefined> {
    const known = this.#known.get(name);
    if (known === undefined) return undefined;
    const path = this.#path(name, known.secret);
    await this.#fileLength(name, known);
    const bytes = await this.#files.read(path);
    return known.secret ? unseal(path, name, bytes, this.#key) : bytes;
  }

  async #replace(name: string, bytes: Uint8Array, secret: boolean): Promise<void> {
    const path = this.#path(name, secret);
    const temporary = `${path}.tmp`;
    const content = secret ? seal(name, bytes, this.#key) : bytes;
    const before = this.#known.get(name);
    try {
      const file = await this.#files.open(temporary, "replace");
      try {
        await file.write(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#files.rename(temporary, path);
    } catch (error) {
      // The first error is the one to tell; a temporary file that stays is removed at the next opening.
      await this.#files.unlink(temporary).catch(() => undefined);
      throw error;
    }
    this.#known.set(name, { secret, length: content.length });
    if (before !== undefined && before.secret !== secret) await this.#files.unlink(this.#path(name, before.secret));
    await this.#files.syncFolder(this.#folder);
  }

  async #append(name: string, bytes: Uint8Array): Promise<number> {
    const known = this.#known.get(name);
    const path = this.#path(name, false);
    if (known?.secret === true) {
      throw new StoreError("secret", {
        file: this.#path(name, true),
        reason: "a secret document cannot be appended to",
        cure: "write it whole",
      });
    }
    const before = known === undefined ? 0 : await this.#fileLength(name, known);
    const length = before + bytes.length;
    if (length > MAX_DOCUMENT_OCTETS) throw tooLarge(path, length);
    const file = await this.#files.open(path, "append");
    try {
      await file.write(bytes);
      await file.sync();
    } catch (error) {
      // Part of the octets may be there: a later append must not come after a torn one.
      await this.#files.truncate(path, before).catch(() => undefined);
      this.#known.set(name, { secret: false, length: undefined });
      throw error;
    } finally {
      await file.close();
    }
    this.#known.set(name, { secret: false, length });
    if (known === undefined) await this.#files.syncFolder(this.#folder);
    return length;
  }

  async #fileLength(name: string, known: KnownDocument): Promise<number> {
    const path = this.#path(name, known.secret);
    known.length ??= await this.#files.size(path);
    if (known.length > MAX_DOCUMENT_OCTETS) throw tooLarge(path, known.length);
    return known.length;
  }

  /** Secrets from the time before there was a key. */
  async #encryptPlainSecrets(): Promise<void> {
    for (const [name, { secret }] of [...this.#known]) {
      if (!secret) continue;
      const path = this.#path(name, true);
      const bytes = await this.#files.read(path);
      if (isPlain(bytes)) await this.#replace(name, unseal(path, name, bytes, undefined), true);
    }
  }

  #path(name: string, secret: boolean): string {
    return join(this.#folder, stemOf(name) + (secret ? SECRET_SUFFIX : PUBLIC_SUFFIX));
  }
}

/** Some file systems take `a` and `A` for one name, so that a capital letter is written as `+a`. */
function stemOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `+${letter.toLowerCase()}`);
}

function nameOf(stem: string): string {
  return stem.replace(/\+([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function tooLarge(file: string, length: number): StoreError {
  return new StoreError("tooLarge", {
    file,
    reason: `${length} octets are more than a document may have (${MAX_DOCUMENT_OCTETS})`,
    cure: "store less, or remove the file if it is none of the carrier's",
  });
}
