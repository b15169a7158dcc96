/**
 * A recording again, through the statecharts alone: what came to them from outside is given to them in the order of the
 * recording, nothing acts on a device. The application hears the same events, or a chart decided by something else.
 */
import { isDeepStrictEqual } from "node:util";
import { type AnyActorRef, type AnyMachineSnapshot, createActor, type EventObject, fromCallback } from "xstate";
import { bootstrapMachine } from "../machines/bootstrap.ts";
import { carrierMachine } from "../machines/carrier.ts";
import { certsMachine } from "../machines/certs.ts";
import type { Edition } from "../machines/edition.ts";
import { type SpokenEvent, speak } from "../machines/editions/speak.ts";
import { fotaMachine } from "../machines/fota.ts";
import { initMachine } from "../machines/init.ts";
import { linkMachine } from "../machines/link.ts";
import { registerMachine } from "../machines/register.ts";
import type { SemanticEvent } from "../machines/semanticEvent.ts";
import { type ChartSettings, DEFAULT_SETTINGS } from "../machines/settings.ts";
import type { RecordFields, TraceRecord } from "../ports/trace.ts";
import { createTrace } from "../trace/trace.ts";
import { traceCharts } from "./chartTrace.ts";
import { VirtualClock } from "./clock/virtualClock.ts";

export interface ReplayOptions {
  /** The edition that was recorded. */
  readonly edition: Edition;
  /** The charts' times and counts in the recorded run. Default: what its `run` record tells, else the charts' own. */
  readonly settings?: ChartSettings;
}

export interface ReplayResult {
  /** What the application heard, in order. */
  readonly events: readonly SpokenEvent[];
  /** Where the charts first did something else than the recording has; absent when they never did. */
  readonly deviation?: ReplayDeviation;
}

export interface ReplayDeviation {
  /** The record that did not come about again; absent when the charts did more than was recorded. */
  readonly expected?: TraceRecord;
  /** What came about in its place; absent when nothing did. */
  readonly happened?: RecordFields;
}

/** Replays the runs of a recording. The records are as `readRecording` or a sink delivers them. */
export function replayCharts(records: readonly TraceRecord[], options: ReplayOptions): ReplayResult {
  return new Replay(records, options).result();
}

class Replay {
  readonly #options: ReplayOptions;
  /** What has to come about again: events and the charts' steps. */
  readonly #expected: readonly TraceRecord[];
  readonly #happened: RecordFields[] = [];
  readonly #taken = new Set<TraceRecord>();
  /** The carrier of the run that is being replayed; none before its first step. */
  #carrier: AnyActorRef | undefined;
  #recordedSettings: ChartSettings | undefined;

