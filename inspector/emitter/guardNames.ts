/** How guards are called where they are shown: `isDeferred`, `not(isDeferred)`, `and(isOpen, isFresh)`. */

/** A guard as a transition holds it: a name, a name with parameters, or a function. */
export type Guard = string | { readonly type: string; readonly params?: unknown } | GuardFunction;

/** A predicate, or what `and`, `or`, `not` and `stateIn` of XState make: these have a `check`. */
export interface GuardFunction {
  (args: { readonly context: unknown; readonly event: unknown }, params: unknown): unknown;
  readonly name: string;
  readonly check?: (snapshot: unknown, args: unknown, guard: unknown) => unknown;
  /** Of `and`, `or` and `not`. */
  readonly guards?: readonly Guard[];
  /** Of `stateIn`. */
  readonly stateValue?: unknown;
}

export function guardName(guard: Guard): string {
  if (typeof guard === "string") return guard;
  if (typeof guard !== "function") return guard.type;
  if (guard.check === undefined) return guard.name === "" || guard.name === "guard" ? "inline" : guard.name;
  if (guard.guards !== undefined) return `${guard.name}(${guard.guards.map(guardName).join(", ")})`;
  const { stateValue } = guard;
  return `stateIn(${typeof stateValue === "string" ? stateValue : JSON.stringify(stateValue)})`;
}
