/** Everything that the charts may tell next, whatever happens around them. */
import type { Edition } from "../../machines/edition.ts";
import type { ObservedEvent } from "../observedEvent.ts";
import { type Wanted, wantedBy } from "./environment.ts";
import { type Choice, choicesFrom, isSurprise } from "./search.ts";
import type { TwinCharts } from "./twinMachine.ts";
import { observationOf, vocabularyOf } from "./words.ts";
import { RunningWorld, type World } from "./world.ts";

/** An event that may come next. */
export interface NextEvent extends ObservedEvent {
  /** Only if a server or the application wants something out of the blue. */
  readonly surprising: boolean;
}

/** Copies of the charts that are tried at most. */
const MOST_COPIES = 400;

export function outlook(worlds: readonly World[], edition: Edition, charts: TwinCharts): readonly NextEvent[] {
  const wanted = vocabularyOf(edition).map((event) => wantedBy(edition, event));
  const likeliest = worlds[0]?.surprises ?? 0;
  const open = [...worlds];
  const seen = new Set(worlds.map(({ key }) => key));
  const told = new Map<string, NextEvent>();
  let copies = MOST_COPIES;
  for (let world = open.shift(); world !== undefined && copies > 0; world = open.shift()) {
    const [first] = world.ahead;
    if (first !== undefined) {
      const event = plainly(observationOf(edition, first));
      if (event !== undefined) note(told, event, world.surprises > likeliest);
      continue;
    }
    for (const { step, cost } of allChoices(world, wanted)) {
      copies--;
      const next = new RunningWorld(charts, edition, world);
      next.take(step);
      const { sound } = next;
      const rested = next.rest();
      if (!sound || seen.has(rested.key)) continue;
      seen.add(rested.key);
      // What is likely is followed first, so that nothing likely is found by surprise.
      if (isSurprise(cost)) open.push({ ...rested, surprises: world.surprises + 1 });
      else open.unshift(rested);
    }
  }
  return [...told.values()];
}

function allChoices(world: World, wanted: readonly Wanted[]): readonly Choice[] {
  const all = new Map<string, Choice>();
  for (const choice of wanted.flatMap((one) => choicesFrom(world, one))) {
    const key = JSON.stringify(choice.step);
    if (!all.has(key)) all.set(key, choice);
  }
  return [...all.values()];
}

/** Of a deferral its reason, of an error its name: how long, and which value, nobody knows before. */
function plainly(event: ObservedEvent | undefined): ObservedEvent | undefined {
  if (event === undefined) return undefined;
  const { payload, ...bare } = event;
  if (payload?.name === undefined) return bare;
  const { name, reason, type } = payload;
  return { ...bare, payload: { name, ...(reason !== undefined && { reason }), ...(type !== undefined && { type }) } };
}

function note(told: Map<string, NextEvent>, event: ObservedEvent, surprising: boolean): void {
  const key = `${event.name} ${event.payload?.name ?? ""}`;
  const known = told.get(key);
  if (known === undefined || (known.surprising && !surprising)) told.set(key, { ...event, surprising });
}
