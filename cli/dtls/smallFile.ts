/** Files that a user names, bounded before they are read. */
import { readFile } from "node:fs/promises";
import { usageError } from "../errors.ts";
import { fileSize } from "../fileSize.ts";

/** Throws a usage error for a file that is larger than `maxOctets`, and Node's own error for one that cannot be read. */
export async function readSmallFile(path: string, maxOctets: number): Promise<Uint8Array> {
  const size = await fileSize(path);
  if (size > maxOctets) throw usageError(`${path}: it has ${size} octets; at most ${maxOctets} are read`);
  return new Uint8Array(await readFile(path));
}
