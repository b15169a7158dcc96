/** A file system's refusal in words. */
import { StoreError } from "./storeError.ts";

const CURES: Readonly<Record<string, string>> = {
  EACCES: "give this user the right to read and write the folder",
  EPERM: "give this user the right to read and write the folder",
  EROFS: "choose a folder on a file system that can be written",
  ENOSPC: "make room on the file system",
  EDQUOT: "make room in this user's quota",
  EMFILE: "raise the limit of open files",
  ENFILE: "raise the limit of open files",
  ENOTDIR: "choose a folder, not a file",
  EEXIST: "choose a folder, not a file",
  EIO: "check the medium",
};

/** Node's name of a system error, `ENOENT` for example. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** The error as a `StoreError`; one that is already stays itself. */
export function asStoreError(error: unknown, file: string): StoreError {
  if (error instanceof StoreError) return error;
  const errno = errnoOf(error);
  return new StoreError("io", {
    file,
    reason: errno === undefined ? "the file system failed" : `the file system refused (${errno})`,
    cure: CURES[errno ?? ""] ?? "see the cause",
    cause: error,
  });
}
