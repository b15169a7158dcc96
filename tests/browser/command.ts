/** The command as its users start it, in a process of its own: what it prints, and where its page is. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { MAIN } from "./built.ts";

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//;

export class Command {
  /** Standard output and standard error so far. */
  printed = "";
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  #hasEnded = false;
  #heard: () => void = () => {};

  /** `lwm2m-carrier` with these arguments. */
  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [MAIN, ...args]);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.printed += text;
        this.#heard();
      });
    }
    this.#child.stdin.on("error", () => {});
    // All that it printed has come by then.
    this.#ended = once(this.#child, "close").then(() => {
      this.#hasEnded = true;
      this.#heard();
    });
  }

  /** What matches first; fails when the process ends without it. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.printed)?.[0];
      if (found !== undefined) return found;
      if (this.#hasEnded) throw new Error(`ended without ${pattern}: ${this.printed}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  /** Of the inspector's page. */
  address(): Promise<string> {
    return this.until(ADDRESS);
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends it as Ctrl-C does. */
  async end(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended;
  }

  /** Resolves when it has ended by itself; fails when it says that something was wrong. */
  async done(): Promise<void> {
    await this.#ended;
    if (this.#child.exitCode !== 0) throw new Error(this.printed);
  }
}
