/**
 * Makes a record of every step of the charts, from XState's own inspection stream. Nothing is installed unless there is
 * a trace.
 */
import type { ActorRefLike, AnyActorRef, AnyMachineSnapshot, InspectionEvent } from "xstate";
import type { Trace } from "../ports/trace.ts";
import { withoutUserInformation } from "../trace/redact.ts";

/** @returns the function that ends it. */
export function traceCharts(carrier: AnyActorRef, trace: Trace): () => void {
  const observer = new ChartObserver(carrier, trace);
  return carrier.system.inspect({ next: (event: InspectionEvent) => observer.observe(event) }).unsubscribe;
}

interface Step {
  readonly event: { readonly type: string };
  /** It came from outside of the charts and has not been recorded yet. */
  input: boolean;
  /** `seq` of the record that led to it. */
  readonly cause: number | undefined;
}

class ChartObserver {
  readonly #carrier: AnyActorRef;
  readonly #trace: Trace;
  readonly #steps = new WeakMap<AnyActorRef, Step>();
  readonly #active = new WeakMap<AnyActorRef, ReadonlySet<string>>();

  constructor(carrier: AnyActorRef, trace: Trace) {
    this.#carrier = carrier;
    this.#trace = trace;
  }

  observe(event: InspectionEvent): void {
    if (event.type !== "@xstate.event" && event.type !== "@xstate.microstep") return;
    const actor = event.actorRef as AnyActorRef;
    if (!isChart(actor) || !this.#isOurs(actor)) return;
    if (event.type === "@xstate.microstep") {
      // A chart that is stopped from outside has taken no event.
      if (event.event.type === "xstate.stop") return;
      this.#record(actor, event.snapshot as AnyMachineSnapshot, this.#steps.get(actor));
    } else if (event.event.type === "xstate.init") {
      // The first step has no microstep of its own; its snapshot is there before its actions run.
      this.#record(actor, actor.getSnapshot() as AnyMachineSnapshot, {
        event: event.event,
        input: false,
        cause: this.#trace.last,
      });
    } else {
      // Whoever sends an event has just moved, ended or heard something, and left the newest record.
      const cause = this.#trace.cause ?? this.#trace.last;
      this.#steps.set(actor, { event: event.event, input: !isChart(event.sourceRef), cause });
    }
  }

  #record(actor: AnyActorRef, snapshot: AnyMachineSnapshot, step: Step | undefined): void {
    const before = this.#active.get(actor);
    const active = activeStates(snapshot);
    this.#active.set(actor, active);
    const { type, ...payload } = step?.event ?? { type: "xstate.init" };
    const input = step?.input === true;
    if (step !== undefined) step.input = false;
    this.#trace.record({
      kind: "chart",
      actor: actor === this.#carrier ? "carrier" : actor.id,
      event: type,
      value: snapshot.value,
      entered: [...active].filter((state) => !before?.has(state)),
      cause: step?.cause,
      ...(input && { input, payload: plain(payload) }),
    });
  }

  /** The carrier may live inside a system of the application's own. */
  #isOurs(actor: AnyActorRef): boolean {
    for (let at: AnyActorRef | undefined = actor; at !== undefined; at = at._parent) {
      if (at === this.#carrier) return true;
    }
    return false;
  }
}

function isChart(actor: ActorRefLike | undefined): boolean {
  return actor !== undefined && "machine" in ((actor as Partial<AnyActorRef>).getSnapshot?.() ?? {});
}

/** Each state's path, joined once. */
const joinedPaths = new WeakMap<object, string>();

/** Paths of the active states below the root, `alive.work.running`. */
function activeStates(snapshot: AnyMachineSnapshot): ReadonlySet<string> {
  const active = new Set<string>();
  for (const node of snapshot._nodes) {
    if (node.path.length === 0) continue;
    let joined = joinedPaths.get(node);
    if (joined === undefined) {
      joined = node.path.join(".");
      joinedPaths.set(node, joined);
    }
    active.add(joined);
  }
  return active;
}

/** An Error inside an event says its name and message; everything else in a chart's event is plain data. */
function plain(payload: Record<string, unknown>): Record<string, unknown> {
  const told: Record<string, unknown> = {};
  for (const key of Object.keys(payload)) {
    const value = payload[key];
    told[key] = withoutUserInformation(value instanceof Error ? { name: value.name, message: value.message } : value);
  }
  return told;
}
