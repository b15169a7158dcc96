/** How large a file is that a user names, before it is read. */
import { stat } from "node:fs/promises";
import { usageError } from "./errors.ts";

/** In octets; 0 for what has none, as a pipe. Throws a usage error for a folder, and Node's own for what is not there. */
export async function fileSize(path: string): Promise<number> {
  const found = await stat(path);
  if (found.isDirectory()) throw usageError(`${path}: it is a folder`);
  return found.size;
}
