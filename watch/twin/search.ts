/** Finds the ways on which the charts tell what was observed: the likeliest first. */
import type { Edition } from "../../machines/edition.ts";
import type { SemanticEvent } from "../../machines/semanticEvent.ts";
import { isTold, type ObservedEvent } from "../observedEvent.ts";
import { ENDINGS, type Wanted, wantedBy } from "./environment.ts";
import { HAPPENINGS } from "./happenings.ts";
import { beliefs, believing } from "./retries.ts";
import type { TwinCharts } from "./twinMachine.ts";
import { RunningWorld, type Step, type World } from "./world.ts";

export interface Way {
  /** Just after the event. */
  readonly world: World;
  /** Events that should have come before it, where these may be skipped. */
  readonly skipped: readonly SemanticEvent[];
}

export interface SearchOptions {
  readonly charts: TwinCharts;
  readonly edition: Edition;
  /** Ways that tell other events first are good enough: for finding back after a deviation. */
  readonly skipping?: boolean;
  /** One way is enough. */
  readonly any?: boolean;
}

/** Copies of the charts that are tried at most for one event. */
const MOST_COPIES = 150;
const MOST_COPIES_SKIPPING = 600;
const MOST_SKIPPED = 12;
/** Ways that only later events tell apart. */
const MOST_WAYS = 4;
/** What a surprise counts, in steps; a way may have at most one more than the likeliest. */
const SURPRISE = 100;
/** What an event counts that should have been observed before. */
const SKIP = 20;

interface Try {
  readonly world: World;
  readonly cost: number;
  readonly skipped: readonly SemanticEvent[];
  /** What is believed of the device; it does not show in the charts' states. */
  readonly belief: number;
  /** The choices that led here: of ways with the same ones the shortest is enough. */
  readonly choices: string;
}

/** A step that may have been taken, and what it counts. */
export interface Choice {
  readonly step: Step;
  readonly cost: number;
  /** Empty where there was none. */
  readonly name: string;
}

export function waysTo(from: World, observed: ObservedEvent, options: SearchOptions): readonly Way[] {
  const { charts, edition } = options;
  const wanted = wantedBy(edition, observed);
  const believed = observed.semantic === "deferred" ? beliefs(wanted.last) : [];
  const begin =
    believed.length === 0
      ? [from]
      : believed.map((belief) => new RunningWorld(charts, edition, believing(from, belief)).rest());
  const tries = begin.map((world, belief) => ({ world, cost: 0, skipped: [], belief, choices: `${belief}` }));
  return search(tries, observed, wanted, options);
}

function search(
  begin: readonly Try[],
  observed: ObservedEvent,
  wanted: Wanted,
  options: SearchOptions,
): readonly Way[] {
  const { charts, edition, skipping = false, any = false } = options;
  const open = [...begin];
  const seen = new Set<string>();
  const found = new Map<string, Way>();
  let dearest = Number.POSITIVE_INFINITY;
  let copies = skipping ? MOST_COPIES_SKIPPING : MOST_COPIES;
  while (copies > 0 && found.size < MOST_WAYS) {
    const at = open.shift();
    if (at === undefined || at.cost > dearest) break;
    const { world, cost, skipped, belief, choices } = at;
    const [first, ...ahead] = world.ahead;
    if (first !== undefined && isTold(edition, first, observed)) {
      if (!found.has(choices)) found.set(choices, { world: { ...world, ahead }, skipped });
      if (any || skipping) break;
      dearest = Math.min(dearest, cost + SURPRISE + SKIP);
      continue;
    }
    if (first !== undefined) {
      if (!skipping || skipped.length >= MOST_SKIPPED) continue;
      enqueue(open, { ...at, world: { ...world, ahead }, cost: cost + SKIP, skipped: [...skipped, first] });
      continue;
    }
    for (const { step, cost: price, name } of choicesFrom(world, wanted)) {
      copies--;
      const next = new RunningWorld(charts, edition, world);
      next.take(step);
      const { sound } = next;
      const rested = next.rest();
      const surprises = world.surprises + (isSurprise(price) ? 1 : 0);
      const key = `${belief} ${rested.key}`;
      if (!sound || seen.has(key)) continue;
      seen.add(key);
      enqueue(open, { world: { ...rested, surprises }, cost: cost + price, skipped, belief, choices: choices + name });
    }
  }
  return [...found.values()];
}

export function isSurprise(cost: number): boolean {
  return cost >= SURPRISE;
}

/** Keeps them cheapest first, and of the same cost in the order of coming. */
function enqueue(open: Try[], one: Try): void {
  const place = open.findIndex(({ cost }) => cost > one.cost);
  open.splice(place === -1 ? open.length : place, 0, one);
}

export function choicesFrom({ pending, standing }: World, wanted: Wanted): readonly Choice[] {
  const services = pending.flatMap((service): Choice[] => {
    const { src, chart, id } = service;
    const endings = ENDINGS[src]?.(wanted, service) ?? [];
    return endings.map((ending, index) => ({
      step: { chart, id, ending },
      // What is usual comes first in the table.
      cost: 1 + index,
      name: endings.length > 1 ? ` ${chart} ${src} ${index}` : "",
    }));
  });
  const happenings = HAPPENINGS.flatMap(({ surprising, event: eventOf }): Choice[] => {
    const event = eventOf(wanted, standing);
    if (event === undefined) return [];
    return [{ step: { event }, cost: surprising ? SURPRISE : 1, name: surprising ? ` ${event.type}` : "" }];
  });
  return [...services, ...happenings];
}
