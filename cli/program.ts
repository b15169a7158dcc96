/** The command line: commands, options, help. What a command does is loaded when it runs. */
import { Command, type Help, Option } from "commander";
import { VERSION } from "../carrier/version.ts";
import { DEFAULT_EDITION, EDITIONS } from "../machines/editions/index.ts";
import { addDtls } from "./dtls/addDtls.ts";
import { examples } from "./helpText.ts";
import { addInspect, withInspector } from "./inspector/inspectorOptions.ts";
import type { CliIo, ExitCode } from "./io.ts";
import { addModem } from "./modem/addModem.ts";
import { factor, wholeNumber } from "./optionTypes.ts";
import { DATA_PATHS, SCENARIO_NAMES } from "./scenarios/scenario.ts";
import { Terminal } from "./terminal.ts";
import { addWatch } from "./watch/addWatch.ts";

const MAX_SPEED = 10_000;
const MAX_SEED = 0xffff_ffff;
/** Default size of a made firmware image, and the most that a simulated modem's area takes. */
const DEFAULT_IMAGE_BYTES = 262_144;
const MAX_IMAGE_BYTES = 64 * 1024 * 1024;
const FORMATS = ["msc", "mermaid", "text", "pcapng", "test"];

/** @param ended takes the exit code of the command that was run. */
export function createProgram(io: CliIo, ended: (code: ExitCode) => void): Command {
  const program = base(io);
  withInspector(program.command("demo"), { byItself: true })
    .summary("a carrier's whole life against embedded servers, with the live sequence chart")
    .description(
      "Runs a carrier's whole life on real sockets, everything embedded: initialise, CA certificates, bootstrap, " +
        "register, firmware update, register again. Draws the sequence chart as it happens, shows all of it on the " +
        "inspector's page, then stays until Ctrl-C.",
    )
    .option("--once", "end by itself: 0 when the life went as the scenario says, 1 with the first deviation")
    .addOption(scenarioOption())
    .addOption(editionOption().default(DEFAULT_EDITION))
    .addOption(new Option("--timing <timing>", "of the modem").choices(["instant", "realistic"]).default("instant"))
    .option(
      "--speed <factor>",
      "how much faster than real time the clock runs; with --once waits are skipped without it",
      factor(MAX_SPEED),
    )
    .option("--no-security", "CoAP without DTLS")
    .addOption(
      new Option("--modem <modem>", "simulated, or the same one behind AT commands on a pseudo terminal")
        .choices(["simulated", "at"])
        .default("simulated"),
    )
    .addOption(new Option("--data-path <whose>", "with --modem at: whose sockets and DTLS").choices([...DATA_PATHS]))
    .option("--seed <number>", "the modem's identity follows from it", wholeNumber(0, MAX_SEED), 1)
    .option("--record <file>", "write the records to a file, anew")
    .option("--json", "print records as JSON lines instead of the chart")
    .addHelpText(
      "after",
      examples(io, [
        ["demo", "the default scenario in the newest edition"],
        ["demo --once --edition 0.30 --record life.jsonl", "another edition, kept for `charts check`"],
        ["demo --once --scenario bad-ca", "the firmware host shows a certificate that nobody trusts"],
        ["demo --modem at --data-path host", "the driver of a real modem, keys and DTLS on this host"],
        ["demo --timing realistic --speed 10", "a modem that takes its time, ten times as fast"],
        ["demo --scenario bad-ca --open", "see on the inspector's page why the update failed"],
      ]),
    )
    .action(async (options) => ended(await (await import("./commands/demo.ts")).demo(io, options)));

  withInspector(program.command("run"), { byItself: false })
    .summary("a carrier against servers of your own")
    .description(
      "Runs a carrier as a configuration file says, until SIGINT or SIGTERM: then it deregisters. " +
        "Reads commands from standard input, one a line; `help` lists them.",
    )
    .requiredOption("--config <file>", "the configuration (schema/config.schema.json)")
    .option("--speed <factor>", "how much faster than real time the clock runs", factor(MAX_SPEED))
    .option("--record <file>", "write the records to a file; one that is there is gone on with")
    .option("--json", "print records as JSON lines; every command is answered by one of kind answer")
    .addHelpText(
      "after",
      examples(io, [
        ["run --config carrier.json", "with a prompt"],
        ["run --config carrier.json --inspect", "and the inspector's page"],
        ["run --config carrier.json --json < commands", "for scripts; the end of input does not stop it"],
        ["servers --write-config carrier.json", "the servers to try it with, in another terminal"],
      ]),
    )
    .action(async (options) => ended(await (await import("./commands/run.ts")).run(io, options)));

  program
    .command("servers")
    .summary("bootstrap server, management server and firmware host, on loopback")
    .description(
      "Starts the servers that the demo runs against, for a carrier in another process, until Ctrl-C. " +
        "Reads commands from standard input, one a line; `help` lists them.",
    )
    .option("--write-config <file>", "write the configuration with which `run` reaches them, its CA file beside it")
    .option("--image <file>", "firmware image to offer (see `firmware make`); one is made without it")
    .option("--no-security", "CoAP without DTLS")
    .option("--show-key", "print the pre-shared key for the bootstrap server, for a device of another make")
    .option("--json", "print what the servers see as JSON lines")
    .addHelpText(
      "after",
      examples(io, [
        ["servers --write-config carrier.json", "then, in another terminal:"],
        ["run --config carrier.json", ""],
      ]),
    )
    .action(async (options) => ended(await (await import("./commands/servers.ts")).servers(io, options)));

  addInspect(program, io, ended);
  addCharts(program, io, ended);
  addDtls(program, io, ended);
  addModem(program, io, ended);
  addWatch(program, io, ended);

  const objects = program
    .command("objects")
    .summary("definitions of LwM2M objects")
    .description("Definitions of LwM2M objects.");
  objects
    .command("export")
    .description("Writes the carrier's own objects as OMA XML files, for a server that wants their definitions.")
    .argument("<folder>", "made when it is not there")
    .addHelpText("after", examples(io, [["objects export ./models", ""]]))
    .action(async (folder) => ended(await (await import("./commands/objects.ts")).exportObjects(io, folder)));

  const firmware = program
    .command("firmware")
    .summary("firmware images for the simulated modem")
    .description("Firmware images for the simulated modem.");
  firmware
    .command("make")
    .description("Writes an image that the simulated modem accepts.")
    .requiredOption("--version <version>", "the firmware that the modem has afterwards")
    .option("--from <version>", "the firmware that it updates; every one without it")
    .option("--size <bytes>", "of the whole image", wholeNumber(129, MAX_IMAGE_BYTES), DEFAULT_IMAGE_BYTES)
    .argument("<file>")
    .addHelpText(
      "after",
      examples(io, [["firmware make --version mfw_sim_1.2.0 --from mfw_sim_1.1.0 --size 1000000 image.bin", ""]]),
    )
    .action(async (file, options) =>
      ended(await (await import("./commands/firmware.ts")).makeFirmware(io, file, options)),
    );
  return program;
}

