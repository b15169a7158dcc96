/** An app that is none of ours, as its page shows it: against the package as it is built. */
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { WorldFold } from "../../inspector/model/fold.ts";
import type { ActorWorld, DeviceWorld } from "../../inspector/model/world.ts";
import type { StepRecord } from "../../inspector/records.ts";
import { type Following, followInspector } from "../../inspector/server/followInspector.ts";
import type { TraceRecord } from "../../ports/trace.ts";

const records: TraceRecord[] = [];
const world = new WorldFold();
let following: Following;
let stop: () => Promise<void>;
let heard = () => {};

beforeAll(async () => {
  jest.spyOn(console, "log").mockImplementation(() => {});
  const example = (await import("../../examples/inspectForeign.ts")) as {
    readonly page: { readonly url: string };
    stop(): Promise<void>;
  };
  stop = example.stop;
  const take = ({ records: more }: { readonly records: readonly TraceRecord[] }) => {
    for (const record of more) world.apply(record);
    records.push(...more);
    heard();
  };
  following = await followInspector(example.page.url, { checkpoint: take, records: take });
});
afterAll(async () => {
  following?.close();
  await stop?.();
  jest.restoreAllMocks();
});

/** Resolves when what has come makes it true. */
function until(isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    heard = () => {
      if (isTrue()) resolve();
    };
    heard();
  });
}

const device = (): DeviceWorld | undefined => world.snapshot().devices.get("crossing");
const actor = (key: string): ActorWorld | undefined => device()?.actors.get(key);
const steps = () => records.filter(({ kind }) => kind === "step") as StepRecord[];
const stepsOf = (event: string) => steps().filter((step) => step.event.type === event);

describe("the crossing", () => {
  it("is there with its machines, drawn from their definitions", async () => {
    await until(() => actor("crossing/bell") !== undefined);
    const { definitions } = world.snapshot();
    const crossing = definitions.get(actor("crossing")?.definition ?? "");
    expect(crossing?.nodes.find(({ id }) => id === "")).toMatchObject({ type: "parallel", key: "crossing" });
    expect(crossing?.nodes.find(({ id }) => id === "light")).toMatchObject({
      meta: { spec: "Vienna Convention on Road Signs and Signals, article 23" },
    });
    expect([...definitions.values()].map(({ id }) => id).sort()).toEqual(["bell", "car", "crossing"]);
  });

  it("says why the first press of the button changed nothing", async () => {
    await until(() => stepsOf("button.pressed").length > 0);
    const refused = stepsOf("button.pressed")[0]?.microsteps[0]?.candidates[0];
    expect(refused).toMatchObject({
      edge: "light.green|button.pressed|0",
      verdict: "refused",
      guard: { name: "isWanted", result: false, inputs: { "context.pressed": 0 } },
    });
  });

  it("goes through its phases, with timers, parallel regions and a car that comes and goes", async () => {
    await until(() => actor("crossing/car")?.status === "done");
    const lights = steps().flatMap(({ entered }) => entered.filter((id) => id.startsWith("light.")));
    expect(lights).toEqual(expect.arrayContaining(["light.yellow", "light.red", "light.green"]));
    const fired = records.filter(({ operation }) => operation === "fired").map(({ name }) => name);
    expect(fired).toEqual(expect.arrayContaining(["xstate.after.200.crossing.light.yellow"]));
    expect(steps().find(({ actor, value }) => actor === "crossing/car" && value === "gone")).toBeDefined();
    expect([...(device()?.timers.values() ?? [])].map(({ name }) => name)).toContain("car.comes");
  });

  it("takes an event from the page", async () => {
    await following.request({ request: "send", device: "crossing", actor: "crossing/bell", event: { type: "ring" } });
    await until(() => stepsOf("ring").length > 0);
    const injected = records.find(({ kind }) => kind === "injected");
    expect(stepsOf("ring")[0]).toMatchObject({ cause: injected?.seq, active: ["", "ringing"] });
  });
});
