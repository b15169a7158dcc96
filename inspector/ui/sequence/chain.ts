/** What led to a record and what it led to, as far as records tell. */
import type { SessionView } from "../../model/sessionContract.ts";

/** Records on either side at most: a run's first record leads to all others. */
const MAX_EFFECTS = 400;
const MAX_CAUSES = 200;

export type ChainPart = "cause" | "selected" | "effect";

/** By index. */
export function chainOf(session: SessionView, selected: number | undefined): ReadonlyMap<number, ChainPart> {
  const chain = new Map<number, ChainPart>();
  if (selected === undefined || selected >= session.length) return chain;
  let cause = session.causeOf(selected);
  while (cause !== undefined && !chain.has(cause) && chain.size < MAX_CAUSES) {
    chain.set(cause, "cause");
    cause = session.causeOf(cause);
  }
  chain.set(selected, "selected");
  const most = chain.size + MAX_EFFECTS;
  const waiting = [selected];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    for (const effect of session.effectsOf(next)) {
      if (chain.size >= most) return chain;
      if (chain.has(effect)) continue;
      chain.set(effect, "effect");
      waiting.push(effect);
    }
  }
  return chain;
}

/** Causes looked at for whether somebody's hand is behind a record. */
const MAX_DEPTH = 6;

/** Somebody who looked on did it, or it comes of that. */
export function isInjected(session: SessionView, index: number): boolean {
  let at: number | undefined = index;
  for (let depth = 0; at !== undefined && depth < MAX_DEPTH; depth++) {
    if (session.at(at).kind === "injected") return true;
    at = session.causeOf(at);
  }
  return false;
}
