/**
 * Commands from standard input, one a line and one after the other: with prompt, history and completion for people, and
 * for scripts alike. Output of the run goes above the prompt.
 */
import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from "node:readline";
import type { CliIo } from "../io.ts";
import type { Terminal } from "../terminal.ts";
import { type Answer, type Commands, complete, execute } from "./command.ts";

export interface CommandConsoleOptions<Target> {
  readonly io: CliIo;
  readonly terminal: Terminal;
  /** No prompt, whatever the streams are. */
  readonly json: boolean;
  readonly commands: Commands<Target>;
  /** Takes the answer to every line that was a command. */
  answered(line: string, outcome: Answer | Error): void;
}

const HISTORY = 500;

export class CommandConsole<Target> {
  readonly #options: CommandConsoleOptions<Target>;
  readonly #interactive: boolean;
  readonly #commands: Commands<Target>;
  #reader: Interface | undefined;
  #prompting = false;
  #quit = false;

  constructor(options: CommandConsoleOptions<Target>) {
    const { io, json } = options;
    this.#options = options;
    this.#interactive = !json && io.stdin.isTTY === true && io.stdout.isTTY === true;
    this.#commands = { ...options.commands, ...this.#own };
  }

  /** Prints lines above the prompt. */
  readonly print = (lines: readonly string[]): void => {
    if (lines.length === 0) return;
    const reader = this.#prompting ? this.#reader : undefined;
    if (reader !== undefined) this.#clearPrompt(reader);
    this.#options.terminal.lines(lines);
    reader?.prompt(true);
  };

  /** Reads commands; resolves when there was `quit`, or the end of input on a terminal. Otherwise never. */
  async run(target: Target): Promise<void> {
    const { io, terminal } = this.#options;
    io.stdin.on("error", () => {});
    const reader = createInterface({
      input: io.stdin,
      ...(this.#interactive && { output: io.stdout }),
      terminal: this.#interactive,
      prompt: `${terminal.style("name", terminal.symbols.prompt)} `,
      historySize: HISTORY,
      removeHistoryDuplicates: true,
      completer: (line: string) => complete(this.#commands, target, line),
    });
    this.#reader = reader;
    // Newer Nodes refuse a prompt on a reader that Ctrl-D has closed.
    reader.on("close", () => {
      this.#prompting = false;
      this.#reader = undefined;
    });
    reader.on("SIGINT", () => io.interrupt());
    this.#prompt();
    for await (const line of reader) {
      this.#prompting = false;
      await this.#answer(target, line);
      if (this.#quit) return;
      this.#prompt();
    }
    if (this.#interactive) return;
    // The end of a script is not the end of the run.
    await new Promise(() => {});
  }

  /** Reads no more. */
  close(): void {
    if (this.#prompting) this.#options.terminal.line();
    this.#prompting = false;
    this.#reader?.close();
  }

  async #answer(target: Target, line: string): Promise<void> {
    try {
      const answer = await execute(this.#commands, target, line);
      if (answer !== undefined) this.#options.answered(line.trim(), answer);
    } catch (error) {
      this.#options.answered(line.trim(), error instanceof Error ? error : new Error(String(error)));
    }
  }

  #prompt(): void {
    if (!this.#interactive || this.#reader === undefined) return;
    this.#prompting = true;
    this.#reader.prompt();
  }

  /** Also where what was typed takes several rows. */
  #clearPrompt(reader: Interface): void {
    const { stdout } = this.#options.io;
    const { rows } = reader.getCursorPos();
    if (rows > 0) moveCursor(stdout, 0, -rows);
    cursorTo(stdout, 0);
    clearScreenDown(stdout);
  }

  readonly #own: Commands<Target> = {
    help: { usage: "help", text: "lists the commands", words: [0, 0], run: () => this.#help() },
    quit: {
      usage: "quit",
      text: "stops in good order",
      words: [0, 0],
      run: () => {
        this.#quit = true;
        return {};
      },
    },
  };

  #help(): Answer {
    const rows = Object.values(this.#commands);
    const width = Math.max(...rows.map(({ usage }) => usage.length)) + 2;
    const { terminal } = this.#options;
    return {
      value: rows.map(({ usage, text }) => ({ usage, text })),
      lines: rows.map(({ usage, text }) => `  ${terminal.style("name", usage.padEnd(width))}${text}`),
    };
  }
}
