/** Documents in memory: nothing survives the process. Small, because a fleet holds thousands. */
import type { Storage } from "../../ports/storage.ts";
import { checkDocumentName } from "./documentName.ts";

export function createMemoryStorage(): Storage {
  return new MemoryStorage();
}

interface MemoryDocument {
  /** May be longer than the document, so that appending does not copy everything each time. */
  bytes: Uint8Array;
  length: number;
}

class MemoryStorage implements Storage {
  #documents: Map<string, MemoryDocument> | undefined;

  async read(name: string): Promise<Uint8Array | undefined> {
    checkDocumentName(name);
    const document = this.#documents?.get(name);
    return document?.bytes.slice(0, document.length);
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    checkDocumentName(name);
    this.#documents ??= new Map();
    this.#documents.set(name, { bytes: bytes.slice(), length: bytes.length });
  }

  async remove(name: string): Promise<void> {
    checkDocumentName(name);
    this.#documents?.delete(name);
  }

  async append(name: string, bytes: Uint8Array): Promise<number> {
    checkDocumentName(name);
    const document = this.#documents?.get(name);
    if (document === undefined) {
      await this.write(name, bytes);
      return bytes.length;
    }
    const length = document.length + bytes.length;
    if (length > document.bytes.length) {
      const grown = new Uint8Array(Math.max(length, 2 * document.bytes.length));
      grown.set(document.bytes.subarray(0, document.length));
      document.bytes = grown;
    }
    document.bytes.set(bytes, document.length);
    document.length = length;
    return length;
  }

  async length(name: string): Promise<number> {
    checkDocumentName(name);
    return this.#documents?.get(name)?.length ?? 0;
  }
}
