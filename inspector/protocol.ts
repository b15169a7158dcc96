/**
 * What a page and the inspector's server say to each other: WebSocket, subprotocol `lwm2m-inspect.v1`. The server sends
 * text messages that are arrays of frames, the page single requests. Records are those of the trace.
 */
import type { TraceRecord } from "../ports/trace.ts";
import type { ActorKey } from "./records.ts";

export const SUBPROTOCOL = "lwm2m-inspect.v1";
export const PROTOCOL_VERSION = 1;
/** Of the WebSocket, relative to the page: `new URL(SOCKET_PATH, location.href)`, with `ws:`. */
export const SOCKET_PATH = "socket";
/** Octets of one message of the page at most. */
export const LARGEST_REQUEST = 65_536;

export type Frame = HelloFrame | CheckpointFrame | RecordsFrame | GapFrame | BreakpointsFrame | ReplyFrame;

/** First of all. */
export interface HelloFrame {
  readonly frame: "hello";
  readonly protocol: number;
  /** Of the package. */
  readonly version: string;
  /** Another one after the server has started anew: what the page has is of another run. */
  readonly instance: string;
  /** Title of the page: `demo`, a file's name. */
  readonly title: string;
  /** False for a recording. */
  readonly live: boolean;
  /** What the app allows to be done to it; absent: nothing. */
  readonly steering?: SteeringOffer;
}

export interface SteeringOffer {
  /** Events may be sent to actors. */
  readonly send: boolean;
  /** Timers may be fired now. */
  readonly fire: boolean;
  /** Time and arrivals can be frozen: breakpoints. */
  readonly freeze: boolean;
  readonly controls: readonly ControlOffer[];
  /** Those that hold when the page comes; a `breakpoints` frame tells it when others do. Absent: none. */
  readonly breakpoints?: readonly Breakpoint[];
}

/** Something that the app lets be done to it: a form and a button. */
export interface ControlOffer {
  readonly name: string;
  readonly label: string;
  readonly description?: string;
  /** Heading that it stands under: `Application`, `Network`, `Modem`. */
  readonly group: string;
  /** Absent: for every device. */
  readonly device?: string;
  readonly fields: readonly ControlField[];
}

export interface ControlField {
  readonly name: string;
  readonly label: string;
  readonly type: "text" | "number" | "choice" | "flag";
  readonly choices?: readonly string[];
  readonly default?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * Everything as it was before record number `before`: `run`, `definition`, `actor` (`found`), `timer` (`set`),
 * `resource`, `breakpoint` and `result` records that a page folds. What it had stays, unless numbers run backwards.
 */
export interface CheckpointFrame {
  readonly frame: "checkpoint";
  /** Number of the first record that follows. */
  readonly before: number;
  readonly records: readonly TraceRecord[];
}

/** Records in the order in which they came, `first` the number of the first: numbers rise by one over all devices. */
export interface RecordsFrame {
  readonly frame: "records";
  readonly first: number;
  readonly records: readonly TraceRecord[];
}

/** Records that this page does not get, because it was too slow or they are no longer kept; a checkpoint follows. */
export interface GapFrame {
  readonly frame: "gap";
  readonly first: number;
  readonly count: number;
}

/** The breakpoints that hold from now on, whichever page has added or removed one. */
export interface BreakpointsFrame {
  readonly frame: "breakpoints";
  readonly breakpoints: readonly Breakpoint[];
}

export interface ReplyFrame {
  readonly frame: "reply";
  readonly id: number;
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: string;
}

/** `id` comes back in the reply. */
export type Request = { readonly id: number } & (
  | ResumeRequest
  | SendRequest
  | FireRequest
  | ControlRequest
  | BreakpointRequest
  | { readonly request: "pause" | "continue" | "step" }
);

/**
 * Has to be the page's first message. With the `instance` of a hello before and the number of the last record that it
 * has, it gets what came after; else, or when that is no longer kept, a checkpoint.
 */
export interface ResumeRequest {
  readonly request: "resume";
  readonly instance?: string;
  readonly after?: number;
}

export interface SendRequest {
  readonly request: "send";
  readonly device: string;
  readonly actor: ActorKey;
  readonly event: { readonly type: string; readonly [field: string]: unknown };
}

/** Fires a timer now; `timer` is the `seq` of its `set` record. */
export interface FireRequest {
  readonly request: "fire";
  readonly device: string;
  readonly timer: number;
}

export interface ControlRequest {
  readonly request: "control";
  readonly name: string;
  readonly device: string;
  readonly values: Readonly<Record<string, string | number | boolean>>;
}

/** Breakpoints belong to the app, not to a page. To add one that holds, or remove one that does not, changes nothing. */
export interface BreakpointRequest {
  readonly request: "addBreakpoint" | "removeBreakpoint";
  readonly breakpoint: Breakpoint;
}

/** Everything given has to hold. At least one of `state`, `edge`, `event` and `guard` is given. */
export interface Breakpoint {
  readonly device?: string;
  readonly actor?: ActorKey;
  /** Id of a node that is entered. */
  readonly state?: string;
  /** Id of an edge that is taken. */
  readonly edge?: string;
  /** Event descriptor, wildcards included: `link.*`. */
  readonly event?: string;
  /** Name of a guard that said no. */
  readonly guard?: string;
}
