/** An inspector that keeps every record, and what a test asks of them. */
import { type AnyActorLogic, type AnyActorRef, createActor } from "xstate";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import type { InspectOptions, InspectorOptions, Viewer } from "../../inspector/options.ts";
import type { ActorRecord, Candidate, StepRecord } from "../../inspector/records.ts";
import type { RecordKind, TraceRecord } from "../../ports/trace.ts";
import { VirtualClock } from "../support/virtualClock.ts";

export class Seen {
  readonly records: TraceRecord[] = [];

  of(kind: RecordKind): TraceRecord[] {
    return this.records.filter((record) => record.kind === kind);
  }
  steps(actor?: string): StepRecord[] {
    return (this.of("step") as StepRecord[]).filter((step) => actor === undefined || step.actor === actor);
  }
  step(event: string, actor?: string): StepRecord {
    const step = this.steps(actor).find((one) => one.event.type === event);
    if (step === undefined) throw new Error(`no step for ${event}: ${this.steps(actor).map((one) => one.event.type)}`);
    return step;
  }
  actors(phase: ActorRecord["phase"]): ActorRecord[] {
    return (this.of("actor") as ActorRecord[]).filter((record) => record.phase === phase);
  }
  actor(key: string, phase: ActorRecord["phase"]): ActorRecord {
    const found = this.actors(phase).find(({ actor }) => actor === key);
    if (found === undefined) throw new Error(`no ${phase} ${key}: ${this.actors(phase).map(({ actor }) => actor)}`);
    return found;
  }
  bySeq(seq: number | undefined): TraceRecord | undefined {
    return this.records.find((record) => record.seq === seq);
  }
  get text(): string {
    return JSON.stringify(this.records);
  }
}

export interface Watched {
  readonly seen: Seen;
  readonly actor: AnyActorRef;
  readonly clock: VirtualClock;
  readonly inspector: ReturnType<typeof createInspector>;
}

/** The actor runs on a clock that the test moves, watched from its beginning. */
export function watched(
  logic: AnyActorLogic,
  options: InspectorOptions & Omit<InspectOptions, "inspector"> & { readonly input?: unknown } = {},
): Watched {
  const seen = new Seen();
  const clock = new VirtualClock();
  const inspector = createInspector({ ...options, sink: (record) => seen.records.push(record) });
  const actor = createActor(logic, { clock: clockOf(clock), input: options.input } as never);
  inspector.watch(actor, { clock, ...options });
  actor.subscribe({ error: () => {} });
  actor.start();
  return { seen, actor, clock, inspector };
}

/** What became of each transition that was considered, in order: `a|go|0: refused`. */
export function verdicts(candidates: readonly Candidate[] | undefined): readonly string[] | undefined {
  return candidates?.map(({ edge, verdict }) => `${edge}: ${verdict}`);
}

/** A clock as XState wants it. */
export function clockOf(clock: VirtualClock) {
  return {
    setTimeout: (work: () => void, ms: number) => clock.setTimeout(work, ms),
    clearTimeout: (timer: never) => clock.clearTimeout(timer),
  };
}

export class TestViewer implements Viewer {
  readonly checkpoints: { readonly records: readonly TraceRecord[]; readonly before: number }[] = [];
  readonly records: [number, TraceRecord][] = [];
  readonly gaps: [number, number][] = [];
  readonly resume?: { readonly instance: string; readonly after: number };

  constructor(resume?: { readonly instance: string; readonly after: number }) {
    if (resume !== undefined) this.resume = resume;
  }
  checkpoint(records: readonly TraceRecord[], before: number): void {
    this.checkpoints.push({ records, before });
  }
  record(record: TraceRecord, number: number): void {
    this.records.push([number, record]);
  }
  gap(first: number, count: number): void {
    this.gaps.push([first, count]);
  }
}

/** The app's call stack is empty, and what was left to the next microtask has happened. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 10; n++) await null;
}
