/** What stands below the options in a command's help. */
import type { CliIo } from "./io.ts";
import { Terminal } from "./terminal.ts";

/** Command lines without the program's name, each with a word about it. */
export function examples(io: CliIo, rows: readonly (readonly [command: string, text: string])[]): () => string {
  return () => {
    const terminal = new Terminal(io.stdout, io.env);
    const lines = rows.flatMap(([command, text]) => [
      `  ${terminal.style("name", `lwm2m-carrier ${command}`)}`,
      ...(text === "" ? [] : [`      ${terminal.style("faint", text)}`]),
    ]);
    return `\n${terminal.style("strong", "Examples:")}\n${lines.join("\n")}`;
  };
}
