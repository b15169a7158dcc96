/** A life that the statecharts may tell: at every turn something happens around them that may happen then. */
import type { Edition } from "../../../machines/edition.ts";
import type { ObservedEvent } from "../../../watch/index.ts";
import { wantedBy } from "../../../watch/twin/environment.ts";
import { type Choice, choicesFrom, isSurprise } from "../../../watch/twin/search.ts";
import type { TwinCharts } from "../../../watch/twin/twinMachine.ts";
import { observationOf, vocabularyOf } from "../../../watch/twin/words.ts";
import { RunningWorld, type World } from "../../../watch/twin/world.ts";

/** How often what is usual happens. */
const USUAL = 0.75;
const LEAST = 1;

/** What the device tells within so many turns; the same for the same `random`. */
export function randomLife(edition: Edition, charts: TwinCharts, turns: number, random: () => number): ObservedEvent[] {
  const wanted = vocabularyOf(edition).map((event) => wantedBy(edition, event));
  const told: ObservedEvent[] = [];
  let world = new RunningWorld(charts, edition).rest();
  for (let turn = 0; turn < turns; turn++) {
    const all = wanted.flatMap((one) => choicesFrom(world, one)).filter((choice) => mayHappen(world, choice));
    const distinct = [...new Map(all.map((choice) => [JSON.stringify(choice.step), choice])).values()];
    const usual = distinct.filter(isUsual);
    const among = random() < USUAL && usual.length > 0 ? usual : distinct;
    const choice = among[Math.floor(random() * among.length)];
    if (choice === undefined) break;
    const next = new RunningWorld(charts, edition, world);
    next.take(choice.step);
    const { sound } = next;
    const rested = next.rest();
    if (!sound) continue;
    for (const event of rested.ahead) {
      const observed = observationOf(edition, event);
      if (observed !== undefined) told.push(observed);
    }
    world = { ...rested, ahead: [] };
  }
  return told;
}

/**
 * A reboot in the middle of anything, or a bootstrap beside a firmware update, hides from outside how far the rest had
 * come: the twin may take it for less than it was.
 */
function mayHappen({ standing, pending }: World, { step, cost }: Choice): boolean {
  if ("event" in step && step.event.type === "request.reboot") return false;
  const updating = standing.isIn("fota", "downloaded") || pending.some(({ chart }) => chart === "fota");
  return !(updating && isSurprise(cost));
}

function isUsual({ step, cost }: Choice): boolean {
  return cost === LEAST && !("ending" in step && "fails" in step.ending);
}

/** Numerical Recipes' generator: 0 to 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
