/** The real packages of the other inspectors, each beside the programs that use it. git ignores what is installed. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** `stately`: `@statelyai/inspect` with XState 5; `legacy`: `@xstate/inspect` with XState 4. */
export type PackageFolder = "stately" | "legacy";

const FOLDER = fileURLToPath(new URL("../", import.meta.url));

/** Path of a program in the folder, whose dependencies are there. */
export const programOf = (folder: PackageFolder, name: string): string => join(FOLDER, folder, name);

/** Installs what the lock file says, unless it is there. A folder is for one test file. */
export async function install(folder: PackageFolder): Promise<void> {
  const cwd = join(FOLDER, folder);
  const mark = join(cwd, "node_modules", ".installed");
  const lock = createHash("sha256")
    .update(readFileSync(join(cwd, "package-lock.json")))
    .digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
  await new Promise<void>((resolve, reject) => {
    execFile("npm", ["ci", "--no-audit", "--no-fund"], { cwd }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`npm could not install the packages in ${cwd}:\n${stdout}${stderr}`));
    });
  });
  writeFileSync(mark, lock);
}
