/** `lwm2m-carrier`: runs one command line and tells with which code to exit. */
import { CommanderError } from "commander";
import { explain } from "./errors.ts";
import { type CliIo, EXIT, type ExitCode } from "./io.ts";
import { createProgram } from "./program.ts";
import { Terminal } from "./terminal.ts";

/**
 * Runs the command line `argv` (without the program's name). Never rejects: 0 done or conforms, 1 failed or deviates,
 * 2 wrong use, which a wrong configuration file is too.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.done;
  try {
    const program = createProgram(io, (code) => {
      exitCode = code;
    });
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return report(error, io);
  }
}

function report(error: unknown, { stderr, env }: CliIo): ExitCode {
  const terminal = new Terminal(stderr, env);
  const explained = explain(error);
  if (explained === undefined) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.line(terminal.marked("bad", `This is a fault of lwm2m-carrier itself. ${text}`));
    return EXIT.failed;
  }
  terminal.line(terminal.marked("bad", explained.message));
  if (explained.hint !== undefined) terminal.line(terminal.style("faint", `  ${explained.hint}`));
  return explained.exitCode;
}
