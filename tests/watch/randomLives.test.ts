/** Whatever the statecharts may tell, their twin explains; whatever else it is told, it goes on. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { Twin } from "../../watch/index.ts";
import { TwinCharts } from "../../watch/twin/twinMachine.ts";
import { vocabularyOf } from "../../watch/twin/words.ts";
import { randomLife, seeded } from "./support/randomLife.ts";

const MOST_LIVES = 12;
const TURNS = 60;
const ENOUGH_EVENTS = 25;
const charts = new TwinCharts();

describe.each(Object.keys(EDITIONS) as EditionId[])("a twin with edition %s", (id) => {
  const edition = EDITIONS[id];

  it("explains lives in which anything goes well or wrong", () => {
    const random = seeded(2026);
    let told = 0;
    for (let life = 0; life < MOST_LIVES && told < ENOUGH_EVENTS; life++) {
      const events = randomLife(edition, charts, TURNS, random);
      const twin = new Twin(edition, charts);
      twin.booted();
      const unexplained = events.findIndex((event) => twin.observe(event) === undefined);
      const where = events.slice(0, unexplained + 1).map(({ name, payload }) => `${name} ${payload?.name ?? ""}`);
      expect(where).toEqual([]);
      told += events.length;
    }
    expect(told).toBeGreaterThanOrEqual(ENOUGH_EVENTS);
  });

  it("goes on after any events in any order", () => {
    const random = seeded(7);
    const words = vocabularyOf(edition);
    const twin = new Twin(edition, charts);
    for (let turn = 0; turn < 10; turn++) {
      const event = words[Math.floor(random() * words.length)]!;
      if (twin.observe(event) === undefined) twin.depart(event);
      expect(twin.position.length).toBeGreaterThan(0);
    }
  });
});
