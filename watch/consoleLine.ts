/**
 * The console of Nordic's lwm2m_carrier sample, of every edition, and the debug log of the Serial Modem: what a line of
 * it means. Tables of texts, as the samples print them.
 */
import type { Edition } from "../machines/edition.ts";
import { EDITIONS, type EditionId } from "../machines/editions/index.ts";
import type { DeferredReason } from "../machines/semanticEvent.ts";
import type { Details, ErrorName } from "./sighting.ts";

export type ConsoleLine =
  | { readonly kind: "event"; readonly name: string; readonly details?: Details }
  /** More of the event of that name, which came before. */
  | { readonly kind: "detail"; readonly of: string; readonly details: Details }
  /** The device starts; `ofSerialModem`: in a word that any other device may say as well. */
  | { readonly kind: "start"; readonly ofSerialModem: boolean }
  /** The application could not do its part. */
  | { readonly kind: "failure" }
  /** Which editions a Serial Modem of this make may have inside. */
  | { readonly kind: "version"; readonly editions: readonly EditionId[] };

/** Events that the sample prints a second line for. */
export const TOLD_IN_TWO_LINES: ReadonlySet<string> = new Set(["DEFERRED", "ERROR", "APP_DATA"]);

const REASONS: Readonly<Record<string, DeferredReason>> = {
  "No reason given": "NO_REASON",
  "Failed to activate PDN": "PDN_ACTIVATE",
  "No route to bootstrap server": "BOOTSTRAP_NO_ROUTE",
  "Failed to connect to bootstrap server": "BOOTSTRAP_CONNECT",
  "Bootstrap sequence not completed": "BOOTSTRAP_SEQUENCE",
  "No route to server": "SERVER_NO_ROUTE",
  "Failed to connect to server": "SERVER_CONNECT",
  "Server registration sequence not completed": "SERVER_REGISTRATION",
  "Server in maintenance mode": "SERVICE_UNAVAILABLE",
  "Waiting for SIM MSISDN": "SIM_MSISDN",
};

/** Names of the error, the one that an edition has counts; `except`: editions whose sample has another text for it. */
interface ErrorText {
  readonly names: readonly string[];
  readonly except?: readonly EditionId[];
}

const ERRORS: Readonly<Record<string, ErrorText>> = {
  "Failed to connect to the LTE network": { names: ["CONNECT_FAIL", "LTE_LINK_UP_FAIL"] },
  "Failed to disconnect from the LTE network": { names: ["DISCONNECT_FAIL", "LTE_LINK_DOWN_FAIL"] },
  "Bootstrap error": { names: ["BOOTSTRAP"] },
  "Package refused from modem": { names: ["FOTA_PKG"] },
  "Protocol error": { names: ["FOTA_PROTO"] },
  "Connection to remote server failed": { names: ["FOTA_CONN"] },
  "Connection to remote server lost": { names: ["FOTA_CONN_LOST"] },
  "Modem firmware update failed": { names: ["FOTA_FAIL"] },
  "Firmware update failed": { names: ["FOTA_FAIL"] },
  "Illegal object configuration detected": { names: ["CONFIGURATION"], except: ["3.6"] },
  "Configuration failure": { names: ["RUN"], except: ["3.6"] },
  "Initialization failure": { names: ["INIT"] },
  "Connection failure": { names: ["CONNECT"] },
};
/** Where one text means two things: in the newest edition the other one. */
const NEWEST_ERRORS: Readonly<Record<string, ErrorText>> = {
  "Configuration failure": { names: ["CONFIGURATION"] },
};
/** Errors of an edition that its charts never tell. */
const OTHER_ERRORS: Readonly<Record<string, Partial<Record<EditionId, ErrorName>>>> = {
  "Internal failure": { "0.30": { number: 11, name: "INTERNAL" } },
};
const NO_ERROR = "No error";

const OPERATIONS: Readonly<Record<string, 0 | 1 | 2>> = { DATA_WRITE: 0, OBSERVE_START: 1, OBSERVE_STOP: 2 };

