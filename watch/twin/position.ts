/** Where the twin stands: the states that its charts are in, and what each of them waits for. */
import type { StateNode } from "xstate";
import type { ChartMeta } from "../../machines/chart.ts";
import type { DeadlineInput } from "../../machines/deadline.ts";
import type { RunningWorld } from "./world.ts";

/** A state, in the words of its chart. */
export interface Position {
  /** `carrier`, `link`, `bootstrap`, `register`, `fota` …. */
  readonly chart: string;
  /** `connecting.awaitingRegistration` */
  readonly state: string;
  readonly description: string;
  /** Where the rule stands that the state follows. */
  readonly spec?: string;
}

/** Something that has to end before the device goes on. */
export interface Wait {
  readonly for: string;
  /** ms that it takes at most, counted from the event that led here; absent where nothing bounds it. */
  readonly atMostMs?: number;
  /** Where that bound stands. */
  readonly spec?: string;
  /** The device has said so itself. */
  readonly announced?: true;
}

/** Charts from the one that matters most. */
const ORDER = ["certs", "init", "fota", "bootstrap", "register", "link", "carrier"];

/** States that say nothing: all is as it should be. */
const SETTLED = new Set(["link connected", "register registered"]);

export function positionsOf(world: RunningWorld): readonly Position[] {
  const found = world.charts.flatMap(({ name, snapshot }) => {
    const leaves = snapshot._nodes.filter(({ type }) => type === "atomic") as StateNode[];
    return leaves.map((node) => positionOf(name.split("/")[0]!, node));
  });
  return found
    .filter(({ chart, state }) => state !== "" && !SETTLED.has(`${chart} ${state}`) && !isIdle(chart, state))
    .sort((a, b) => ORDER.indexOf(a.chart) - ORDER.indexOf(b.chart));
}

/** Regions of the carrier that do nothing now, or only hold another chart. */
function isIdle(chart: string, state: string): boolean {
  return (
    chart === "carrier" && /(?:^alive\.link|\.(?:idle|none|updatingFirmware|bootstrapping|initialising))$/.test(state)
  );
}

function positionOf(chart: string, node: StateNode): Position {
  let described: StateNode | undefined = node;
  while (described?.description === undefined && described?.parent !== undefined) described = described.parent;
  const { spec } = (described?.meta ?? {}) as Partial<ChartMeta>;
  const state = node.path.join(".");
  return { chart, state, description: described?.description ?? state, ...(spec !== undefined && { spec }) };
}

const HANDSHAKE_MS = 123_000;
const MAX_TRANSMIT_WAIT_MS = 93_000;
const CON = { atMostMs: MAX_TRANSMIT_WAIT_MS, spec: "RFC 7252 §4.8.2, MAX_TRANSMIT_WAIT" };

const SERVICES: Readonly<Record<string, Wait>> = {
  ask: { for: "the application to do what it was asked" },
  attach: { for: "the device to be registered with the network" },
  switchOffline: { for: "the modem to be offline" },
  switchPowerOff: { for: "the modem to be powered off" },
  writeBuiltInCertificates: { for: "certificates to be written to the modem" },
  prepareApplication: { for: "the application to attach and to call lwm2m_carrier_main()" },
  openSession: {
    for: "a session with the server: name, route, handshake",
    atMostMs: HANDSHAKE_MS,
    spec: "nRF91 modem, default timeout of a handshake",
  },
  requestBootstrap: { for: "the answer to Bootstrap-Request", ...CON },
  writeServerKeys: { for: "keys to be written to the modem" },
  writeManagementKeys: { for: "keys to be written to the modem" },
  register: { for: "the answer to Register", ...CON },
  update: { for: "the answer to an Update", ...CON },
  deregister: { for: "the answer to De-register", ...CON },
  alarm: { for: "nothing: the next Update leaves before the registration's lifetime ends" },
  download: { for: "the image: as long as the download takes" },
  verifyImage: { for: "the modem to check the image" },
  eraseImage: { for: "the modem to delete the image" },
  initialiseModem: { for: "the modem to be initialised" },
  reinitialiseModem: { for: "the modem to be initialised again, which applies the image" },
};

/** Deadlines by chart and event. */
const DEADLINES: Readonly<Record<string, Pick<Wait, "for" | "spec">>> = {
  "link connecting": {
    for: "the device to be registered with the network",
    spec: "lte_lc, CONFIG_LTE_NETWORK_TIMEOUT",
  },
  "link disconnecting": { for: "the modem to be offline" },
  "link poweringOff": { for: "the modem to be powered off" },
  "retry.due": { for: "the next attempt" },
  "bootstrap.timedOut": { for: "the bootstrap server to finish", spec: "RFC 7252 §4.8.2, EXCHANGE_LIFETIME" },
  "holdOff.over": { for: "the hold-off time to be over", spec: "LwM2M 1.1, 0/x/11" },
  "resume.due": { for: "the download to be resumed" },
};

/** @param announcedMs what the device said of its next attempt. */
export function waitsOf(world: RunningWorld, announcedMs: number | undefined): readonly Wait[] {
  const { standing } = world;
  const waits = world.pending.flatMap(({ src, chart, input }): Wait[] => {
    if (src === "alarm" && !standing.isIn(chart, "registered")) return [];
    if (src !== "deadline") return SERVICES[src] === undefined ? [] : [SERVICES[src]];
    const { event, afterMs } = input as DeadlineInput;
    if (event === "retry.due") {
      return announcedMs === undefined
        ? [{ for: "the next attempt" }]
        : [{ for: "the next attempt", atMostMs: announcedMs, announced: true }];
    }
    const phase = ["connecting", "disconnecting", "poweringOff"].find((state) => standing.isIn("link", state));
    const known = DEADLINES[event === "link.timedOut" && chart === "link" ? `link ${phase}` : event];
    return known === undefined ? [] : [{ ...known, ...(afterMs !== undefined && { atMostMs: afterMs }) }];
  });
  // A download or an Update's turn goes on beside what is more pressing.
  return waits.some(({ for: what }) => !isQuiet(what)) ? waits.filter(({ for: what }) => !isQuiet(what)) : waits;
}

function isQuiet(what: string): boolean {
  return what === SERVICES.alarm!.for;
}
