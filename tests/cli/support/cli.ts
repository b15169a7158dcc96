/** The command line in this process, with streams of its own. */
import { PassThrough, Writable } from "node:stream";
import type { CliIo, ExitCode } from "../../../cli/io.ts";
import { runCli } from "../../../cli/runCli.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import { reviver } from "../../../trace/index.ts";

/** What a stream was given, and a way to wait for something in it. */
export class Captured extends Writable {
  text = "";
  isTTY = false;
  columns = 100;
  #waiting: (() => void)[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    for (const check of [...this.#waiting]) check();
    done();
  }

  /** Resolves when the text holds what is looked for. */
  until(wanted: string | RegExp | ((captured: Captured) => boolean)): Promise<void> {
    const found = () => {
      if (typeof wanted === "function") return wanted(this);
      return typeof wanted === "string" ? this.text.includes(wanted) : wanted.test(this.text);
    };
    return new Promise((resolve) => {
      const check = () => {
        if (!found()) return;
        this.#waiting = this.#waiting.filter((other) => other !== check);
        resolve();
      };
      this.#waiting.push(check);
      check();
    });
  }

  get lines(): readonly string[] {
    return this.text.split("\n").slice(0, -1);
  }

  /** What was printed with `--json`; a line that is not whole yet is left out. */
  get records(): readonly TraceRecord[] {
    return this.lines.map((line) => JSON.parse(line, reviver));
  }
}

export interface RunningCli {
  readonly stdin: PassThrough;
  readonly stdout: Captured;
  readonly stderr: Captured;
  readonly exit: Promise<ExitCode>;
  /** Ctrl-C. */
  interrupt(): void;
}

export function startCli(argv: readonly string[], env: CliIo["env"] = {}, { terminal = false } = {}): RunningCli {
  const stdin = Object.assign(new PassThrough(), { isTTY: terminal });
  const stdout = Object.assign(new Captured(), { isTTY: terminal });
  const stderr = new Captured();
  const end = new AbortController();
  const interrupt = () => end.abort("SIGINT");
  const exit = runCli(argv, { stdin, stdout, stderr, env, signal: end.signal, interrupt });
  return { stdin, stdout, stderr, exit, interrupt };
}

export interface EndedCli {
  readonly code: ExitCode;
  readonly stdout: Captured;
  readonly stderr: Captured;
}

/** Runs a command line to its end. */
export async function cli(...argv: readonly string[]): Promise<EndedCli> {
  const { exit, stdout, stderr } = startCli(argv);
  return { code: await exit, stdout, stderr };
}
