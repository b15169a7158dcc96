/** Watches running XState actors for who looks. While nobody does, nothing is installed in XState. */
import { randomBytes } from "node:crypto";
import type { AnyActorRef, AnyMachineSnapshot } from "xstate";
import type { Trace } from "../../ports/trace.ts";
import { createTrace } from "../../trace/trace.ts";
import type { MachineDefinition } from "../definition.ts";
import type { Attachment, InspectOptions, Inspector, InspectorOptions, Viewer } from "../options.ts";
import type { Breakpoint, Request } from "../protocol.ts";
import { Describer, definitionHash } from "./describeMachine.ts";
import { Hub } from "./hub.ts";
import { Steerer } from "./steerer.ts";
import { Watch } from "./watch.ts";
import { rootKey } from "./watchedActors.ts";

/** Records that a history can have at most. */
const LONGEST_HISTORY = 1_000_000;

/** Throws a RangeError for a `history` that cannot be. */
export function createInspector(options: InspectorOptions = {}): Inspector {
  return new AppInspector(options);
}

/**
 * Watches a running root actor and everything below it with `options.inspector` or a new inspector, which is returned. The
 * other fields of an inspector's options may stand beside those of the watching.
 */
export function inspect(actor: AnyActorRef, options: InspectOptions & InspectorOptions = {}): Inspector {
  const { inspector = createInspector(options), ...others } = options;
  inspector.watch(actor, others);
  return inspector;
}

class AppInspector implements Inspector {
  readonly options: InspectorOptions;
  readonly instance = randomBytes(8).toString("hex");
  readonly #hub: Hub;
  readonly #describer: Describer;
  readonly #watches = new Set<Watch>();
  /** The app's, where it gave one: actors that are watched with the same one are of one device. */
  readonly #traces = new WeakMap<Watch, Trace | undefined>();
  readonly #steerer: Steerer;
  #making: Watch | undefined;
  #closed = false;

  constructor(options: InspectorOptions) {
    const { history = 0, sink, redact, definitions } = options;
    if (!Number.isInteger(history) || history < 0 || history > LONGEST_HISTORY) {
      throw new RangeError(`history is ${history}, must be a whole number from 0 to ${LONGEST_HISTORY}`);
    }
    this.options = options;
    this.#describer = new Describer({ redact });
    this.#hub = new Hub({
      instance: this.instance,
      history,
      sink,
      definitions: () => Object.values(definitions?.() ?? {}).map(hashed),
    });
    this.#steerer = new Steerer({
      steering: options.steering,
      watches: this.#watches,
      plain: { redact },
      breakpointsChanged: (breakpoints) => this.#hub.tellBreakpoints(breakpoints),
    });
  }

  readonly sink: Inspector["sink"] = (record) => {
    if (this.#closed) return;
    // The app's trace names the device that the watch makes this record for.
    if (this.#making !== undefined) this.#making.device = record.device;
    this.#hub.take(record);
    try {
      this.#steerer.hear(record);
    } catch {
      // A record of the app's own making that no breakpoint can be compared with.
    }
  };

  readonly detailed = (): boolean => this.#isWanted;

  watch(root: AnyActorRef, options: Omit<InspectOptions, "inspector"> = {}): () => void {
    const { trace, device = trace === undefined ? rootKey(root) : undefined, guards = true, trees = {} } = options;
    const name = device === undefined ? undefined : this.#freeDevice(device);
    const used = trace ?? this.#ownTrace(name ?? "app", options.clock ?? REAL_TIME);
    const watch: Watch = new Watch({
      root,
      rootKey: this.#freeKey(rootKey(root), trace),
      trace: this.#noting(used, () => watch),
      isShared: trace !== undefined,
      asks: guards,
      trees,
      describer: this.#describer,
      plain: { redact: this.options.redact },
      device: name,
    });
    this.#watches.add(watch);
    this.#traces.set(watch, trace);
    this.#hub.chartsUnseen = false;
    if (this.#isWanted) watch.install();
    return () => {
      if (!this.#watches.delete(watch)) return;
      watch.uninstall();
      this.#hub.chartsUnseen = this.#watches.size === 0;
      // Of a trace of the app's own only the app knows when the run is over.
      if (trace !== undefined) return;
      const { status } = root.getSnapshot() as AnyMachineSnapshot;
      used.record({ kind: "result", ok: status !== "error", reason: "it is no longer watched" });
    };
  }

  attach(viewer: Viewer): Attachment {
    const { catchUp, detach } = this.#hub.attach(viewer, () => {
      for (const watch of this.#watches) watch.install();
    });
    return {
      catchUp,
      detach: () => {
        detach();
        if (!this.#isWanted) this.#release();
      },
    };
  }

  get breakpoints(): readonly Breakpoint[] {
    return this.#steerer.breakpoints;
  }

  steer(request: Request): Promise<unknown> {
    return this.#steerer.steer(request);
  }

  close(): void {
    this.#closed = true;
    this.#steerer.close();
    for (const watch of this.#watches) watch.uninstall();
    this.#watches.clear();
    this.#hub.clear();
  }

  get #isWanted(): boolean {
    return (
      !this.#closed && (this.#hub.viewers > 0 || this.options.sink !== undefined || (this.options.history ?? 0) > 0)
    );
  }

  /** Nobody looks any more. */
  #release(): void {
    const timers = new Set<number>();
    const devices = new Set<string>();
    for (const watch of this.#watches) {
      for (const seq of watch.actors?.timers.pending ?? []) timers.add(seq);
      if (watch.device !== undefined) devices.add(watch.device);
      watch.uninstall();
    }
    this.#hub.forget(timers, devices);
  }

  /** Learns what device a trace is of from the records that are made with it. */
  #noting(trace: Trace, watch: () => Watch): Trace {
    const record: Trace["record"] = (fields) => {
      const outer = this.#making;
      this.#making = watch();
      try {
        return trace.record(fields);
      } finally {
        this.#making = outer;
      }
    };
    return {
      record,
      causedBy: (cause, work) => trace.causedBy(cause, work),
      get cause() {
        return trace.cause;
      },
      get last() {
        return trace.last;
      },
      get detailed() {
        return trace.detailed;
      },
      rawCapture: trace.rawCapture,
    };
  }

  #freeDevice(device: string): string {
    const taken = new Set([...this.#watches].map((watch) => watch.device));
    let name = device;
    for (let n = 2; taken.has(name); n++) name = `${device} ${n}`;
    return name;
  }

  #freeKey(wanted: string, trace: Trace | undefined): string {
    const others = [...this.#watches].filter((watch) => trace !== undefined && this.#traces.get(watch) === trace);
    const taken = new Set(others.map(({ options }) => options.rootKey));
    let key = wanted;
    for (let n = 2; taken.has(key); n++) key = `${wanted}~${n}`;
    return key;
  }

  /** Numbers and times of its own; the first record says which time of day that is. */
  #ownTrace(device: string, clock: NonNullable<InspectOptions["clock"]>): Trace {
    const trace = createTrace({ sink: this.sink, clock, device, detailed: this.detailed });
    trace.record({ kind: "run", edition: "", version: "" });
    return trace;
  }
}

const REAL_TIME: NonNullable<InspectOptions["clock"]> = {
  now: () => performance.now(),
  wall: () => Date.now(),
};

function hashed(definition: MachineDefinition): { readonly hash: string; readonly definition: MachineDefinition } {
  return { hash: definitionHash(definition), definition };
}
