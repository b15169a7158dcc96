/**
 * How often a device tries, and what it does then, nobody sees before it says so: a deferral without a further attempt
 * tells that the attempts are used up. This sets what the charts believe, in a copy at rest.
 */
import { ENDLESS } from "./environment.ts";
import type { World } from "./world.ts";

interface Belief {
  /** The attempt that fails is the last one. */
  readonly last: boolean;
  /** 1/x/16. */
  readonly bootstrapOnFailure: boolean;
}

/** All that may be believed of a device that defers. */
export function beliefs(last: boolean | undefined): readonly Belief[] {
  if (last !== true) return [{ last: false, bootstrapOnFailure: true }];
  return [
    { last: true, bootstrapOnFailure: false },
    { last: true, bootstrapOnFailure: true },
  ];
}

export function believing(world: World, belief: Belief): World {
  return { ...world, snapshot: rewrite(world.snapshot, belief) };
}

/** Copies along the way to every retry setting; everything else is shared. */
function rewrite(value: unknown, belief: Belief): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, belief));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).map(([name, inner]) => {
    if (name === "bootstrapOnFailure") return [name, belief.bootstrapOnFailure];
    if (name === "retry" || name === "bootstrapRetry") return [name, { ...inner, count: belief.last ? 0 : ENDLESS }];
    return [name, rewrite(inner, belief)];
  });
  return Object.fromEntries(entries);
}
