/** The command as its users start it: a process of its own, ended by its id. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export type Line = Readonly<Record<string, unknown>>;

const COMMAND = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** One process of the command with `--json`: its lines, and what it says on standard error. */
export class Process {
  readonly lines: Line[] = [];
  errors = "";
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number | NodeJS.Signals>;
  #waiting: { readonly holds: (line: Line) => boolean; readonly resolve: (line: Line) => void }[] = [];

  constructor(...args: string[]) {
    this.#child = spawn(process.execPath, [COMMAND, ...args]);
    this.#child.stderr.on("data", (text) => {
      this.errors += String(text);
    });
    this.#child.stdin.on("error", () => {});
    createInterface({ input: this.#child.stdout }).on("line", (text) => this.#take(text));
    this.#ended = once(this.#child, "close").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  }

  /** The first line for which `holds`, of those so far or to come; fails when the process ends without it. */
  async line(holds: (line: Line) => boolean): Promise<Line> {
    const found = this.lines.find(holds);
    if (found !== undefined) return found;
    const coming = new Promise<Line>((resolve) => this.#waiting.push({ holds, resolve }));
    const ended = this.#ended.then((code): never => {
      throw new Error(`the process ended with ${code} before that: ${this.errors}`);
    });
    ended.catch(() => {});
    return Promise.race([coming, ended]);
  }

  command(text: string): void {
    this.#child.stdin.write(`${text}\n`);
  }

  /** Sends the signal and waits for the end: exit code, or the signal that ended it. */
  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.#child.kill(signal);
    return this.#ended;
  }

  get ended(): Promise<number | NodeJS.Signals> {
    return this.#ended;
  }

  #take(text: string): void {
    let line: Line;
    try {
      line = JSON.parse(text);
    } catch {
      // Killed in the middle of a line.
      return;
    }
    this.lines.push(line);
    const met = this.#waiting.filter(({ holds }) => holds(line));
    this.#waiting = this.#waiting.filter((waiting) => !met.includes(waiting));
    for (const { resolve } of met) resolve(line);
  }
}

export const isEvent =
  (semantic: string) =>
  (line: Line): boolean =>
    line.kind === "event" && line.semantic === semantic;

/** Servers in one process, and the configuration of a device whose state lies in a folder. */
export async function startServers() {
  const folder = await mkdtemp(join(tmpdir(), "lwm2m-carrier-"));
  const config = join(folder, "carrier.json");
  const servers = new Process("servers", "--write-config", config, "--json");
  // The file is there before the first line is printed.
  await servers.line(() => true);
  const written = JSON.parse(await readFile(config, "utf8"));
  await writeFile(config, JSON.stringify({ ...written, store: "./state" }));
  return {
    config,
    servers,
    run: (...args: string[]) => new Process("run", "--config", config, "--json", ...args),
    async close() {
      await servers.end("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
