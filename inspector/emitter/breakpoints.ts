/** Which steps a breakpoint stops at: everything that it names has to hold. */
import type { Breakpoint } from "../protocol.ts";
import type { GuardAnswer, StepRecord } from "../records.ts";
import { matches } from "./candidates.ts";

const CONDITIONS = ["state", "edge", "event", "guard"] as const;
const FIELDS = [...CONDITIONS, "device", "actor"] as const;

/** What is wrong with it; undefined when nothing is. */
export function breakpointProblem(breakpoint: Breakpoint): string | undefined {
  if (typeof breakpoint !== "object" || breakpoint === null) return "A breakpoint is an object";
  for (const [field, value] of Object.entries(breakpoint)) {
    if (!(FIELDS as readonly string[]).includes(field)) return `A breakpoint has no "${field}"`;
    if (typeof value !== "string") return `"${field}" of a breakpoint is a string`;
  }
  if (CONDITIONS.some((field) => breakpoint[field] !== undefined)) return undefined;
  return `A breakpoint needs one of ${CONDITIONS.map((field) => `"${field}"`).join(", ")}`;
}

export function isSame(one: Breakpoint, other: Breakpoint): boolean {
  return FIELDS.every((field) => one[field] === other[field]);
}

export function hits({ device, actor, state, edge, event, guard }: Breakpoint, step: StepRecord): boolean {
  const { microsteps } = step;
  if (device !== undefined && device !== step.device) return false;
  if (actor !== undefined && actor !== step.actor) return false;
  if (state !== undefined && !step.entered.includes(state)) return false;
  if (edge !== undefined && !microsteps.some(({ edges }) => edges.includes(edge))) return false;
  if (
    event !== undefined &&
    ![step.event.type, ...microsteps.map((one) => one.event)].some((type) => matches(type, event))
  )
    return false;
  if (guard === undefined) return true;
  return microsteps.some(({ candidates }) =>
    candidates.some((one) => one.verdict === "refused" && one.guard !== undefined && isOf(one.guard, guard)),
  );
}

/** The guard itself, or a part of it. */
function isOf(answer: GuardAnswer, name: string): boolean {
  return answer.name === name || (answer.parts ?? []).some((part) => isOf(part, name));
}
