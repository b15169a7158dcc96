/** The UICC. */
import type { SIM, SIM_CAUSES } from "../../../modem/at/commands/sim.ts";
import { ModemError, type SimulatedModem } from "../../../modem/index.ts";
import type { SimIdentity } from "../../../ports/modem.ts";
import type { HandlersOf } from "../unit.ts";

/** SELECT and READ BINARY of +CRSM, and EF(ICCID) (3GPP TS 51.011 §9, ETSI TS 102 221 §13.2). */
const READ_BINARY = 176;
const EF_ICCID = 12_258;
const ICCID_DIGITS = 20;
/** Type of an international number (3GPP TS 24.008 §10.5.4.7). */
const INTERNATIONAL = 145;
const PIN_RETRIES = 3;

export const sim: HandlersOf<typeof SIM> = {
  xsimSet: ({ mode }, { settings }) => {
    settings.subscriptions.xsim = mode;
  },
  xsimRead: async (_, { modem }) => simState(await stateOf(modem)),
  cpinRead: async (_, { modem }) => {
    const state = await stateOf(modem);
    if (state === "absent") throw new ModemError("simNotInserted");
    return { state: state === "locked" ? "SIM PIN" : "READY" };
  },
  /** Any PIN is the right one. */
  cpinSet: async (_, { modem, clearFault }) => {
    if ((await stateOf(modem)) !== "locked") throw new ModemError("notAllowed", { detail: "the SIM waits for no PIN" });
    clearFault("simLocked");
  },
  cpinr: ({ kind = "SIM PIN" }) => [{ kind, retries: PIN_RETRIES }],
  cimi: async (_, { modem }) => ({ text: present("IMSI", (await modem.sim()).imsi) }),
  xiccid: async (_, { modem }) => ({ iccid: padded(await iccidOf(modem)) }),
  cnum: async (_, { modem }) => {
    const { msisdn } = await modem.sim();
    return msisdn === undefined ? [] : [{ number: msisdn, type: INTERNATIONAL }];
  },
  csim: async ({ digits, command }, { modem }) => {
    if (digits !== 2 * command.length) throw new ModemError("incorrectParameters", { detail: `length ${digits}` });
    const answer = await modem.apdu(command);
    return { digits: 2 * answer.length, answer };
  },
  crsm: async ({ command, file }, { modem }) => {
    if (command !== READ_BINARY || file !== EF_ICCID) return { sw1: 0x6a, sw2: 0x82 };
    const iccid = padded(await iccidOf(modem));
    const answer = Uint8Array.from(Buffer.from(iccid.replace(/(.)(.)/g, "$2$1"), "hex"));
    return { sw1: 0x90, sw2: 0x00, answer };
  },
};

export type SimState = "ready" | "locked" | "absent";

/** What %XSIM says. */
export function simState(state: SimState): { state: number; cause?: keyof typeof SIM_CAUSES } {
  if (state === "ready") return { state: 1 };
  return state === "locked" ? { state: 0, cause: "pinRequired" } : { state: 0 };
}

/** Without power there is none. */
export async function stateOf(modem: SimulatedModem): Promise<SimState> {
  if (modem.functionalMode === "powerOff") return "absent";
  const identity = await modem.sim();
  if (!identity.present) return "absent";
  return isLocked(identity) ? "locked" : "ready";
}

/** Before its PIN a UICC tells its ICCID and nothing else. */
function isLocked({ imsi, operator, msisdn }: SimIdentity): boolean {
  return imsi === undefined && operator === undefined && msisdn === undefined;
}

async function iccidOf(modem: SimulatedModem): Promise<string> {
  return present("ICCID", (await modem.sim()).iccid);
}

function present(what: string, value: string | undefined): string {
  if (value === undefined) throw new ModemError("simFailure", { detail: `no ${what}` });
  return value;
}

/** 19 digits are filled up to ten octets. */
function padded(iccid: string): string {
  return iccid.padEnd(ICCID_DIGITS, "F");
}
