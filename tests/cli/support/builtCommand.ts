/** The command as a program of its own, compiled from the sources as they are: a build may be older. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "@jest/globals";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Path of `cli/main.js`; it goes when the tests of the file are over. */
export function builtCommand(): string {
  // Inside of the repository: from there the packages, the schema and the charts are found.
  mkdirSync(join(ROOT, ".build"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".build", "cli-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const options = ["-p", "tsconfig.build.json", "--outDir", folder, "--noCheck", "--declaration", "false"];
  execFileSync(process.execPath, [tsc, ...options], { cwd: ROOT });
  return join(folder, "cli", "main.js");
}