function addCharts(program: Command, io: CliIo, ended: (code: ExitCode) => void): void {
  const charts = program
    .command("charts")
    .summary("check a recording against a sequence chart, or draw it")
    .description("Message sequence charts: check a recording against one, or draw a recording as one.");
  charts
    .command("check")
    .summary("tells whether a recording conforms to a sequence chart")
    .description("Tells whether a recording conforms to a sequence chart (0), or where it first deviates (1).")
    .argument("<recording>", "file that `--record` wrote")
    .argument("<chart>", "name of a chart (see `charts list`)")
    .addOption(editionOption("edition of the run; the recording says it by itself"))
    .addHelpText("after", examples(io, [["charts check life.jsonl edition-3-bootstrap", ""]]))
    .action(async (recording, chart, options) => {
      ended(await (await import("./commands/charts.ts")).checkChart(io, recording, chart, options));
    });
  charts
    .command("list")
    .summary("lists the sequence charts")
    .description("Lists the sequence charts and the editions that run as them.")
    .option("--json", "as JSON")
    .action(async (options) => ended(await (await import("./commands/charts.ts")).listCharts(io, options)));
  charts
    .command("replay")
    .summary("lives a recording again through the statecharts alone")
    .description(
      "Gives what came to the charts in a recording to them again, without a device: 0 when they take the same steps " +
        "and tell the application the same events, 1 with the first deviation.",
    )
    .argument("<recording>", "file that `--record` wrote")
    .addOption(editionOption("edition of the run; the recording says it by itself"))
    .addHelpText("after", examples(io, [["charts replay life.jsonl", ""]]))
    .action(async (recording, options) => {
      ended(await (await import("./commands/charts.ts")).replayRecording(io, recording, options));
    });
  charts
    .command("export")
    .summary("draws a recording as a sequence chart, or writes it in another form")
    .description(
      "Draws a recording as a sequence chart, or writes it as a capture that Wireshark opens (pcapng), or as a Jest " +
        "test that replays it.",
    )
    .argument("<recording>", "file that `--record` wrote")
    .addOption(
      new Option("--format <format>", "language of the chart, or the other form")
        .choices(FORMATS)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option("--level <level>", "what is drawn: what the library's charts show, also messages, or everything")
        .choices(["events", "messages", "all"])
        .default("events"),
    )
    .option("--output <file>", "standard output without it")
    .addHelpText(
      "after",
      examples(io, [
        ["charts export life.jsonl --format mermaid --output life.mmd", ""],
        ["charts export life.jsonl --format text --level messages", ""],
        ["charts export life.jsonl --format pcapng --output life.pcapng", "datagrams too, of a run with --raw-capture"],
        ["charts export life.jsonl --format test --output life.test.ts", ""],
      ]),
    )
    .action(async (recording, options) => {
      ended(await (await import("./commands/charts.ts")).exportChart(io, recording, options));
    });
}

function base(io: CliIo): Command {
  const out = new Terminal(io.stdout, io.env);
  const err = new Terminal(io.stderr, io.env);
  return new Command("lwm2m-carrier")
    .description("An LwM2M carrier client whose behaviour is a set of nested statecharts.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => out.columns,
      getErrHelpWidth: () => err.columns,
      getOutHasColors: () => out.color,
      getErrHasColors: () => err.color,
      outputError: (text, write) => write(`${err.marked("bad", text.replace(/^error: /, ""))}`),
    })
    .configureHelp(helpStyle(out))
    .showHelpAfterError(err.style("faint", "  --help tells what there is."))
    .addHelpText(
      "after",
      () => `\n${out.style("strong", "Exit codes:")}\n  0 done or conforms, 1 failed or deviates, 2 wrong use`,
    );
}

function helpStyle(terminal: Terminal): Partial<Help> {
  return {
    sortSubcommands: false,
    minWidthToWrap: 20,
    styleTitle: (text) => terminal.style("strong", text),
    styleCommandText: (text) => terminal.style("name", text),
    styleSubcommandText: (text) => terminal.style("name", text),
    styleOptionText: (text) => terminal.style("name", text),
    styleArgumentText: (text) => terminal.style("name", text),
  };
}

function editionOption(description = "generation of the library's event API"): Option {
  return new Option("--edition <edition>", description).choices(Object.keys(EDITIONS));
}

function scenarioOption(): Option {
  return new Option("--scenario <name>", "what happens").choices([...SCENARIO_NAMES]).default("success");
}
