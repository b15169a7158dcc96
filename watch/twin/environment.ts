/**
 * What must have happened around the charts for them to tell what was observed: how each service may have ended on the
 * way there. One table; a service that is not in it, or has no ending for the event, stays as it is.
 */
import type { DeviceFacts } from "../../machines/carrierModel.ts";
import type { DeadlineInput } from "../../machines/deadline.ts";
import type { Edition } from "../../machines/edition.ts";
import type { FotaFailure } from "../../machines/fotaOutcomes.ts";
import type { ServerFacts } from "../../machines/outcomes.ts";
import type { DeferredReason, ErrnoName, ErrorKind, SemanticEventType } from "../../machines/semanticEvent.ts";
import { DEFAULT_RETRY } from "../../machines/settings.ts";
import { errorsOf, type ObservedEvent, reasonsOf } from "../observedEvent.ts";

/** What was observed, as the table asks for it. */
export interface Wanted {
  readonly type: SemanticEventType;
  readonly reasons: readonly DeferredReason[];
  readonly errors: readonly ErrorKind[];
  readonly errno: ErrnoName | undefined;
  readonly uri: string | undefined;
  /** A deferral that no further attempt follows; undefined when the device did not say. */
  readonly last: boolean | undefined;
}

export function wantedBy(edition: Edition, observed: ObservedEvent): Wanted {
  const { errno, uri, timeout } = observed.payload ?? {};
  return {
    type: observed.semantic,
    reasons: reasonsOf(edition, observed),
    errors: errorsOf(edition, observed),
    errno,
    uri,
    last: timeout === undefined ? undefined : timeout === 0,
  };
}

/** A service that is under way. */
export interface Pending {
  /** Name of its implementation. */
  readonly src: string;
  /** Chart that waits for it: `carrier`, `link`, `bootstrap`, `register/123` …. */
  readonly chart: string;
  readonly input: unknown;
  /** State of the firmware object, and the accounts that the device is known to have. */
  readonly firmware: 0 | 1 | 2 | 3;
  readonly device: DeviceFacts | undefined;
}

export type Ending =
  | { readonly output: unknown }
  | { readonly fails: true }
  /** The event that a deadline or an alarm is for. */
  | { readonly event: { readonly type: string } };

/** Never used up: only the device knows how often it tries. */
export const ENDLESS = 1_000_000;

const SERVER: ServerFacts = {
  shortServerId: 1,
  retry: { ...DEFAULT_RETRY, count: ENDLESS },
  bootstrapOnFailure: true,
  initialDelaySeconds: 0,
  disableTimeoutSeconds: 86_400,
};

const FACTORY: DeviceFacts = {
  bootstrapped: false,
  keysOnly: false,
  keysWritten: false,
  hasBootstrapServer: true,
  holdOffSeconds: 0,
  automatic: true,
  bootstrapRetry: SERVER.retry,
  servers: [],
  firmware: { state: 0, uri: "" },
};

/** What a device may begin with that nobody has watched before. */
function unknownDevices({ last }: Wanted, known: Pick<DeviceFacts, "firmware">): readonly DeviceFacts[] {
  const begins = last === true ? [false, true] : [true];
  return begins.flatMap((bootstrapOnFailure) => {
    // See retries.ts: an attempt that is the last one.
    const retry = { ...SERVER.retry, ...(last === true && { count: 0 }) };
    const bootstrapped = { ...FACTORY, bootstrapped: true, servers: [{ ...SERVER, retry, bootstrapOnFailure }] };
    return [
      { ...FACTORY, bootstrapRetry: retry },
      { ...bootstrapped, ...known },
    ];
  });
}

const output = (value?: unknown): Ending => ({ output: value });
const kind = (name: string, more: object = {}): Ending => output({ kind: name, ...more });
const FAILS: Ending = { fails: true };
const always =
  (...endings: readonly Ending[]) =>
  () =>
    endings;

const isError = ({ errors }: Wanted, ...kinds: readonly ErrorKind[]) => errors.some((error) => kinds.includes(error));

/** Endings for those of the wanted reasons that this service is behind; otherwise it went well. */
function byReason(
  { reasons }: Wanted,
  endings: Partial<Record<DeferredReason, readonly Ending[]>>,
  well: Ending,
): readonly Ending[] {
  const wanted = reasons.flatMap((reason) => endings[reason] ?? []);
  return wanted.length > 0 ? wanted : [well];
}

const REFUSED = kind("noAnswer", { heard: true });
const SILENT = kind("noAnswer", { heard: false });
const UNAVAILABLE = [kind("unavailable")];
const REGISTERED = kind("registered", { updateAt: 0 });
const session = (name: string): readonly Ending[] => [kind(name, { detail: "" })];

function keys({ errors, errno }: Wanted, written: Ending): readonly Ending[] {
  const refused = errors.includes("bootstrap") && (errno === undefined || errno === "EACCES");
  return refused ? [kind("refused", { servers: [] }), written] : [written];
}

