/** Which change is told when: the notification attributes together (OMA LwM2M Core 1.1 §7.3.2). */
import { afterEach, describe, expect, it } from "@jest/globals";
import { CODE } from "../../services/coap/codes.ts";
import { AttributeStore, PORTFOLIO, parsePath } from "../../services/lwm2m/index.ts";
import type { ResourceDefinition } from "../../services/lwm2m/model.ts";
import { settle } from "./support/coapPair.ts";
import { type Watched, watchDevice } from "./support/watched.ts";

const open: Watched[] = [];
afterEach(() => {
  for (const watched of open.splice(0)) watched.close();
});

function watch(): Watched {
  const watched = watchDevice();
  watched.device.tree.set(3, 0, 9, 50);
  watched.device.tree.set(3, 0, 14, "+01:00");
  open.push(watched);
  return watched;
}

/** Seconds of the notifications. */
const seconds = ({ heard }: Watched): number[] => heard.map((line) => Number(line.split(":")[0]));

describe("epmin", () => {
  it("has a changed value looked at no sooner, and what changed back meanwhile is not told", async () => {
    const watched = watch();
    const { heard, observe, put, advance, level } = watched;
    await put("/3/0/9", "epmin=10");
    await observe("/3/0/9");
    await advance(2);
    await level(60);
    await advance(3);
    await level(50);
    await advance(10);
    expect(heard).toEqual([]);
    await level(60);
    await advance(5);
    expect(heard).toEqual(["20:60"]);
    await advance(4);
    await level(70, 80);
    await advance(20);
    expect(heard).toEqual(["20:60", "30:80"]);
  });

  it("goes before pmin: a value is told when both are over", async () => {
    const watched = watch();
    const { observe, put, advance, level } = watched;
    await put("/3/0/9", "epmin=10", "pmin=4");
    await observe("/3/0/9");
    await level(60);
    await advance(30);
    await put("/3/0/9", "epmin=2", "pmin=20");
    await level(70);
    await advance(30);
    expect(seconds(watched)).toEqual([10, 30]);
  });

  it("holds the conditions against the value of that moment", async () => {
    const watched = watch();
    const { heard, observe, put, advance, level } = watched;
    await put("/3/0/9", "epmin=10", "gt=80");
    await observe("/3/0/9");
    await level(90, 70);
    await advance(10);
    await level(90);
    await advance(10);
    expect(heard).toEqual(["20:90"]);
  });
});

describe("epmax", () => {
  function live(watched: Watched) {
    const { device } = watched;
    const state = { value: 1 as number | undefined, reads: 0 };
    const read = () => {
      state.reads++;
      return state.value;
    };
    device.tree.add(device.tree.definition(7)!, { resources: { 2: { read } } });
    device.tree.create(7, 0);
    return state;
  }

  it("has a live value looked at that often, although nobody says that it changed", async () => {
    const watched = watch();
    const { heard, observe, put, advance } = watched;
    const state = live(watched);
    await put("/7/0/2", "epmax=30", "st=5");
    await observe("/7/0/2");
    state.value = 3;
    await advance(40);
    expect(heard).toEqual([]);
    state.value = 6;
    await advance(50);
    expect(heard).toEqual(["60:6"]);
    const before = state.reads;
    await advance(300);
    expect(state.reads - before).toBe(10);
    expect(heard).toEqual(["60:6"]);
  });

  it("has a whole instance looked at", async () => {
    const watched = watch();
    const { observe, put, advance } = watched;
    const state = live(watched);
    await put("/7/0", "epmax=30");
    await observe("/7/0");
    await advance(100);
    expect(seconds(watched)).toEqual([]);
    state.value = 2;
    await advance(100);
    expect(seconds(watched)).toEqual([120]);
    state.value = undefined;
    await advance(100);
    expect(seconds(watched)).toEqual([120, 210]);
  });

  it("below epmin does not count, nor does 0", async () => {
    const watched = watch();
    const { observe, put, advance } = watched;
    const state = live(watched);
    await put("/7/0/2", "epmin=30", "epmax=10");
    await observe("/7/0/2");
    state.value = 2;
    await advance(100);
    await put("/7/0/2", "epmin", "epmax=0");
    await advance(100);
    expect(seconds(watched)).toEqual([]);
  });
});

describe("the default periods of the account", () => {
  it("count from the moment at which they are written", async () => {
    const watched = watch();
    const { device, observe, advance, level } = watched;
    await observe("/3/0/9");
    device.tree.set(1, 0, 3, 30);
    await advance(40);
    device.tree.set(1, 0, 3, undefined);
    device.tree.set(1, 0, 2, 20);
    await level(60);
    device.tree.set(1, 0, 2, 15);
    await advance(40);
    expect(seconds(watched)).toEqual([30, 45]);
  });
});

