/**
 * Asks a guard a second time, to tell what it read and how its parts answered. XState's own answer is known from what it
 * did; where the second one differs, the guard depends on more than context and event, and only the first is told.
 */
import type { AnyMachineSnapshot } from "xstate";
import type { GuardAnswer } from "../records.ts";
import { type Guard, type GuardFunction, guardName } from "./guardNames.ts";
import { errorText, type PlainOptions, plain, plainWithin } from "./plain.ts";
import { Readings } from "./readings.ts";

export interface GuardQuestion {
  /** As it was before the microstep. */
  readonly snapshot: AnyMachineSnapshot;
  readonly event: { readonly type: string };
  readonly plain: PlainOptions;
}

/** Guards within guards. */
const DEEPEST = 8;

/** `result`: what XState was told; undefined: not known, because XState did not ask or does not show it. */
export function answerOf(guard: Guard, question: GuardQuestion, result: boolean | undefined): GuardAnswer {
  let answer: GuardAnswer;
  try {
    answer = ask(guard, question, 0);
  } catch (error) {
    answer = { name: guardName(guard), error: errorText(error, "error.message", question.plain) };
  }
  if (result === undefined || answer.result === result) return answer;
  const { params } = answer;
  return { name: answer.name, ...(params !== undefined && { params }), result };
}

function ask(guard: Guard, question: GuardQuestion, depth: number): GuardAnswer {
  const name = guardName(guard);
  if (depth > DEEPEST) return { name, error: "its parts lie too deep" };
  const { snapshot, event } = question;
  const resolved = resolve(guard, snapshot);
  if (resolved === undefined) return { name, error: "it is not implemented" };
  if (typeof resolved !== "function") return { ...ask(resolved, question, depth + 1), name };
  const readings = new Readings();
  const args = { context: readings.watch(snapshot.context, "context"), event: readings.watch(event, "event") };
  if (resolved.check !== undefined) {
    if (resolved.guards !== undefined) return askParts(name, resolved.name, resolved.guards, question, depth);
    return { name, result: resolved.check(snapshot, args, resolved) === true };
  }
  let params: unknown;
  try {
    params = paramsOf(guard, args);
    const result = Boolean(resolved(args, params));
    return { name, ...shownParams(params, question), result, ...inputsOf(readings, question) };
  } catch (error) {
    return {
      name,
      ...shownParams(params, question),
      error: errorText(error, "error.message", question.plain),
      ...inputsOf(readings, question),
    };
  }
}

/** `and`, `or` and `not` ask in order, and no further than they need. */
function askParts(
  name: string,
  operator: string,
  guards: readonly Guard[],
  question: GuardQuestion,
  depth: number,
): GuardAnswer {
  const parts: GuardAnswer[] = [];
  for (const guard of guards) {
    const part = ask(guard, question, depth + 1);
    parts.push(part);
    if (part.error !== undefined) return { name, error: part.error, parts };
    if (operator === "and" && part.result === false) return { name, result: false, parts };
    if (operator === "or" && part.result === true) return { name, result: true, parts };
  }
  if (operator === "not") return { name, result: parts[0]?.result !== true, parts };
  return { name, result: operator === "and", parts };
}

function resolve(guard: Guard, snapshot: AnyMachineSnapshot): Guard | undefined {
  if (typeof guard === "function") return guard;
  const { guards } = snapshot.machine.implementations as { guards: Readonly<Record<string, Guard>> };
  return guards[typeof guard === "string" ? guard : guard.type];
}

function paramsOf(guard: Guard, args: Parameters<GuardFunction>[0]): unknown {
  if (typeof guard !== "object") return undefined;
  const { params } = guard;
  return typeof params === "function" ? (params as (args: object) => unknown)(args) : params;
}

function shownParams(params: unknown, question: GuardQuestion): { params?: unknown } {
  return params === undefined ? {} : { params: plain(params, "params", question.plain) };
}

function inputsOf(readings: Readings, question: GuardQuestion): { inputs?: Readonly<Record<string, unknown>> } {
  const { paths } = readings;
  if (paths.size === 0) return {};
  const roots: Readonly<Record<string, unknown>> = { context: question.snapshot.context, event: question.event };
  const inputs: Record<string, unknown> = {};
  for (const [path, [name = "", ...keys]] of paths) {
    inputs[path] = plainWithin(roots[name], name, keys, question.plain);
  }
  return { inputs };
}
