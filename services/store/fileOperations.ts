/** What the file store asks of a file system, one step each, so that a test can stop it between any two. */
import { chmod, link, mkdir, open, readdir, readFile, rename, stat, truncate, unlink } from "node:fs/promises";

export interface OpenFile {
  /** Writes all of `bytes`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Returns when what was written is on the medium. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Each method rejects with Node's error and its `code`. */
export interface FileOperations {
  /** Makes the folder and its parents, for its owner alone. */
  makeFolder(path: string): Promise<void>;
  list(path: string): Promise<readonly string[]>;
  size(path: string): Promise<number>;
  read(path: string): Promise<Uint8Array>;
  /** Opens for writing, for its owner alone: from empty, or at the end. */
  open(path: string, how: "replace" | "append"): Promise<OpenFile>;
  truncate(path: string, length: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name; `EEXIST` when that is taken. */
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Returns when the folder's names are on the medium. */
  syncFolder(path: string): Promise<void>;
}

const OWNER_FILE = 0o600;
const OWNER_FOLDER = 0o700;

export const nodeFileOperations: FileOperations = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: OWNER_FOLDER });
    await chmod(path, OWNER_FOLDER);
  },
  list: (path) => readdir(path),
  size: async (path) => (await stat(path)).size,
  read: (path) => readFile(path),
  async open(path, how) {
    const handle = await open(path, how === "replace" ? "w" : "a", OWNER_FILE);
    return {
      write: (bytes) => handle.writeFile(bytes),
      sync: () => handle.datasync(),
      close: () => handle.close(),
    };
  },
  truncate: (path, length) => truncate(path, length),
  rename: (from, to) => rename(from, to),
  link: (from, to) => link(from, to),
  unlink: (path) => unlink(path),
  async syncFolder(path) {
    // Windows opens no folders; NTFS journals names by itself.
    if (process.platform === "win32") return;
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
