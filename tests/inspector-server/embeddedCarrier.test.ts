/** A carrier that lives inside a machine of the application's own, watched with it. */
import { describe, expect, it } from "@jest/globals";
import { createActor, setup } from "xstate";
import { createCarrierMachine } from "../../carrier/createCarrierMachine.ts";
import { seededRandom } from "../../carrier/random.ts";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { fold } from "../../inspector/model/fold.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { createTrace } from "../../trace/trace.ts";
import { World } from "../carrier/support/world.ts";

describe("a carrier inside a machine of the application's own", () => {
  it.each([
    ["from the beginning", true],
    ["late", false],
  ])("shows with it, told %s", async (_, early) => {
    const world = await World.make({ traced: false });
    const { clock } = world;
    const records: TraceRecord[] = [];
    const inspector = createInspector({ history: 10_000 });
    const trace = createTrace({
      clock,
      device: "dev",
      detailed: inspector.detailed,
      sink(record) {
        records.push(record);
        inspector.sink(record);
      },
    });
    const {
      machine,
      input,
      clock: xstateClock,
    } = createCarrierMachine({
      endpoint: "dev",
      bootstrap: { uri: world.bootstrap.uri, security: { mode: "none" } },
      transport: world.transport("198.51.100.7"),
      clock,
      random: seededRandom(9),
      trace,
      onEvent: ({ meaning }) => heard.push(meaning.type),
    });
    const heard: string[] = [];
    const app = createActor(
      setup({ actors: { carrier: machine } }).createMachine({
        id: "app",
        initial: "on",
        states: { on: { invoke: { id: "modem", src: "carrier", input }, on: { off: "off" } }, off: {} },
      }),
      { clock: xstateClock },
    );
    if (early) inspector.watch(app, { trace });
    app.start();
    for (let turns = 0; !heard.includes("registered") && turns < 20_000; turns++) await clock.advanceAsync(10);
    if (!early) inspector.watch(app, { trace });
    expect(heard).toContain("registered");
    const actors = () => fold(records).devices.get("dev")?.actors;
    expect(actors()?.get("app")).toMatchObject({ value: "on", status: "active" });
    const carrier = actors()?.get("app/modem");
    expect(carrier).toMatchObject({ parent: "app", status: "active" });
    expect(JSON.stringify(carrier?.value)).toContain("registered");
    expect([...(actors()?.keys() ?? [])]).toContain("app/modem/register/123");
    const steps = records.filter(({ kind, actor }) => kind === "step" && actor === "app/modem/register/123");
    expect(steps.filter(({ event }) => (event as { type: string }).type === "xstate.init")).toHaveLength(early ? 1 : 0);
    app.send({ type: "off" });
    for (let turns = 0; actors()?.get("app/modem")?.status === "active" && turns < 1_000; turns++) {
      await clock.advanceAsync(10);
    }
    expect(actors()?.get("app/modem")?.status).not.toBe("active");
    inspector.close();
    app.stop();
    await world.stop();
  });
});
