/** A macrostep while it happens: gathers what XState tells of it, and becomes the fields of its record. */
import type { AnyActorRef, AnyMachineSnapshot, AnyStateNode, AnyTransitionDefinition } from "xstate";
import type { ActionTaken, ContextChange, Microstep } from "../records.ts";
import { type Consideration, candidatesForAlways, candidatesForEvent, hasAlways } from "./candidates.ts";
import { type Selection, select } from "./conflicts.ts";
import { type Describer, nodeId } from "./describeMachine.ts";
import { errorText, eventType, type PlainOptions, plain } from "./plain.ts";
import type { SentEvent } from "./watchedActors.ts";

/** Of one macrostep; a machine that turns in circles must not fill the memory. */
const MOST_MICROSTEPS = 100;
const MOST_ACTIONS = 200;

export interface StepOptions {
  readonly describer: Describer;
  readonly plain: PlainOptions;
  /** Guards may be asked a second time. */
  readonly asks: boolean;
  readonly actorKey: (ref: AnyActorRef) => string | undefined;
}

const NONE: Selection["preempted"] = new Set();

type AnyEvent = { readonly type: string };

export class OpenStep {
  /** Known from the first microstep on. */
  sent: SentEvent | undefined;
  /** Before the step; undefined: the actor begins with it. */
  readonly before: AnyMachineSnapshot | undefined;
  /** After the last microstep. */
  after: AnyMachineSnapshot | undefined;
  readonly #options: StepOptions;
  readonly #microsteps: Microstep[] = [];
  readonly #actions: ActionTaken[] = [];
  readonly #entered = new Set<string>();
  readonly #left = new Set<string>();
  #leftOut = 0;
  #failed = false;
  #lastEvent: AnyEvent | undefined;

  constructor(before: AnyMachineSnapshot | undefined, options: StepOptions) {
    this.before = before;
    this.after = before;
    this.#options = options;
  }