  constructor(records: readonly TraceRecord[], options: ReplayOptions) {
    this.#options = options;
    this.#expected = records.filter(({ kind }) => kind === "event" || kind === "chart");
    for (const record of records) {
      if (record.kind === "run") {
        this.#carrier = undefined;
        this.#recordedSettings = record.settings as ChartSettings | undefined;
      }
      if (record.kind !== "chart") continue;
      this.#carrier ??= this.#start();
      // A chart that is not there has gone another way before.
      if (isInput(record) && !this.#taken.has(record) && !this.#take(record)) break;
    }
  }

  result(): ReplayResult {
    const events = this.#happened.filter(({ kind }) => kind === "event").map(essence);
    const deviation = firstDifference(this.#expected, this.#happened);
    return { events: events as unknown as SpokenEvent[], ...(deviation && { deviation }) };
  }

  /** The carrier chart and its children, every leaf actor a puppet that does nothing. */
  #start(): AnyActorRef {
    const { edition, settings = this.#recordedSettings ?? DEFAULT_SETTINGS } = this.#options;
    const sink = (fields: RecordFields) => void this.#happened.push(fields);
    const trace = createTrace({ sink, clock: new VirtualClock(), device: "replay" });
    const ask = (event: SemanticEvent) => {
      const spoken = speak(edition, event);
      if (spoken !== undefined) trace.record({ kind: "event", ...spoken });
    };
    const notify = (event: SemanticEvent) => {
      ask(event);
      this.#takeWhatTheListenerDid();
    };
    const machine = withPuppets({ ask, notify, onStart: (carrier) => traceCharts(carrier, trace) });
    const carrier = createActor(machine, { input: { policy: edition.policy, settings } });
    // A chart that fails is a deviation, not an exception.
    carrier.subscribe({ error: () => {} });
    return carrier.start();
  }

  /** Gives a recorded input to the chart that took it; false when there is no such chart. */
  #take(record: TraceRecord): boolean {
    this.#taken.add(record);
    const chart = this.#carrier && findChart(this.#carrier, record.actor as string, true);
    chart?.send({ type: record.event as string, ...(record.payload as object) });
    return chart !== undefined;
  }

  /** While a chart tells the application something its step is not recorded yet: an input before it came from there. */
  #takeWhatTheListenerDid(): void {
    for (;;) {
      const next = this.#expected[this.#happened.length];
      if (next === undefined || !isInput(next) || this.#taken.has(next) || !this.#take(next)) return;
    }
  }
}

interface Puppeteer {
  ask(event: SemanticEvent): void;
  notify(event: SemanticEvent): void;
  /** @returns the function that ends what it began. */
  onStart(carrier: AnyActorRef): () => void;
}

function withPuppets({ ask, notify, onStart }: Puppeteer) {
  const puppet = fromCallback<EventObject, never>(() => {});
  const parts = {
    actors: { ask: fromCallback<EventObject, SemanticEvent>(({ input }) => ask(input)) },
    actions: { notify: (_: unknown, event: SemanticEvent) => notify(event) },
  };
  // The typed stand-ins are services with an answer; a puppet has none.
  const provide = <Machine extends { implementations: { actors: object }; provide(parts: never): Machine }>(
    machine: Machine,
    children: object = {},
  ): Machine => {
    const puppets = Object.fromEntries(Object.keys(machine.implementations.actors).map((name) => [name, puppet]));
    return machine.provide({ ...parts, actors: { ...puppets, ...parts.actors, ...children } } as never);
  };
  return provide(carrierMachine, {
    init: provide(initMachine, { certs: provide(certsMachine) }),
    link: provide(linkMachine),
    bootstrap: provide(bootstrapMachine),
    register: provide(registerMachine),
    fota: provide(fotaMachine),
    deviceEvents: fromCallback(({ self }) => onStart(self._parent as AnyActorRef)),
  });
}

/** The chart that records name `name`, here or among the children. */
function findChart(actor: AnyActorRef, name: string, isRoot = false): AnyActorRef | undefined {
  const snapshot = actor.getSnapshot() as Partial<AnyMachineSnapshot>;
  if (snapshot.children === undefined) return undefined;
  if (name === (isRoot ? "carrier" : actor.id)) return actor;
  for (const child of Object.values(snapshot.children as Record<string, AnyActorRef>)) {
    const found = findChart(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isInput({ kind, input }: TraceRecord): boolean {
  return kind === "chart" && input === true;
}

function firstDifference(
  recorded: readonly TraceRecord[],
  happened: readonly RecordFields[],
): ReplayDeviation | undefined {
  const length = Math.max(recorded.length, happened.length);
  for (let index = 0; index < length; index++) {
    const expected = recorded[index];
    const actual = happened[index];
    if (expected !== undefined && actual !== undefined && isDeepStrictEqual(essence(expected), essence(actual)))
      continue;
    return { ...(expected && { expected }), ...(actual && { happened: actual }) };
  }
  return undefined;
}

/** What has to be the same: the event that the application hears, or the step that a chart takes. */
function essence(record: RecordFields): Record<string, unknown> {
  const { name, number, payload, actor, event, value, entered } = record;
  if (record.kind === "event") return { name, number, ...(payload !== undefined && { payload }) };
  return { actor, event, value, entered };
}