const EVENT = /^LWM2M_CARRIER_EVENT_([A-Z_]+)$/;
const EVENT_NAMES: ReadonlySet<string> = new Set(
  Object.values(EDITIONS).flatMap((edition: Edition) => Object.values(edition.events).map(({ name }) => name)),
);
const DEFERRAL = /^Reason: ([\w ]{1,64}), timeout: (-?\d{1,10}) seconds?$/;
const ERROR = /^([\w ]{1,64}), reason (-?\d{1,10})$/;
const DATA = /^App data event type: (DATA_WRITE|OBSERVE_START|OBSERVE_STOP), path: ((?:\/\d{1,5}){1,4})$/;
/** The Serial Modem's log has both in one line. */
const ONE_LINE_DEFERRAL = /^LWM2M_CARRIER_EVENT_DEFERRED: reason ([\w ]{1,64}), timeout (-?\d{1,10}) seconds?$/;
const ONE_LINE_ERROR = /^LWM2M_CARRIER_EVENT_ERROR: ([\w ]{1,64}), reason (-?\d{1,10})$/;
const VERSION = /^#X(SM|SLM)VER: "/;

const STARTS = [/^LWM2M Carrier library sample\.{1,2}$/, /^\*{3} Booting .{1,200} \*{3}$/];
/** A Serial Modem, or a Serial LTE Modem. */
const SERIAL_MODEM_STARTS = "Ready";
const FAILURES = [
  /^Modem library did not initialize: -?\d+$/,
  /^Failed to initialize modem library!?$/,
  /^failed to provision (?:CA certificates|PSK)$/,
  /^ERROR: Unable to provision certificate, err: -?\d+$/,
  /^Unable to provision PSK, tag \d+$/,
  /^INIT ERROR$/,
  /^#XMODEM: FAULT,/,
];

/** What the line means; undefined for one that tells nothing of the library. */
export function readConsoleLine(line: string): ConsoleLine | undefined {
  const name = EVENT.exec(line)?.[1];
  if (name !== undefined) return EVENT_NAMES.has(name) ? { kind: "event", name } : undefined;
  const whole = deferral(ONE_LINE_DEFERRAL.exec(line));
  if (whole !== undefined) return { kind: "event", name: "DEFERRED", details: whole };
  const error = errorOf(ONE_LINE_ERROR.exec(line));
  if (error !== undefined) return { kind: "event", name: "ERROR", details: error };
  return readDetail(line) ?? readOther(line);
}

function readDetail(line: string): ConsoleLine | undefined {
  const reason = deferral(DEFERRAL.exec(line));
  if (reason !== undefined) return { kind: "detail", of: "DEFERRED", details: reason };
  const error = errorOf(ERROR.exec(line));
  if (error !== undefined) return { kind: "detail", of: "ERROR", details: error };
  const [, operation = "", path = ""] = DATA.exec(line) ?? [];
  if (path === "") return undefined;
  return { kind: "detail", of: "APP_DATA", details: { kind: "data", operation: OPERATIONS[operation]!, path } };
}

function readOther(line: string): ConsoleLine | undefined {
  if (STARTS.some((pattern) => pattern.test(line))) return { kind: "start", ofSerialModem: false };
  if (line === SERIAL_MODEM_STARTS) return { kind: "start", ofSerialModem: true };
  if (FAILURES.some((pattern) => pattern.test(line))) return { kind: "failure" };
  const make = VERSION.exec(line)?.[1];
  // The numbers of `#XCARRIEREVT` go with the make (carrier/events.ts of the AT driver).
  return make === undefined ? undefined : { kind: "version", editions: [make === "SM" ? "3.6" : "3.3"] };
}

function deferral(match: RegExpExecArray | null): Details | undefined {
  const [, text = "", timeout = ""] = match ?? [];
  const reason = Object.hasOwn(REASONS, text) ? REASONS[text] : undefined;
  return reason && { kind: "deferral", reason, timeoutSeconds: Number(timeout) };
}

function errorOf(match: RegExpExecArray | null): Details | undefined {
  const [, text = "", value = ""] = match ?? [];
  const isKnown = Object.hasOwn(ERRORS, text) || Object.hasOwn(OTHER_ERRORS, text) || text === NO_ERROR;
  return isKnown ? { kind: "error", nameIn: (edition) => errorIn(edition, text), value: Number(value) } : undefined;
}

function errorIn(edition: Edition, text: string): ErrorName | undefined {
  const id = edition.id as EditionId;
  if (text === NO_ERROR) return { number: 0, name: "NO_ERROR" };
  const other = OTHER_ERRORS[text]?.[id];
  if (other !== undefined) return other;
  const found = id === "3.6" && Object.hasOwn(NEWEST_ERRORS, text) ? NEWEST_ERRORS[text] : ERRORS[text];
  if (found === undefined || found.except?.includes(id)) return undefined;
  return Object.values(edition.errors).find((word) => found.names.includes(word.name));
}