const failed = (failure: FotaFailure): Ending => kind("failed", { failure });
const DOWNLOAD_FAILURES: Partial<Record<ErrorKind, readonly FotaFailure[]>> = {
  fotaPackage: ["tooLarge"],
  fotaProtocol: ["protocol"],
  fotaConnection: ["unreachable"],
  fotaConnectionLost: ["connectionLost"],
};
const IMAGE_FAILURES: Partial<Record<ErrorKind, readonly FotaFailure[]>> = {
  fotaPackage: ["integrity"],
  fotaFailed: ["wrongVersion"],
};

function byError({ errors }: Wanted, failures: typeof DOWNLOAD_FAILURES, well: Ending): readonly Ending[] {
  return [well, ...errors.flatMap((error) => failures[error] ?? []).map(failed)];
}

const modemUpdate = (wanted: Wanted) => [kind(isError(wanted, "fotaFailed") ? "updateFailed" : "updated")];
const lostServer = ({ reasons }: Wanted) => reasons.some((reason) => !reason.startsWith("BOOTSTRAP_"));

/** Deadlines by the event that they are for. */
const DEADLINES: Readonly<Record<string, (wanted: Wanted) => boolean>> = {
  "retry.due": () => true,
  "holdOff.over": () => true,
  "delay.over": () => true,
  "resume.due": () => true,
  "disable.over": ({ type }) => type === "registered" || type === "deferred",
  "link.timedOut": (wanted) => isError(wanted, "linkUp", "linkDown") || wanted.type === "link.goingUp",
};

export const ENDINGS: Readonly<Record<string, (wanted: Wanted, pending: Pending) => readonly Ending[]>> = {
  ask: always(output({ value: 0, tags: [1] })),
  deadline: (wanted, { input }) => {
    const { event } = input as DeadlineInput;
    return DEADLINES[event]?.(wanted) === true ? [{ event: { type: event } }] : [];
  },

  // The device's life
  loadDevice: (wanted, { device, firmware }) => {
    const known = { firmware: { state: firmware, uri: firmware === 1 ? "unknown" : "" } } as const;
    if (device !== undefined && device.servers.length > 0) return [output({ ...device, ...known })];
    return unknownDevices(wanted, known).map((facts) => output(facts));
  },
  prepareApplication: always(output()),
  restartDevice: always(output()),

  // Initialisation
  initialiseModem: (wanted, { chart, firmware }) => {
    if (chart === "fota") return modemUpdate(wanted);
    if (isError(wanted, "init")) return [FAILS];
    // How an update went is told only after the initialisation.
    return firmware === 3 ? [kind("updated"), kind("updateFailed")] : [kind("ok")];
  },
  readIdentity: always(output()),
  writeBuiltInCertificates: always(output([1])),
  listCertificates: always(output([1])),
  checkCertificates: always(output(true)),
  writeServerKeys: (wanted) => keys(wanted, kind("written")),

  // Link
  attach: always(output()),
  switchOffline: always(output()),
  switchPowerOff: always(output()),

  // Bootstrap
  readSmartcard: always(kind("none")),
  openSession: (wanted, { chart }) =>
    byReason(
      wanted,
      {
        [chart === "bootstrap" ? "BOOTSTRAP_NO_ROUTE" : "SERVER_NO_ROUTE"]: session("noRoute"),
        [chart === "bootstrap" ? "BOOTSTRAP_CONNECT" : "SERVER_CONNECT"]: session("handshakeFailed"),
        PDN_ACTIVATE: session("pdn"),
        NO_REASON: session("noRoute"),
        SIM_MSISDN: session("noRoute"),
      },
      kind("open"),
    ),
  requestBootstrap: (wanted) =>
    byReason(wanted, { BOOTSTRAP_SEQUENCE: [REFUSED], SERVICE_UNAVAILABLE: UNAVAILABLE }, kind("accepted")),
  serveBootstrap: always(kind("finished")),
  writeManagementKeys: (wanted) => keys(wanted, kind("written", { servers: [SERVER], hasBootstrapServer: true })),

  // Registration
  alarm: (wanted) => (lostServer(wanted) ? [{ event: { type: "update.due" } }] : []),
  register: (wanted) =>
    byReason(
      wanted,
      {
        SERVER_REGISTRATION: wanted.last === true ? [REFUSED, kind("refused", { code: "4.03" })] : [REFUSED],
        SERVICE_UNAVAILABLE: UNAVAILABLE,
      },
      REGISTERED,
    ),
  update: (wanted) =>
    byReason(
      wanted,
      {
        SERVER_NO_ROUTE: [SILENT],
        SERVICE_UNAVAILABLE: UNAVAILABLE,
        SERVER_CONNECT: [kind("closed")],
        SERVER_REGISTRATION: [kind("closed")],
        PDN_ACTIVATE: [kind("closed")],
      },
      REGISTERED,
    ),
  deregister: always(output()),
  disable: always(output(Number.MAX_SAFE_INTEGER)),

  // Firmware
  prepareArea: always(output()),
  download: (wanted) => byError(wanted, DOWNLOAD_FAILURES, kind("complete")),
  verifyImage: (wanted) => byError(wanted, IMAGE_FAILURES, kind("valid")),
  scheduleImage: always(output()),
  eraseImage: always(output()),
  reinitialiseModem: modemUpdate,
};
