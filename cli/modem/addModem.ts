/** `modem` on the command line: its options and help. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { DIALECTS } from "../../modem/at/commands/dialect.ts";
import type { AtFault } from "../../testbed/at/front.ts";
import { examples } from "../helpText.ts";
import type { CliIo, ExitCode } from "../io.ts";
import { wholeNumber } from "../optionTypes.ts";
import { Terminal, wrap } from "../terminal.ts";
import { FAULT_USAGES, parseFault } from "./faultText.ts";

const MAX_BAUD_RATE = 4_000_000;
const MAX_SEED = 0xffff_ffff;

export function addModem(program: Command, io: CliIo, ended: (code: ExitCode) => void): void {
  program
    .command("modem")
    .summary("a simulated nRF91 modem that any program can speak AT with")
    .description(
      "Puts the simulated modem behind AT commands, as an nRF91 with Nordic's Serial Modem is seen, on a pseudo " +
        "terminal or over TCP, until Ctrl-C. Reads commands from standard input, one a line; `help` lists them.",
    )
    .addOption(new Option("--pty", "on a pseudo terminal, whose path is printed (default)").conflicts("tcp"))
    .addOption(
      new Option("--tcp [port]", "over TCP on loopback; a free port without a number").argParser(
        wholeNumber(0, 65_535),
      ),
    )
    .addOption(
      new Option("--dialect <dialect>", "the application in front: Serial Modem, or the older Serial LTE Modem")
        .choices([...DIALECTS])
        .default("serialModem"),
    )
    .addOption(
      new Option("--fault <fault>", "makes something fail, as NAME[=NUMBER][:TIMES]; repeatable").argParser(
        collectFault,
      ),
    )
    .option("--firmware-version <version>", "of a factory-new modem")
    .option("--storage <folder>", "where the modem keeps what survives its power; memory without it")
    .option("--baud <rate>", "let the line take the time of this rate", wholeNumber(1_200, MAX_BAUD_RATE))
    .addOption(new Option("--timing <timing>", "of the modem").choices(["instant", "realistic"]).default("instant"))
    .option("--seed <number>", "the modem's identity follows from it", wholeNumber(0, MAX_SEED), 1)
    .option("--carrier <config>", "the device runs the carrier library, as a configuration file says")
    .option("--json", "print where it is, and answers to commands, as JSON lines")
    .addHelpText(
      "after",
      examples(io, [
        ["modem", "then, in another terminal: picocom DEVICE"],
        ["modem --tcp 5000 --fault simLocked --fault crash:1", "over TCP, with two things that go wrong"],
        ["modem --carrier carrier.json", "#XCARRIEREVT of a device that runs the carrier library"],
      ]),
    )
    .addHelpText("after", () => faults(io))
    .action(async (options) => ended(await (await import("../commands/modem.ts")).modem(io, options)));
}

function faults(io: CliIo): string {
  const terminal = new Terminal(io.stdout, io.env);
  const lines = wrap(FAULT_USAGES.join(", "), terminal.columns - 2);
  return `\n${terminal.style("strong", "Faults:")}\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function collectFault(text: string, before: readonly AtFault[] = []): readonly AtFault[] {
  try {
    return [...before, parseFault(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