describe("the conditions of a resource", () => {
  it("count for the instance and the object that are observed, next to resources without any", async () => {
    const watched = watch();
    const { device, heard, observe, put, level } = watched;
    await put("/3/0/9", "gt=80");
    await observe("/3/0");
    await observe("/3");
    await level(60, 70);
    expect(heard).toHaveLength(0);
    await level(90);
    expect(heard).toHaveLength(2);
    device.tree.set(3, 0, 14, "+02:00");
    await settle();
    expect(heard).toHaveLength(4);
    await level(85);
    expect(heard).toHaveLength(4);
  });

  it("count from the value at which they were written", async () => {
    const { heard, observe, put, level } = watch();
    await observe("/3/0");
    await level(60);
    await put("/3/0/9", "st=10");
    await level(65, 69);
    expect(heard).toHaveLength(1);
    await level(70);
    expect(heard).toHaveLength(2);
  });

  it("count for its instances, each with its own where it has some", async () => {
    const { device, heard, observe, put } = watch();
    const voltages = async (...values: number[]): Promise<void> => {
      device.tree.set(3, 0, 7, new Map(values.entries()));
      await settle();
    };
    await voltages(3_000, 5_000);
    expect(await put("/3/0/7", "st=100")).toBe(CODE.CHANGED);
    expect(await put("/3/0/7/1", "st=500")).toBe(CODE.CHANGED);
    await observe("/3/0/7");
    await voltages(3_050, 5_400);
    expect(heard).toHaveLength(0);
    await voltages(3_100, 5_400);
    expect(heard).toHaveLength(1);
    await voltages(3_100, 5_900);
    expect(heard).toHaveLength(2);
  });

  it("do not keep quiet that an instance comes or goes", async () => {
    const { device, heard, observe } = watch();
    await observe("/16");
    device.tree.create(PORTFOLIO.id, 4, new Map([[0, new Map([[0, "a"]])]]));
    await settle();
    expect(heard).toHaveLength(1);
  });

  it("that no server may read do not have its instance told of", async () => {
    const { device, heard, observe } = watch();
    const resource = { name: "x", multiple: false, mandatory: false, type: "integer" } as const;
    const { id: _, ...definition } = device.tree.definition(16)!;
    device.tree.add({
      ...definition,
      id: 30_000,
      resources: [
        { ...resource, id: 0, operations: "R" },
        { ...resource, id: 1, operations: "W" },
      ],
    });
    device.tree.create(30_000, 0, new Map([[0, 1]]));
    await observe("/30000/0");
    device.tree.set(30_000, 0, 1, 5);
    await settle();
    expect(heard).toHaveLength(0);
    device.tree.set(30_000, 0, 0, 5);
    await settle();
    expect(heard).toHaveLength(1);
  });
});

describe("a composite observation", () => {
  it("is told all at once when one of its places asks for it, after that place's pmin", async () => {
    const watched = watch();
    const { device, heard, observeComposite, put, advance, level } = watched;
    await put("/3/0/9", "pmin=10", "st=5");
    await put("/3/0/14", "pmin=2");
    await observeComposite(["/3/0/9", "/3/0/14"], 110);
    await level(52, 60);
    device.tree.set(3, 0, 14, "+02:00");
    await advance(20);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatch(/^2:.*"v":60.*"vs":"\+02:00"/);
    await level(70);
    await advance(20);
    expect(seconds(watched)).toEqual([2, 20]);
  });

  it("is told after the shortest pmax of its places", async () => {
    const watched = watch();
    const { observeComposite, put, advance } = watched;
    await put("/3/0/9", "pmax=50");
    await put("/3/0/14", "pmax=20");
    await observeComposite(["/3/0/9", "/3/0/14"], 112);
    await advance(45);
    expect(seconds(watched)).toEqual([20, 40]);
  });

  it("ends when it is cancelled", async () => {
    const { management, heard, observeComposite, level } = watch();
    const { cancel } = await observeComposite(["/3/0/9", "/3"], 110);
    expect(management.observations.size).toBe(1);
    await cancel();
    await level(60);
    expect([heard, management.observations.size]).toEqual([[], 0]);
  });
});

describe("lt, gt and st", () => {
  const number: ResourceDefinition = {
    id: 7,
    name: "voltage",
    operations: "R",
    multiple: true,
    mandatory: false,
    type: "integer",
  };
  const cases: readonly [what: string, first: [string, ...string[]], then: [string, ...string[]], holds: boolean][] = [
    ["at one place", ["/3/0/7", "gt=10"], ["/3/0/7", "lt=10"], false],
    ["at one place with a step", ["/3/0/7", "gt=10", "st=3"], ["/3/0/7", "lt=4"], false],
    ["at one place, wide enough", ["/3/0/7", "gt=10", "st=3"], ["/3/0/7", "lt=3.9"], true],
    ["from the resource to its instance", ["/3/0/7", "gt=10"], ["/3/0/7/1", "lt=20"], false],
    ["from the resource, overruled", ["/3/0/7", "gt=10"], ["/3/0/7/1", "lt=20", "gt=30"], true],
    ["from the instance to its resource", ["/3/0/7/1", "lt=20"], ["/3/0/7", "gt=10"], false],
    ["with a step that the instance inherits", ["/3/0/7/1", "lt=20", "gt=30"], ["/3/0/7", "st=6"], false],
    ["at instances apart", ["/3/0/7/1", "lt=20"], ["/3/0/7/2", "gt=10"], true],
  ];
  for (const [what, first, then, holds] of cases) {
    it(`${holds ? "are taken" : "that leave nothing between them are refused"}: ${what}`, () => {
      const store = new AttributeStore();
      const write = ([path, ...query]: [string, ...string[]]) => store.write(parsePath(path), number, query);
      expect(write(first)).toBeUndefined();
      const before = store.serialise();
      expect(write(then)?.code).toBe(holds ? undefined : CODE.BAD_REQUEST);
      if (!holds) expect(store.serialise()).toEqual(before);
    });
  }
});
