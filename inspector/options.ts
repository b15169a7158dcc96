/** What an app says when it lets itself be inspected. */
import type { AnyActorRef } from "xstate";
import type { Clock } from "../ports/clock.ts";
import type { Trace, TraceSink } from "../ports/trace.ts";
import type { ControlOffer } from "./protocol.ts";

export interface InspectorOptions {
  /** Title of the page. Default: `inspector`. */
  readonly title?: string;
  /** Records kept for who comes late, 0 to 1,000,000. Default 0: nothing is kept, and nothing installed in XState before somebody looks. */
  readonly history?: number;
  /** Takes every record for as long as the inspector lives, the machines' steps included. */
  readonly sink?: TraceSink;
  /** Replaces what must not be shown, beyond the keys and identities that never are. `path` is like `context.user.name`. */
  readonly redact?: (path: string, value: unknown) => unknown;
  /** Definitions by name of machines that records may speak of without having told them: for recordings of `chart` records alone. */
  readonly definitions?: () => Readonly<Record<string, import("./definition.ts").MachineDefinition>>;
  /** What may be done to the app from a page. Default: nothing. */
  readonly steering?: Steering;
}

export interface Steering {
  /** Events may be sent to watched actors, and XState's own delayed events be fired early. */
  readonly send?: boolean;
  /** Fires the timer whose `set` record has this `seq`; false when it does not pend. */
  readonly fire?: (device: string, seq: number) => boolean;
  /** Freezes time and arrivals, for breakpoints. */
  readonly freeze?: { pause(): void; resume(): void };
  readonly controls?: readonly Control[];
}

export interface Control extends ControlOffer {
  /** Does it; what it returns or throws is shown. `values` were checked against `fields`. */
  run(values: Readonly<Record<string, string | number | boolean>>, device: string): unknown;
}

export interface InspectOptions {
  /** The one to watch with; default: a new one, made with these options' other fields. */
  readonly inspector?: Inspector;
  /**
   * Where the records go that the watching makes, so that they are numbered with the app's own; its sink has to hand them on
   * to the inspector's `sink`. Default: one of its own.
   */
  readonly trace?: Trace;
  /** Default: the machine's id, or the trace's device. */
  readonly device?: string;
  /** Default: real time. Of use without `trace` alone. */
  readonly clock?: Pick<Clock, "now" | "wall">;
  /** Guards are asked a second time, for the why panel; false where they have side effects. Default true. */
  readonly guards?: boolean;
  /** Trees of values that change: an LwM2M device's objects. */
  readonly trees?: Readonly<Record<string, TreeSource>>;
}

export interface TreeSource {
  /** Every leaf now. */
  leaves(): Iterable<{ readonly path: string; readonly value: unknown; readonly label?: string }>;
  /** Calls `changed` with each leaf that changes, `value` undefined where it is gone. Returns the function that ends it. */
  subscribe(
    changed: (leaf: { readonly path: string; readonly value?: unknown; readonly label?: string }) => void,
  ): () => void;
}

/** Watches actors and tells who looks. Made by `createInspector`. */
export interface Inspector {
  /** The tap for the records of a trace: give it to `createTrace` as sink, or call it from yours. */
  readonly sink: TraceSink;
  /** Whether anybody looks or is to be told later: for `createTrace`'s `detailed`. */
  readonly detailed: () => boolean;
  /** Watches a running root actor and everything below it. Returns the function that ends it. */
  watch(actor: AnyActorRef, options?: Omit<InspectOptions, "inspector">): () => void;
  /** Somebody looks: gets a checkpoint, then records. See `Viewer`. */
  attach(viewer: Viewer): Attachment;
  /** What a page asks for. Rejects with `SteeringError` when the app does not allow it or it cannot be. */
  steer(request: import("./protocol.ts").Request): Promise<unknown>;
  /** Where time is to be frozen. */
  readonly breakpoints: readonly import("./protocol.ts").Breakpoint[];
  readonly options: InspectorOptions;
  /** Names this inspector: another after a restart. */
  readonly instance: string;
  /** Lets go of everything; pages are told by the server. */
  close(): void;
}

/** Who looks. Nothing it does may throw or keep the app waiting. */
export interface Viewer {
  /** Where it was before, if it was. */
  readonly resume?: { readonly instance: string; readonly after: number };
  checkpoint(records: readonly import("../ports/trace.ts").TraceRecord[], before: number): void;
  record(record: import("../ports/trace.ts").TraceRecord, number: number): void;
  gap(first: number, count: number): void;
  /** Those that hold from now on. */
  breakpoints?(breakpoints: readonly import("./protocol.ts").Breakpoint[]): void;
}

export interface Attachment {
  /** It was too slow: a checkpoint of now follows the gap. */
  catchUp(): void;
  detach(): void;
}
