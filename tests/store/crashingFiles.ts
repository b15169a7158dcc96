/** File operations that stop for good at the n-th, as a process does that is killed there. */
import type { FileOperations, OpenFile } from "../../services/store/fileOperations.ts";

export class Killed extends Error {
  override readonly name = "Killed";
}

/**
 * @param stopAt the operation that does not happen any more, from 1; of a write half the octets still do.
 * @returns the operations and how many have been asked for.
 */
export function crashingFiles(files: FileOperations, stopAt: number): { files: FileOperations; count: () => number } {
  let count = 0;
  const step = async <T>(work: () => Promise<T>, torn?: () => Promise<unknown>): Promise<T> => {
    count++;
    if (count < stopAt) return work();
    if (count === stopAt) await torn?.();
    throw new Killed(`at operation ${count}`);
  };
  const crashingFile = (file: OpenFile): OpenFile => ({
    write: (bytes) =>
      step(
        () => file.write(bytes),
        async () => {
          await file.write(bytes.subarray(0, bytes.length >> 1));
          await file.close();
        },
      ),
    sync: () =>
      step(
        () => file.sync(),
        () => file.close(),
      ),
    close: () =>
      step(
        () => file.close(),
        () => file.close(),
      ),
  });
  return {
    count: () => count,
    files: {
      makeFolder: (path) => step(() => files.makeFolder(path)),
      list: (path) => step(() => files.list(path)),
      size: (path) => step(() => files.size(path)),
      read: (path) => step(() => files.read(path)),
      open: (path, how) => step(async () => crashingFile(await files.open(path, how))),
      truncate: (path, length) => step(() => files.truncate(path, length)),
      rename: (from, to) => step(() => files.rename(from, to)),
      link: (from, to) => step(() => files.link(from, to)),
      unlink: (path) => step(() => files.unlink(path)),
      syncFolder: (path) => step(() => files.syncFolder(path)),
    },
  };
}
