/** Identity, versions and the line itself. */
import { createHash } from "node:crypto";
import type { GENERAL } from "../../../modem/at/commands/general.ts";
import { COMMANDS } from "../../../modem/at/commands/table.ts";
import { ModemError } from "../../../modem/index.ts";
import type { HandlersOf, Unit } from "../unit.ts";

/** Rates that Serial Modem takes. */
const BAUD_RATES = [115_200, 230_400, 460_800, 921_600, 1_000_000];
/** Software version number of an IMEISV. */
const SOFTWARE_VERSION = "00";

export const general: HandlersOf<typeof GENERAL> = {
  at: () => undefined,
  echoOff: (_, { line }) => {
    line.echo = false;
  },
  echoOn: (_, { line }) => {
    line.echo = true;
  },
  cgmi: async (_, { modem }) => ({ text: (await modem.identity()).manufacturer }),
  cgmm: async (_, { modem }) => ({ text: (await modem.identity()).model }),
  cgmr: async (_, { modem }) => ({ text: (await modem.identity()).firmwareVersion }),
  cgsn: async (_, { modem }) => ({ text: (await modem.identity()).imei }),
  cgsnSet: async ({ kind }, { modem }) => {
    const { imei } = await modem.identity();
    // Without the check digit (3GPP TS 23.003 §6.2.2).
    const numbers = { imei, imeisv: `${imei.slice(0, 14)}${SOFTWARE_VERSION}`, svn: SOFTWARE_VERSION };
    return { number: numbers[kind] };
  },
  shortswver: async (_, { modem }) => ({ version: (await modem.identity()).firmwareVersion.replace(/^mfw_/, "") }),
  hwversion: async (_, { modem }) => ({ version: (await modem.identity()).hardwareVersion }),
  xmodemuuid: async (_, { modem }) => ({ uuid: uuidOf("modem", (await modem.identity()).firmwareVersion) }),
  twoDid: async (_, { modem }) => ({ identity: uuidOf("2did", (await modem.identity()).imei).replaceAll("-", "") }),
  cmeeSet: ({ mode }, { settings }) => {
    settings.cmee = mode;
  },
  cmeeRead: (_, { settings }) => ({ mode: settings.cmee }),
  iprSet: ({ baudRate }, unit, call) => {
    if (!BAUD_RATES.includes(baudRate))
      throw new ModemError("incorrectParameters", { detail: `baud rate ${baudRate}` });
    // The answer still has the old rate.
    call.after(() => {
      unit.line.baudRate = baudRate;
    });
  },
  iprRead: (_, { line }) => ({ baudRate: line.baudRate }),
  iprTest: () => ({ baudRates: BAUD_RATES }),
  xsmver: (_, { version }) => version,
  xslmver: (_, { version }) => version,
  xuuid: async (_, { modem }) => ({ uuid: uuidOf("device", (await modem.identity()).imei) }),
  xclac: (_, unit) => commandNames(unit).map((text) => ({ text })),
};

function uuidOf(purpose: string, text: string): string {
  const digest = createHash("sha256").update(`${purpose} ${text}`).digest("hex");
  return [0, 8, 12, 16, 20].map((from, index) => digest.slice(from, [8, 12, 16, 20, 32][index])).join("-");
}

/** The application's own commands, each once. */
function commandNames({ dialect }: Unit): readonly string[] {
  const own = Object.values(COMMANDS).filter(({ name, dialects }) => {
    return name.startsWith("#") && (dialects as readonly string[]).includes(dialect);
  });
  return [...new Set(own.map(({ name }) => `AT${name}`))].sort();
}
