/** `watch` on the command line: its options and help. */
import { type Command, Option } from "commander";
import { EDITIONS } from "../../machines/editions/index.ts";
import { examples } from "../helpText.ts";
import type { CliIo, ExitCode } from "../io.ts";
import { wholeNumber } from "../optionTypes.ts";

const MAX_BAUD = 4_000_000;
const DEFAULT_BAUD = 115_200;

export function addWatch(program: Command, io: CliIo, ended: (code: ExitCode) => void): void {
  program
    .command("watch")
    .summary("a device that runs the original library: drawn, and checked")
    .description(
      "Watches a device that runs Nordic's own carrier library: the console log of its sample, of any edition, from a " +
        "file or standard input, or a Serial Modem's notifications from its port. Draws what happens as a sequence " +
        "chart, checks it against the charts of its edition, and says where the device is, what may come next and how " +
        "long that may take. Ends with 1 when the device has deviated.",
    )
    .addOption(
      new Option("--port <path>", "a Serial Modem's port: /dev/ttyACM0, COM3, tcp://host:port").conflicts("log"),
    )
    .option("--log <file>", "a log; standard input without this and without --port")
    .option("--baud <rate>", "of the port", wholeNumber(1200, MAX_BAUD), DEFAULT_BAUD)
    .option("--listen", "send nothing: by default a port is asked once for its version (AT#XSMVER, AT#XSLMVER)")
    .addOption(
      new Option("--edition <edition>", "edition of the library in the device; recognised without it").choices(
        Object.keys(EDITIONS),
      ),
    )
    .addOption(
      new Option("--level <level>", "what is drawn: the library's events, or every line")
        .choices(["events", "all"])
        .default("events"),
    )
    .option("--record <file>", "write the records to a file, anew: for `charts export`")
    .option("--json", "print records as JSON lines instead of the chart")
    .addHelpText(
      "after",
      examples(io, [
        ["watch --port /dev/ttyACM0", "live, until Ctrl-C"],
        ["watch --log device.log --record device.jsonl", "a log that is there already"],
        ["watch < /dev/ttyACM1", "a console as it comes"],
        ["watch --log device.log --edition 0.30", "where the log does not tell its edition"],
      ]),
    )
    .action(async (options) => ended(await (await import("../commands/watch.ts")).watch(io, options)));
}
