/** A carrier that is looked at for long: what the inspector keeps of it does not grow. */
import { expect, it } from "@jest/globals";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { Session } from "../../inspector/model/session.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { createTrace } from "../../trace/trace.ts";
import { World } from "./support/world.ts";

const HISTORY = 200;

it("does not grow in half an hour with a page that looks on, another that comes late and one that left", async () => {
  const world = await World.make({ account: { lifetime: 60 } });
  const inspector = createInspector({ history: HISTORY });
  const { detailed, sink } = inspector;
  const trace = createTrace({ clock: world.clock, device: "dev", sink, detailed });
  const carrier = world.replace({ trace });
  const stopWatching = inspector.watch(carrier.actor, { trace, trees: carrier.inspection.trees });
  let seen = 0;
  const looking = inspector.attach({ checkpoint() {}, gap() {}, record: () => void seen++ });
  carrier.start();
  await world.until("registered");

  /** What somebody gets who comes now. */
  const late = () => {
    let got = { state: 0, history: 0, text: 0 };
    const session = new Session();
    const take = (records: readonly TraceRecord[]) => {
      got = { ...got, text: got.text + JSON.stringify(records).length };
    };
    inspector
      .attach({
        gap() {},
        checkpoint(records, before) {
          session.checkpoint(records, before);
          got = { ...got, state: records.length };
          take(records);
        },
        record(record, number) {
          session.append([record], number);
          got = { ...got, history: got.history + 1 };
          take([record]);
        },
      })
      .detach();
    const device = session.live.devices.get("dev");
    return { ...got, actors: device?.actors.size ?? 0, timers: device?.timers.size ?? 0 };
  };

  await world.pass(300);
  const [early, seenEarly] = [late(), seen];
  await world.pass(1_800);
  const [after, seenAfter] = [late(), seen];
  expect(seenAfter - seenEarly).toBeGreaterThan(500);
  expect(after.history).toBeLessThanOrEqual(HISTORY);
  expect(after.timers).toBeLessThanOrEqual(early.timers + 2);
  expect(after.actors).toBeLessThanOrEqual(early.actors + 5);
  expect(after.state).toBeLessThanOrEqual(early.state + 10);
  expect(after.text).toBeLessThan(1.2 * early.text);
  looking.detach();
  stopWatching();
  inspector.close();
  await world.stop();
});
