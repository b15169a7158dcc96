/** What may happen to a device by itself, from the network, a server or the application, and what it is needed for. */
import type { CarrierEvent } from "../../machines/carrierModel.ts";
import type { EditionPolicy } from "../../machines/edition.ts";
import type { DeferredReason } from "../../machines/semanticEvent.ts";
import type { Wanted } from "./environment.ts";

/** The charts as they stand, by the names that records give them. */
export interface Standing {
  readonly policy: EditionPolicy;
  readonly modem: { readonly mode: "powerOff" | "normal" | "offline"; readonly registered: boolean };
  /** The chart is in that state, `connecting.asking`; false when it does not run. */
  isIn(chart: string, state: string): boolean;
}

export interface Happening {
  /** Nothing around it says that it happens: another way without it is more likely. */
  readonly surprising?: true;
  /** The event for the carrier chart, or nothing where it makes no sense. */
  readonly event: (wanted: Wanted, at: Standing) => CarrierEvent | undefined;
}

const LOOP = "alive.work.running";
const PHASE = `${LOOP}.phase`;
const SERVING = `${PHASE}.serving`;

const modem = (mode: "powerOff" | "normal" | "offline", registered = false): CarrierEvent => ({
  type: "modem.changed",
  mode,
  registered,
});

/** The link is meant to be up, or nobody has said that it must not. */
function mayAttach({ policy, isIn }: Standing): boolean {
  if (isIn("link", "connecting")) return !isIn("link", "connecting.asking");
  if (isIn("link", "searching") || isIn("carrier", "preparing")) return true;
  return policy.firstLink !== "library" && isIn("link", "offline") && isIn("carrier", `${PHASE}.offline`);
}

/** An attempt to bootstrap may be put off for these. */
const BOOTSTRAP_REASONS: ReadonlySet<DeferredReason> = new Set([
  "PDN_ACTIVATE",
  "BOOTSTRAP_NO_ROUTE",
  "BOOTSTRAP_CONNECT",
  "BOOTSTRAP_SEQUENCE",
  "SERVICE_UNAVAILABLE",
]);

/** What the network, and whoever drives the modem, have done: by what the modem was asked to do. */
export const MODEM = {
  registered: (at: Standing) => (!at.modem.registered && mayAttach(at) ? modem("normal", true) : undefined),
  offline: (at: Standing) =>
    at.modem.mode === "normal" && at.isIn("link", "disconnecting") ? modem("offline") : undefined,
  poweredOff: (at: Standing) =>
    at.modem.mode !== "powerOff" && at.isIn("link", "poweringOff") ? modem("powerOff") : undefined,
} as const;

/** Which event the edition tells first when a downloaded image is applied. */
const APPLIES = {
  reinitialisation: "link.goingDown",
  reboot: "reboot",
  modemCycle: "link.poweringOff",
} as const;

const hasImage = ({ isIn }: Standing) => isIn("fota", "downloaded") || isIn("fota", "restoringLinkAfterFailure");
/** A server can want something only while it is registered with. */
const isRegistered = ({ isIn }: Standing) => isIn("carrier", `${SERVING}.registered`);
const SERVER = "register/1";
const isPutOff = ({ isIn }: Standing) => isIn(SERVER, "waiting") || isIn(SERVER, "pausing");

export const HAPPENINGS: readonly Happening[] = [
  ...Object.values(MODEM).map((event) => ({ event: (_: Wanted, at: Standing) => event(at) })),

  // A server, with firmware
  {
    event: ({ type, uri = "unknown" }, at) => {
      if (type !== "fota.started" || !at.isIn("carrier", `${LOOP}.firmware.idle`) || !isRegistered(at))
        return undefined;
      return uri === "" ? { type: "firmware.push" } : { type: "firmware.pull", uri };
    },
  },
  {
    event: (_, at) =>
      at.isIn("fota", "receiving") ? { type: "firmware.packageEnded", outcome: { kind: "complete" } } : undefined,
  },
  {
    event: ({ type }, at) =>
      type === APPLIES[at.policy.imageAppliedBy] && hasImage(at) ? { type: "firmware.update" } : undefined,
  },

  // A server or the application, out of the blue
  {
    surprising: true,
    event: ({ type }, at) =>
      type === "link.goingDown" && at.policy.requests.includes("linkDown") && (isRegistered(at) || isPutOff(at))
        ? { type: "request.linkDown" }
        : undefined,
  },
  {
    surprising: true,
    event: ({ type, reasons }, at) => {
      const wanted = type === "link.goingDown" || reasons.some((reason) => BOOTSTRAP_REASONS.has(reason));
      return wanted && isRegistered(at) ? { type: "server.bootstrap" } : undefined;
    },
  },
  {
    event: ({ type }, at) => {
      const down = at.isIn("carrier", `${SERVING}.unlinked`) || at.isIn("carrier", `${PHASE}.offline`);
      // Whoever has an update applied brings the link up after it.
      return type === "link.goingUp" && down && !at.isIn("fota", "applying") && at.policy.requests.includes("linkUp")
        ? { type: "request.linkUp" }
        : undefined;
    },
  },
  { surprising: true, event: ({ type }) => (type === "reboot" ? { type: "request.reboot" } : undefined) },
  {
    event: ({ type, reasons }, at) => {
      const wanted = type === "registered" || reasons.some((reason) => !reason.startsWith("BOOTSTRAP_"));
      return wanted && at.isIn(SERVER, "deregistered") ? { type: "request.register" } : undefined;
    },
  },
  {
    surprising: true,
    event: ({ type }, at) =>
      type === "deregistered" && at.isIn("carrier", `${SERVING}.registered`)
        ? { type: "request.deregister" }
        : undefined,
  },
];
