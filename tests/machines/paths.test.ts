import { describe, expect, it } from "@jest/globals";
import { CHARTS } from "./support/charts.ts";
import { allStates, allTransitions, pathsOf, transitionKey } from "./support/paths.ts";
import { RunningChart, type RunningChartOptions } from "./support/runningChart.ts";

describe.each(CHARTS)("generated paths through the $name chart", ({ machine, table }) => {
  const states = new Set<string>();
  const transitions = new Set<string>();
  const onStep: RunningChartOptions["onStep"] = (taken, snapshot) => {
    for (const { id } of snapshot._nodes) states.add(id);
    for (const transition of taken) {
      states.add(transition.source.id);
      transitions.add(transitionKey(transition));
    }
  };

  it.each(table.scenes.map((scene) => ({ title: scene.name, scene })))(
    "end in the running chart where the model says: $title",
    ({ scene: { input }, scene }) => {
      for (const { events, value, status } of pathsOf(machine, table, scene)) {
        const running = new RunningChart(machine, { input, onStep });
        for (const event of events) running.send(event);
        const path = events.map(({ type }) => type);
        const { snapshot } = running;
        expect({ path, value: snapshot.value, status: snapshot.status }).toEqual({ path, value, status });
        running.stop();
      }
    },
  );

  it("reach every state", () => {
    expect(allStates(machine).filter((id) => !states.has(id))).toEqual([]);
  });

  it("take every transition", () => {
    expect(allTransitions(machine).filter((key) => !transitions.has(key))).toEqual([]);
  });
});
