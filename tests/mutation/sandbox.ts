/** A copy of the checkout to break: jest runs in it, and the checkout itself stays as it is. */
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mutant } from "./mutant.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What the tests of DTLS are made of. */
const NEEDED = [
  "services",
  "ports",
  "carrier/clock",
  "tests/dtls",
  "tests/support",
  "tests/pki/support",
  "package.json",
  "jest.config.js",
] as const;

/** No run takes longer, on a busy machine: of all tests concerned, and of those that have to notice a mutant. */
const ALL_MS = 240_000;
/** Under jest's own time for a test, so that a mutant that runs for ever outlives nobody. */
const ONE_MS = 50_000;

/** Of one run of jest. */
export interface Results {
  /** Full names. */
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** Why a test file could not be run. */
  readonly broken: readonly string[];
}

/** As much of jest's report as is read here. */
interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export class Sandbox {
  readonly #folder: string;
  #runs = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<Sandbox> {
    const sandbox = new Sandbox(await mkdtemp(join(tmpdir(), "mutation-")));
    try {
      await sandbox.#fill();
      return sandbox;
    } catch (error) {
      await sandbox.remove();
      throw error;
    }
  }

  async #fill(): Promise<void> {
    for (const path of NEEDED) {
      const copy = join(this.#folder, path);
      await mkdir(dirname(copy), { recursive: true });
      await cp(join(ROOT, path), copy, { recursive: true });
    }
    await symlink(join(ROOT, "node_modules"), join(this.#folder, "node_modules"));
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true });
  }

  /** Runs the test files, or of them only the tests that have `name` in their full names. */
  async run(tests: readonly string[], name?: string): Promise<Results> {
    const report = join(this.#folder, `report-${this.#runs++}.json`);
    const only = name === undefined ? [] : ["-t", escapeRegExp(name)];
    const paths = tests.map((test) => join(this.#folder, test));
    const args = ["--runTestsByPath", ...paths, ...only, "--json", `--outputFile=${report}`];
    const output = await this.#jest(args, name === undefined ? ALL_MS : ONE_MS);
    const { testResults } = await readReport(report, output);
    const cases = testResults.flatMap(({ assertionResults }) => assertionResults);
    const of = (status: string) => cases.filter((each) => each.status === status).map(({ fullName }) => fullName);
    const broken = testResults.filter(({ assertionResults }) => assertionResults.length === 0);
    return { passed: of("passed"), failed: of("failed"), broken: broken.map(({ message }) => message) };
  }

  /** Does something with a check taken out. Throws when its text does not stand in the source exactly once. */
  async without<T>({ file, text, replacement }: Mutant, work: () => Promise<T>): Promise<T> {
    const path = join(this.#folder, file);
    const source = await readFile(path, "utf8");
    const [before, after, ...more] = source.split(text);
    if (before === undefined || after === undefined || more.length > 0) {
      const count = source.split(text).length - 1;
      throw new Error(`${file} has this ${count} times and not once, so the mutant has to follow the source:\n${text}`);
    }
    await writeFile(path, before + replacement + after);
    try {
      return await work();
    } finally {
      await writeFile(path, source);
    }
  }

  #jest(args: readonly string[], timeout: number): Promise<string> {
    const jest = join(ROOT, "node_modules", "jest", "bin", "jest.js");
    const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
    // What is translated stays here, for the next run, and goes with the folder.
    const place = ["--rootDir", this.#folder, "--cacheDirectory", join(this.#folder, "cache"), "--runInBand"];
    const child = spawn(process.execPath, [...flags, jest, ...place, ...args], {
      cwd: this.#folder,
      stdio: ["ignore", "pipe", "pipe"],
      timeout,
      killSignal: "SIGKILL",
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve(`${output}\nended with ${signal ?? code}`));
    });
  }
}

async function readReport(path: string, output: string): Promise<Report> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Report;
  } catch {
    throw new Error(`jest left no report:\n${output}`);
  }
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
