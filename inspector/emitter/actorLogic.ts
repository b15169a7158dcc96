/** What kind of logic an actor runs, by what XState's own makers make. */
import {
  type AnyActorRef,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
} from "xstate";
import type { ActorLogic } from "../records.ts";
import { isMachine } from "./describeMachine.ts";

/** An app may have another copy of XState than ours: its functions are others, but read the same. */
const MADE: ReadonlyMap<string, ActorLogic> = new Map([
  [codeOf(fromPromise(async () => {})), "promise"],
  [codeOf(fromCallback(() => {})), "callback"],
  [codeOf(fromObservable(() => ({ subscribe: () => ({ unsubscribe() {} }) }))), "observable"],
  [codeOf(fromEventObservable(() => ({ subscribe: () => ({ unsubscribe() {} }) }))), "observable"],
  [codeOf(fromTransition((state) => state, {})), "transition"],
]);

const known = new WeakMap<object, ActorLogic>();

export function logicOf(actor: AnyActorRef): ActorLogic {
  const { logic } = actor as { logic?: unknown };
  if (isMachine(logic)) return "machine";
  if (typeof logic !== "object" || logic === null) return "other";
  let kind = known.get(logic);
  if (kind === undefined) {
    kind = MADE.get(codeOf(logic)) ?? "other";
    known.set(logic, kind);
  }
  return kind;
}

function codeOf(logic: object): string {
  const { transition } = logic as { transition?: unknown };
  return typeof transition === "function" ? Function.prototype.toString.call(transition) : "";
}