  /** `after` is what XState has come to, `transitions` what it chose. */
  microstep(event: AnyEvent, transitions: readonly AnyTransitionDefinition[], after: AnyMachineSnapshot): void {
    const before = this.after;
    this.after = after;
    this.#lastEvent = event;
    if (before === undefined || after._nodes === undefined) return;
    const selection = select(transitions, before);
    this.#move(before, after, selection.left);
    if (this.#microsteps.length >= MOST_MICROSTEPS) {
      this.#leftOut++;
      return;
    }
    const isEventless = transitions.length > 0 && transitions.every(({ eventType }) => (eventType as unknown) === "");
    const consideration = this.#consideration(before, event, transitions, !isEventless, selection.preempted);
    const candidates = isEventless ? candidatesForAlways(consideration) : candidatesForEvent(consideration);
    this.#microsteps.push({
      event: isEventless ? "" : eventType(event),
      edges: selection.taken.map((transition) => this.#options.describer.edgeOf(transition) ?? ""),
      active: activeIds(after),
      candidates,
    });
  }

  /** How a machine begins; its eventless transitions follow as microsteps. */
  begin(event: AnyEvent, first: AnyMachineSnapshot, edges: readonly string[]): void {
    this.after = first;
    this.#lastEvent = event;
    this.#microsteps.push({ event: eventType(event), edges, active: activeIds(first), candidates: [] });
    for (const id of activeIds(first)) this.#entered.add(id);
  }

  action(type: string, params: unknown): void {
    if (this.#actions.length < MOST_ACTIONS) this.#actions.push(actionTaken(type, params, this.#options));
  }

  /** The first step of a machine with children is told before its actions run: by its definition it has these. */
  assumeEntryActions(describer: Describer): void {
    if (this.#actions.length > 0 || this.after?._nodes === undefined) return;
    const { nodes } = describer.describe(this.after.machine).definition;
    for (const { id, entry } of nodes) {
      if (this.#entered.has(id)) this.#actions.push(...(entry ?? []).map((type) => ({ type })));
    }
  }

  /** The macrostep was given up because something threw: what was being considered then. */
  fail(event: AnyEvent): void {
    const { after } = this;
    this.#failed = true;
    if (after?._nodes === undefined) return;
    const isFirst = this.#microsteps.length === 0;
    const consideration = this.#consideration(after, isFirst ? event : (this.#lastEvent ?? event), [], false);
    const candidates = isFirst ? candidatesForEvent(consideration) : candidatesForAlways(consideration);
    if (isFirst || candidates.length > 0) {
      this.#microsteps.push({
        event: isFirst ? eventType(event) : "",
        edges: [],
        active: activeIds(after),
        candidates,
      });
    }
    // XState leaves the actor as it was: nothing came of the microsteps before either.
    this.after = this.before;
    this.#entered.clear();
    this.#left.clear();
  }

  /** Adds what happened to the fields of the record. */
  tell(fields: Record<string, unknown>): void {
    const { after, before } = this;
    this.#considerAlways();
    const context = contextChange(before?.context, after?.context, this.#options.plain);
    if (before !== undefined && !this.#failed && this.#microsteps.every(({ edges }) => edges.length === 0)) {
      fields.ignored = true;
    }
    fields.microsteps = this.#microsteps;
    fields.value = after?.value;
    fields.active = after?._nodes === undefined ? [] : activeIds(after);
    fields.entered = [...this.#entered];
    fields.left = [...this.#left];
    if (context !== undefined) fields.context = context;
    if (this.#actions.length > 0) fields.actions = this.#actions;
    if (this.#leftOut > 0) fields.microstepsLeftOut = this.#leftOut;
  }

  /** Eventless transitions were asked once more at the end, and all said no: that may be what somebody looks for. */
  #considerAlways(): void {
    const { after } = this;
    if (after?._nodes === undefined || after.status !== "active" || this.#lastEvent === undefined) return;
    if (after === this.before || !hasAlways(after)) return;
    const candidates = candidatesForAlways(this.#consideration(after, this.#lastEvent, [], true));
    if (candidates.length > 0) this.#microsteps.push({ event: "", edges: [], active: activeIds(after), candidates });
  }

  #consideration(
    snapshot: AnyMachineSnapshot,
    event: AnyEvent,
    chosen: readonly AnyTransitionDefinition[],
    isAll: boolean,
    preempted: Selection["preempted"] = NONE,
  ) {
    const { describer, plain, asks } = this.#options;
    const unchosen: Consideration["unchosen"] = this.#failed ? "taken" : "preempted";
    const edgeOf = (transition: object) => describer.edgeOf(transition);
    return { snapshot, event, chosen, preempted, isAll, unchosen, plain, asks, edgeOf };
  }

  #move(before: AnyMachineSnapshot, after: AnyMachineSnapshot, left: Selection["left"]): void {
    const was: readonly AnyStateNode[] = before._nodes;
    const is: readonly AnyStateNode[] = after._nodes;
    for (const node of was) if (left.has(node) || !is.includes(node)) this.#left.add(nodeId(node));
    for (const node of inOrder(is)) if (left.has(node) || !was.includes(node)) this.#entered.add(nodeId(node));
  }
}

const shown = new WeakMap<readonly AnyStateNode[], readonly string[]>();

/** Ids of the active nodes in document order, the root's first. */
export function activeIds({ _nodes }: AnyMachineSnapshot): readonly string[] {
  let ids = shown.get(_nodes);
  if (ids === undefined) {
    ids = inOrder(_nodes).map(nodeId);
    shown.set(_nodes, ids);
  }
  return ids;
}

function inOrder(nodes: readonly AnyStateNode[]): AnyStateNode[] {
  return [...nodes].sort((one, other) => one.order - other.order);
}

function contextChange(before: unknown, after: unknown, options: PlainOptions): ContextChange | undefined {
  if (before === after || typeof after !== "object" || after === null) return undefined;
  try {
    return changeOf(before, after, options);
  } catch (error) {
    return { set: { $threw: errorText(error, "context", options) } };
  }
}

function changeOf(before: unknown, after: object, options: PlainOptions): ContextChange | undefined {
  const was = (typeof before === "object" && before !== null ? before : {}) as Record<string, unknown>;
  const is = after as Record<string, unknown>;
  const changed: Record<string, unknown> = {};
  for (const key of Object.keys(is)) if (!Object.is(read(is, key), read(was, key))) changed[key] = read(is, key);
  const removed = Object.keys(was).filter((key) => read(is, key) === undefined && read(was, key) !== undefined);
  const set = plain(changed, "context", options) as Record<string, unknown>;
  if (Object.keys(set).length === 0 && removed.length === 0) return undefined;
  return { ...(Object.keys(set).length > 0 && { set }), ...(removed.length > 0 && { removed }) };
}

/** A property that cannot be read counts as unchanged, and is told when the whole context is. */
function read(object: Record<string, unknown>, key: string): unknown {
  try {
    return object[key];
  } catch {
    return undefined;
  }
}

interface SendParams {
  readonly to?: unknown;
  readonly event?: unknown;
  readonly delay?: unknown;
  readonly id?: unknown;
  readonly sendId?: unknown;
}

function actionTaken(type: string, params: unknown, { plain: options, actorKey }: StepOptions): ActionTaken {
  const name = type === "(anonymous)" ? "inline" : type.replace(/^xstate\./, "");
  if (type === "xstate.spawnChild") return spawned(name, params);
  if (type !== "xstate.sendTo" && type !== "xstate.raise" && type !== "xstate.cancel") {
    return params === undefined ? { type: name } : { type: name, params: plain(params, `actions.${name}`, options) };
  }
  const { to, event, delay, id, sendId } = (params ?? {}) as SendParams;
  const receiver = typeof to === "object" && to !== null ? actorKey(to as AnyActorRef) : undefined;
  const named = id ?? sendId;
  return {
    type: name,
    ...(receiver !== undefined && { to: receiver }),
    ...(event !== undefined && { event: plain(event, "event", options) }),
    ...(typeof delay === "number" && { delay }),
    ...(typeof named === "string" && { id: named }),
  };
}

/** Its input is told with the actor that begins. */
function spawned(type: string, params: unknown): ActionTaken {
  const { id, src } = (params ?? {}) as { readonly id?: unknown; readonly src?: unknown };
  const name = typeof src === "string" && !src.startsWith("xstate.invoke.") ? { params: { src } } : {};
  return { type, ...name, ...(typeof id === "string" && { id }) };
}
