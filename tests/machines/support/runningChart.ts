/** A chart that runs under a parent, with puppets for its actors: what it tells, reports and goes through is kept. */
import {
  type AnyActorRef,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  createMachine,
  type InspectionEvent,
  SimulatedClock,
} from "xstate";
import type { SemanticEvent } from "../../../machines/semanticEvent.ts";
import { endPuppet, withPuppets } from "./puppet.ts";

/** The chart's id under its parent. */
const ID = "chart";

export interface Transition {
  readonly source: { readonly id: string };
  readonly eventType: string;
}

export interface RunningChartOptions {
  readonly input?: unknown;
  /** Called with each microstep's transitions and snapshot. */
  readonly onStep?: (transitions: readonly Transition[], snapshot: AnyMachineSnapshot) => void;
}

export class RunningChart {
  /** What the application was told without being asked. */
  readonly told: SemanticEvent[] = [];
  /** Other effects of the chart: actions that are supplied from outside. */
  readonly done: { readonly action: string; readonly params: unknown }[] = [];
  /** What the parent was sent. */
  readonly reports: AnyEventObject[] = [];
  readonly chart: AnyActorRef;
  readonly #parent: AnyActorRef & { stop(): void };

  constructor(machine: AnyStateMachine, { input, onStep }: RunningChartOptions = {}) {
    const chart = withPuppets(machine).provide({ actions: this.#outsideActions(machine) });
    const parent = createMachine({
      invoke: { id: ID, src: chart, input: () => input },
      on: { "*": { actions: ({ event }) => this.reports.push(event) } },
    });
    const inspect = (event: InspectionEvent) => {
      if (event.type !== "@xstate.microstep" || (event.actorRef as AnyActorRef).id !== ID) return;
      onStep?.(event._transitions, event.snapshot as AnyMachineSnapshot);
    };
    const actor = createActor(parent, { clock: new SimulatedClock(), inspect });
    actor.start();
    this.#parent = actor as unknown as AnyActorRef & { stop(): void };
    this.chart = (actor.getSnapshot().children as Record<string, AnyActorRef>)[ID]!;
  }

  get snapshot(): AnyMachineSnapshot {
    return this.chart.getSnapshot() as AnyMachineSnapshot;
  }

  /** The innermost active states, `connecting.asking`. */
  get states(): string[] {
    return this.snapshot._nodes
      .filter(({ type }) => type === "atomic" || type === "final")
      .map(({ path }) => path.join("."));
  }

  /** Sends an event; the end of an invoked actor is brought about at that actor. */
  send(event: AnyEventObject): this {
    if (!endPuppet(this.chart, event)) this.chart.send(event);
    return this;
  }

  /** Ends the actor of implementation `src`. */
  finish(src: string, output?: unknown): this {
    return this.send({ type: "xstate.done.actor.", actorId: this.#actor(src).id, output });
  }

  /** Fails the actor of implementation `src`. */
  fail(src: string): this {
    return this.send({ type: "xstate.error.actor.", actorId: this.#actor(src).id, error: new Error("defect") });
  }

  /** Input of the actor of implementation `src`; undefined when none runs. */
  inputOf(src: string): unknown {
    return this.#find(src)?.getSnapshot().input;
  }

  /** The last event that the actor of implementation `src` was sent. */
  lastSentTo(src: string): unknown {
    return this.#actor(src).getSnapshot().received.at(-1);
  }

  isRunning(src: string): boolean {
    return this.#find(src) !== undefined;
  }

  stop(): void {
    this.#parent.stop();
  }

  #actor(src: string): AnyActorRef {
    const found = this.#find(src);
    if (found === undefined) throw new Error(`No "${src}" runs in ${this.states.join(", ")}`);
    return found;
  }

  #find(src: string): AnyActorRef | undefined {
    return Object.values(this.snapshot.children as Record<string, AnyActorRef>).find((child) => child.src === src);
  }

  #outsideActions(machine: AnyStateMachine) {
    const outside = Object.entries(machine.implementations.actions).filter(([, action]) => !isBuiltIn(action));
    return Object.fromEntries(
      outside.map(([action]) => [
        action,
        (_: unknown, params: unknown) => {
          if (action === "notify") this.told.push(params as SemanticEvent);
          else this.done.push({ action, params });
        },
      ]),
    );
  }
}

/** `assign`, `sendTo` and the like, in contrast to what `provide` supplies. */
export function isBuiltIn(action: unknown): boolean {
  return typeof action === "function" && "type" in action;
}
