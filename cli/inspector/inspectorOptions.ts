/** The inspector on the command lines of what can be inspected, and `inspect` itself. */
import { type Command, Option } from "commander";
import { examples } from "../helpText.ts";
import type { CliIo, ExitCode } from "../io.ts";
import { wholeNumber } from "../optionTypes.ts";

const MAX_PORT = 65_535;

/** @param byItself whether the command has the page without being asked. */
export function withInspector(command: Command, { byItself }: { readonly byItself: boolean }): Command {
  const description = byItself
    ? "the inspector's page at this port, or any; with --once and --json too"
    : "show the inspector's page, at this port or any that is free";
  command.addOption(new Option("--inspect [port]", description).argParser(wholeNumber(0, MAX_PORT)));
  if (byItself) command.option("--no-inspect", "without the inspector's page");
  return command
    .option("--open", "open the page in the browser")
    .option("--raw-capture", "record datagrams as they are, and the keys that decrypt them: SECRET");
}

export function addInspect(program: Command, io: CliIo, ended: (code: ExitCode) => void): void {
  program
    .command("inspect")
    .summary("open a recording on the inspector's page, or follow a run in the terminal")
    .description(
      "Opens a recording on a page on localhost: statechart, sequence chart, messages, and why something did not " +
        "happen. A file that is broken or of a newer version is opened as far as it can be read. With --tail the " +
        "records are printed instead, of a file or of a run whose page is at the address.",
    )
    .argument("<recording>", "file that `--record` wrote; with --tail also a page's address")
    .option("--tail", "print in the terminal instead; an address is followed until Ctrl-C")
    .option("--filter <filter>", 'with --tail: what is printed, `actor==register && event~"deferred"`')
    .addOption(new Option("--port <port>", "of the page; any without it").argParser(wholeNumber(0, MAX_PORT)))
    .option("--open", "open the page in the browser")
    .addHelpText(
      "after",
      examples(io, [
        ["inspect life.jsonl --open", "a recording on the page"],
        ["inspect life.jsonl --tail --filter 'kind==coap'", "its CoAP messages in the terminal"],
        ["inspect --tail http://127.0.0.1:4711/…/", "a run that `run --inspect` shows, followed in the terminal"],
      ]),
    )
    .action(async (recording, options) => {
      ended(await (await import("../commands/inspect.ts")).inspect(io, recording, options));
    });
}
