/** Writes the records of actors: what they are, how they begin and end, and the steps they take. */
import type { AnyMachineSnapshot } from "xstate";
import type { RecordFields, Trace } from "../../ports/trace.ts";
import type { ActorStatus } from "../records.ts";
import type { DescribedMachine, Describer } from "./describeMachine.ts";
import { activeIds, type OpenStep } from "./openStep.ts";
import { eventType, type PlainOptions, plain } from "./plain.ts";
import { namesOf, type SentEvent, sourceName, type WatchedActor } from "./watchedActors.ts";

/** Of a record while they are gathered. */
type Fields = { kind: "step"; [field: string]: unknown };

export class ActorRecords {
  readonly #trace: Trace;
  readonly #describer: Describer;
  readonly #plain: PlainOptions;
  /** Hashes of the definitions that have been told. */
  readonly #told = new Set<string>();

  constructor(trace: Trace, describer: Describer, options: PlainOptions) {
    this.#trace = trace;
    this.#describer = describer;
    this.#plain = options;
  }

  started(actor: WatchedActor, snapshot: AnyMachineSnapshot, input: unknown): void {
    this.#describe(actor);
    const { machine, parent } = actor;
    this.#record(actor, {
      kind: "actor",
      actor: actor.key,
      phase: "started",
      ...this.#whatIs(actor, input),
      // A machine's follows with its first step.
      ...(machine === undefined && this.#contextOf(snapshot)),
      cause: parent?.lastSeq ?? this.#trace.cause,
    });
  }

  found(actor: WatchedActor, snapshot: AnyMachineSnapshot, input: unknown): void {
    this.#describe(actor);
    const { value, _nodes: nodes } = snapshot;
    this.#record(actor, {
      kind: "actor",
      actor: actor.key,
      phase: "found",
      ...this.#whatIs(actor, input),
      status: snapshot.status,
      ...(nodes !== undefined && { value, active: activeIds(snapshot) }),
      ...this.#contextOf(snapshot),
      ...this.#endOf(snapshot),
    });
  }

  ended(actor: WatchedActor, snapshot: AnyMachineSnapshot, status: ActorStatus, cause: number | undefined): void {
    const { key, id, logic } = actor;
    const { output, error } = snapshot;
    const end = this.#endOf({ status, output, error });
    this.#record(actor, { kind: "actor", actor: key, phase: "ended", id, logic, status, ...end, cause });
  }

  step(actor: WatchedActor, step: OpenStep, sent: SentEvent, snapshot: AnyMachineSnapshot): void {
    const fields = this.#stepOf(actor, sent);
    step.tell(fields);
    if (snapshot.status !== "active") Object.assign(fields, { status: snapshot.status }, this.#endOf(snapshot));
    fields.cause = sent.cause;
    this.#record(actor, fields);
  }

  /** Of logic that has a value but no states. */
  value(actor: WatchedActor, sent: SentEvent, snapshot: AnyMachineSnapshot, isSame: boolean): void {
    const told = isSame ? { ignored: true } : { context: { set: this.#contextOf(snapshot).context } };
    this.#record(actor, Object.assign(this.#stepOf(actor, sent), told, withoutStates(sent), { cause: sent.cause }));
  }

  /** Nobody takes what is sent to an actor that has ended. */
  dead(actor: WatchedActor, sent: SentEvent, { status, value }: AnyMachineSnapshot): void {
    const told = { ignored: true, value, ...withoutStates(sent), status, cause: sent.cause };
    this.#trace.record(Object.assign(this.#stepOf(actor, sent), told));
  }

  /** Tells the definition of the actor's machine, and of those that it may begin, before the first of them. */
  #describe(actor: WatchedActor): void {
    if (actor.machine === undefined) return;
    const tell = ({ hash, definition, invoked }: DescribedMachine) => {
      if (this.#told.has(hash)) return;
      this.#told.add(hash);
      this.#trace.record({ kind: "definition", hash, definition });
      for (const other of invoked) tell(other);
    };
    const described = this.#describer.describe(actor.machine);
    tell(described);
    actor.definition = described.hash;
  }

  #whatIs(actor: WatchedActor, input: unknown): Record<string, unknown> {
    const { id, logic, parent, definition, ref } = actor;
    const src = sourceName(ref);
    return {
      id,
      logic,
      ...(parent !== undefined && { parent: parent.key }),
      ...(src !== undefined && { src }),
      ...namesOf(ref),
      ...(definition !== undefined && { definition }),
      ...(input !== undefined && { input: plain(input, "input", this.#plain) }),
    };
  }

  /** An object, whatever the app has. */
  #contextOf({ context }: AnyMachineSnapshot): { context?: Record<string, unknown> } {
    if (context === undefined) return {};
    const shown = plain(context, "context", this.#plain);
    if (typeof shown !== "object" || shown === null || Array.isArray(shown)) return { context: { value: shown } };
    return { context: shown as Record<string, unknown> };
  }

  #endOf({ status, output, error }: Pick<AnyMachineSnapshot, "status" | "output" | "error">): Record<string, unknown> {
    return {
      ...(output !== undefined && { output: plain(output, "output", this.#plain) }),
      ...(status === "error" && { error: plain(error, "error", this.#plain) }),
    };
  }

  /** To be added to: V8 makes a detour for each spread that may be none, and steps are many. */
  #stepOf({ key }: WatchedActor, { event, sender }: SentEvent): Fields {
    const fields: Fields = { kind: "step", actor: key, event: this.#eventOf(event) };
    if (sender !== undefined) fields.sender = sender;
    return fields;
  }

  /** With its type, whatever is redacted of it. */
  #eventOf(event: { readonly type: string }): Record<string, unknown> {
    const type = eventType(event);
    // What an actor begins with is told with the actor.
    if (type === "xstate.init") return { type };
    const shown = plain(event, "event", this.#plain);
    if (typeof shown !== "object" || shown === null) return { type };
    return Object.assign(shown, { type });
  }

  #record(actor: WatchedActor, fields: RecordFields): void {
    actor.lastSeq = this.#trace.record(fields);
  }
}

function withoutStates({ event }: SentEvent) {
  const microsteps = [{ event: eventType(event), edges: [], active: [], candidates: [] }];
  return { microsteps, active: [], entered: [], left: [] };
}
