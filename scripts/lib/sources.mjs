/** The source files of a room. */
import { readdirSync } from "node:fs";
import { join, posix, sep } from "node:path";

/**
 * @param {string} root
 * @param {string} room a folder below `root` that need not be there
 * @param {RegExp} pattern of the names wanted
 * @returns {string[]} paths from `root` with forward slashes, in an order that does not depend on the file system
 */
export function sourcesOf(root, room, pattern) {
  try {
    return readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
      .filter((path) => pattern.test(path))
      .map((path) => posix.join(room, path.replaceAll(sep, "/")))
      .sort();
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return [];
    throw error;
  }
}
