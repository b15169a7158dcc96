/**
 * A small checkout of its own in a temporary folder: the repository's real scripts around a command of a few lines.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** Prints what it was given; `word` makes two versions of it differ. */
export const commandPrinting = (word: string) =>
  `#!/usr/bin/env node\nconsole.log(${JSON.stringify(word)}, ...process.argv.slice(2));\n`;

/** A bundler that makes no page, as a local package that npm can install without a network. */
const PAGELESS_BUNDLER: Files = { "bin/vite.js": "" };

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code, or the signal that ended it. */
  readonly ending: number | NodeJS.Signals;
}

export class Checkout {
  readonly root: string;
  readonly #children = new Set<ChildProcess>();

  private constructor(root: string) {
    this.root = root;
  }

  /** With the repository's own node_modules, or with the given packages as local folders that npm has to install. */
  static async create(dependencies: "installed" | Readonly<Record<string, Files>>): Promise<Checkout> {
    const checkout = new Checkout(await mkdtemp(join(tmpdir(), "checkout-")));
    await cp(join(REPOSITORY, "scripts"), checkout.path("scripts"), { recursive: true });
    await cp(join(REPOSITORY, "tsconfig.json"), checkout.path("tsconfig.json"));
    const build = {
      extends: "./tsconfig.json",
      compilerOptions: { noEmit: false, rootDir: "." },
      include: ["cli", "inspector"],
    };
    await checkout.write({
      "tsconfig.build.json": JSON.stringify(build),
      "cli/main.ts": commandPrinting("hello"),
      "inspector/ui/vite.config.js": 'export default { root: "inspector/ui" };\n',
      "inspector/ui/index.html": "<!doctype html><title>Page</title>\n",
    });
    if (dependencies === "installed") await checkout.#shareNodeModules();
    else await checkout.#lock({ vite: PAGELESS_BUNDLER, ...dependencies });
    return checkout;
  }

  path(...names: readonly string[]): string {
    return join(this.root, ...names);
  }

  async write(files: Files): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(this.path(name)), { recursive: true });
      await writeFile(this.path(name), content);
    }
  }

  async run(script: string, args: readonly string[] = []): Promise<Outcome> {
    // jest colours what its workers start when it runs on a terminal.
    const env = { ...process.env, FORCE_COLOR: "0" };
    const child = spawn(process.execPath, [this.path("scripts", script), ...args], { cwd: this.root, env });
    this.#children.add(child);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    this.#children.delete(child);
    return { stdout, stderr, ending: code ?? signal ?? 1 };
  }

  async remove(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await rm(this.root, { recursive: true, force: true });
  }

  async #shareNodeModules(): Promise<void> {
    await symlink(join(REPOSITORY, "node_modules"), this.path("node_modules"));
    for (const name of ["package.json", "package-lock.json"]) await cp(join(REPOSITORY, name), this.path(name));
  }

  async #lock(packages: Readonly<Record<string, Files>>): Promise<void> {
    const names = Object.keys(packages);
    const manifest = {
      name: "checkout",
      version: "1.0.0",
      type: "module",
      dependencies: Object.fromEntries(names.map((name) => [name, `file:local/${name}`])),
    };
    const locked = names.flatMap((name) => [
      [`local/${name}`, { version: "1.0.0" }],
      [`node_modules/${name}`, { resolved: `local/${name}`, link: true }],
    ]);
    const lock = { lockfileVersion: 3, requires: true, packages: { "": manifest, ...Object.fromEntries(locked) } };
    await this.write({ "package.json": JSON.stringify(manifest), "package-lock.json": JSON.stringify(lock) });
    for (const [name, files] of Object.entries(packages)) {
      await this.write({ [`local/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0" }) });
      for (const [file, content] of Object.entries(files)) await this.write({ [`local/${name}/${file}`]: content });
    }
  }
}

/** Path to content. */
export type Files = Readonly<Record<string, string>>;
