/** `servers`: the testbed alone, for a carrier in another process. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { systemRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage, FirmwareImageError, verifyFirmwareImage } from "../../modem/index.ts";
import { startTestbed, type Testbed, type TestbedEntry } from "../../testbed/index.ts";
import { replacer } from "../../trace/index.ts";
import type { Answer } from "../console/command.ts";
import { CommandConsole } from "../console/commandConsole.ts";
import { plainValue } from "../console/resourceValues.ts";
import { SERVER_COMMANDS } from "../console/serverCommands.ts";
import { type CliIo, EXIT, type ExitCode, unlessAborted } from "../io.ts";
import { describeEntry } from "../serverLog.ts";
import { Terminal } from "../terminal.ts";

export interface ServersOptions {
  readonly writeConfig?: string;
  readonly image?: string;
  /** False: `coap`, without DTLS. */
  readonly security?: boolean;
  /** Prints the pre-shared key of the bootstrap server, which otherwise goes into the configuration alone. */
  readonly showKey?: boolean;
  readonly json?: boolean;
}

/** The image that is offered when none was given: it fits every firmware. */
const IMAGE_VERSION = "mfw_sim_1.1.0";
const IMAGE_BYTES = 262_144;
/** File mode. */
const OWNER_ALONE = 0o600;

interface Psk {
  readonly identity: string;
  /** `hex:…` */
  readonly key: string;
}

export async function servers(io: CliIo, options: ServersOptions): Promise<ExitCode> {
  const { writeConfig, image, json = false, showKey = false } = options;
  const security = options.security === false ? "none" : "psk";
  const terminal = new Terminal(io.stdout, io.env);
  const tell = (value: object) => terminal.line(JSON.stringify(value, replacer));
  const commands = new CommandConsole<Testbed>({
    io,
    terminal,
    json,
    commands: SERVER_COMMANDS,
    answered: (command, outcome) => answer(command, outcome),
  });
  const log = (entry: TestbedEntry) => {
    if (json) tell(plainEntry(entry));
    else commands.print([describeEntry(entry, terminal)].filter((line) => line !== undefined));
  };
  const answer = (command: string, outcome: Answer | Error): void => {
    const failed = outcome instanceof Error;
    if (json) {
      const told = failed ? { error: outcome.message } : { value: outcome.value };
      tell({ kind: "answer", command, ok: !failed, ...told });
    } else if (failed) commands.print([terminal.marked("bad", outcome.message)]);
    else commands.print(outcome.lines ?? []);
  };

  const body = image === undefined ? makeImage() : await readImage(io, image);
  // Send is muted where nothing is said of it; here is somebody who listens.
  const clock = new SystemClock();
  const testbed = await startTestbed({ clock, security, image: body, account: { muteSend: false }, log });
  try {
    const config = writeConfig === undefined ? undefined : await writeConfiguration(writeConfig, testbed);
    const shown = showKey ? pskOf(testbed) : undefined;
    if (json)
      tell({ kind: "started", ...addressesOf(testbed), ...(shown && { psk: shown }), ...(config && { config }) });
    else printStart(terminal, testbed, { config, shown });
    await unlessAborted(io.signal, commands.run(testbed));
  } finally {
    commands.close();
    await testbed.close();
  }
  return EXIT.done;
}

function makeImage(): Uint8Array {
  return encodeFirmwareImage({ version: IMAGE_VERSION, sizeBytes: IMAGE_BYTES, random: systemRandom() });
}

/** One that the modem will refuse is offered as well, with a warning: that is worth testing. */
async function readImage(io: CliIo, file: string): Promise<Uint8Array> {
  const body = new Uint8Array(await readFile(file));
  try {
    await verifyFirmwareImage([body]);
  } catch (error) {
    if (!(error instanceof FirmwareImageError)) throw error;
    const terminal = new Terminal(io.stderr, io.env);
    terminal.line(terminal.marked("warning", `${file}: the simulated modem will refuse it: ${error.message}`));
  }
  return body;
}

/**
 * Writes the configuration with which `run` reaches the servers; the CA of the firmware host lies beside it. There is a
 * key in it: nobody else may read it.
 */
async function writeConfiguration(file: string, testbed: Testbed): Promise<string> {
  const name = basename(file, extname(file));
  const psk = pskOf(testbed);
  const config = {
    store: `./${name}-state`,
    bootstrap: { uri: testbed.bootstrap.uri, security: psk === undefined ? { mode: "none" } : { mode: "psk", ...psk } },
    local: { host: testbed.bootstrap.address.address },
    firmware: { trustedCa: [`./${name}-ca.pem`] },
  };
  await mkdir(dirname(file), { recursive: true });
  await writeFile(join(dirname(file), `${name}-ca.pem`), testbed.caPem);
  await writeFile(file, `${JSON.stringify(config, undefined, 2)}\n`, { mode: OWNER_ALONE });
  if (psk !== undefined) await chmod(file, OWNER_ALONE);
  return file;
}

/** What a device proves itself to the bootstrap server with, as a configuration has it. */
function pskOf(testbed: Testbed): Psk | undefined {
  const { publicKeyOrIdentity, secretKey } = testbed.provision().security.secrets ?? {};
  if (publicKeyOrIdentity === undefined || secretKey === undefined) return undefined;
  return {
    identity: new TextDecoder().decode(publicKeyOrIdentity),
    key: `hex:${Buffer.from(secretKey).toString("hex")}`,
  };
}

function addressesOf({ bootstrap, management, urls }: Testbed) {
  return { bootstrap: bootstrap.uri, management: management.uri, firmware: urls };
}

function printStart(
  terminal: Terminal,
  testbed: Testbed,
  { config, shown }: { readonly config: string | undefined; readonly shown: Psk | undefined },
): void {
  const { bootstrap, management, firmware } = addressesOf(testbed);
  terminal.line();
  terminal.line(`  ${terminal.marked("good", terminal.style("strong", "The servers are up."))}`);
  terminal.line();
  terminal.table(
    [
      ["bootstrap", bootstrap],
      ["management", management],
      ["firmware", firmware.goodImage],
      ["", firmware.coapImage],
      ...(shown === undefined
        ? []
        : ([
            ["identity", shown.identity],
            ["key", shown.key],
          ] as const)),
      ...(config === undefined ? [] : [["configuration", config] as const]),
    ],
    "    ",
  );
  terminal.line();
  if (config !== undefined) {
    terminal.line(`  In another terminal: ${terminal.style("name", `lwm2m-carrier run --config ${config}`)}`);
  }
  terminal.line(`  ${terminal.style("strong", "Ctrl-C")} ends them; ${terminal.style("name", "help")} lists commands.`);
  terminal.line();
}

/** Resource values as JSON can say them. */
function plainEntry(entry: TestbedEntry): object {
  return "value" in entry && entry.value !== undefined ? { ...entry, value: plainValue(entry.value) } : entry;
}
