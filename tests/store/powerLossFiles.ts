/**
 * A file system in memory that remembers what has reached its medium: octets when their file was synced, names when
 * their folder was. A power loss takes the rest, in one of the ways in which real file systems do.
 */
import type { FileOperations } from "../../services/store/fileOperations.ts";

interface Inode {
  current: Uint8Array;
  durable: Uint8Array;
}

/** What outlives a power loss beside the synced: nothing, the names alone, the octets alone, half the octets, all. */
export const LOSSES = ["nothingMore", "names", "octets", "halfTheOctets", "everything"] as const;
export type Loss = (typeof LOSSES)[number];

export class PowerLossFiles implements FileOperations {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();

  losePower(loss: Loss): void {
    const keepsNames = loss === "names" || loss === "everything" || loss === "halfTheOctets";
    const names = keepsNames ? this.#names : this.#durableNames;
    for (const inode of new Set([...this.#names.values(), ...this.#durableNames.values()])) {
      const { current, durable } = inode;
      const isGrown = current.length > durable.length;
      if (loss === "halfTheOctets" && isGrown) inode.durable = current.slice(0, (current.length + durable.length) >> 1);
      if (loss === "octets" || loss === "everything") inode.durable = current;
      inode.current = inode.durable;
    }
    this.#names = new Map(names);
    this.#durableNames = new Map(names);
  }

  async makeFolder(): Promise<void> {}

  async list(path: string): Promise<readonly string[]> {
    return [...this.#names.keys()].map((name) => name.slice(path.length + 1));
  }

  async size(path: string): Promise<number> {
    return this.#inode(path).current.length;
  }

  async read(path: string): Promise<Uint8Array> {
    return this.#inode(path).current.slice();
  }

  async open(path: string, how: "replace" | "append") {
    let inode = this.#names.get(path);
    if (inode === undefined) {
      inode = { current: new Uint8Array(0), durable: new Uint8Array(0) };
      this.#names.set(path, inode);
    }
    const file = inode;
    if (how === "replace") file.current = new Uint8Array(0);
    return {
      async write(bytes: Uint8Array) {
        const grown = new Uint8Array(file.current.length + bytes.length);
        grown.set(file.current);
        grown.set(bytes, file.current.length);
        file.current = grown;
      },
      async sync() {
        file.durable = file.current;
      },
      async close() {},
    };
  }

  async truncate(path: string, length: number): Promise<void> {
    const inode = this.#inode(path);
    inode.current = inode.current.slice(0, length);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#names.set(to, this.#inode(from));
    this.#names.delete(from);
  }

  async link(from: string, to: string): Promise<void> {
    if (this.#names.has(to)) throw Object.assign(new Error("exists"), { code: "EEXIST" });
    this.#names.set(to, this.#inode(from));
  }

  async unlink(path: string): Promise<void> {
    this.#inode(path);
    this.#names.delete(path);
  }

  async syncFolder(): Promise<void> {
    this.#durableNames = new Map(this.#names);
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return inode;
  }
}
