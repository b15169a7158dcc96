/** Leshan's libraries, fetched once from Maven Central into a folder that git ignores, one folder for each pom. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** `management`: the server of the current line; `bootstrap`: the last line whose bootstrap server is published. */
export type LeshanProgram = "management" | "bootstrap";

export const PROGRAMS: Readonly<Record<LeshanProgram, string>> = {
  management: "Management.java",
  bootstrap: "Bootstrap.java",
};

const FOLDER = fileURLToPath(new URL("../leshan/", import.meta.url));
const CACHE = join(FOLDER, ".cache");

export const sourceOf = (program: LeshanProgram): string => join(FOLDER, program, PROGRAMS[program]);

/** The class path; fails with what to install, or with what Maven says. */
export async function fetchLibraries(program: LeshanProgram): Promise<string> {
  const pom = join(FOLDER, program, "pom.xml");
  const version = createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 8);
  const libraries = join(CACHE, `${program}-${version}`);
  if (!existsSync(libraries)) await fetchInto(libraries, pom);
  return join(libraries, "*");
}

/** All or nothing, also when another worker does the same. */
async function fetchInto(libraries: string, pom: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const part = mkdtempSync(`${libraries}.`);
  try {
    await run("mvn", ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${part}`]);
    renameSync(part, libraries);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(libraries)) throw error;
  }
}

function run(command: "mvn", args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(command, args, (error, stdout, stderr) => {
      if (error === null) resolve();
      else if (error.code === "ENOENT") reject(notInstalled(command));
      else reject(new Error(`${command} could not fetch Leshan's libraries:\n${stdout}${stderr}`));
    });
  });
}

export function notInstalled(command: "java" | "mvn"): Error {
  const what = "the tests against Eclipse Leshan need a Java development kit, 17 or newer, and Maven";
  return new Error(`${command} is not installed; ${what}: apt-get install default-jdk-headless maven`);
}
