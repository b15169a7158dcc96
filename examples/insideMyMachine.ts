/**
 * The carrier as a child of the application's own statechart: a sensor that registers, measures, goes offline to rest,
 * and stops. The two share one actor system, one clock and one inspector.
 *
 * `npm run build`, then `node examples/insideMyMachine.ts` (Node 22.18 or newer runs TypeScript as it is).
 */
import { createCarrierMachine, FastClock } from "lwm2m-carrier";
import type { SemanticEventType } from "lwm2m-carrier/machines";
import { startTestbed } from "lwm2m-carrier/testbed";
import { createActor, fromPromise, raise, sendTo, setup, waitFor } from "xstate";

const clock = new FastClock({ skipIdle: true });
const testbed = await startTestbed({ clock });

const carrier = createCarrierMachine({
  clock,
  bootstrap: { uri: testbed.bootstrap.uri, security: { mode: "none" } },
  // Events of the library become events of our chart, whatever the edition calls them.
  onEvent: ({ meaning }) => sensor.send({ type: `carrier.${meaning.type}` }),
});

const sensorMachine = setup({
  types: { events: {} as { type: `carrier.${SemanticEventType}` } | { type: "link.isDown" } },
  actors: {
    carrier: carrier.machine,
    measure: fromPromise(async () => {
      carrier.device.values.setPowerSources(["internalBattery"]);
      carrier.device.values.setBatteryLevel(79);
    }),
  },
  actions: {
    goOffline: sendTo("carrier", { type: "request.linkDown" }),
    stopCarrier: sendTo("carrier", { type: "stop" }),
    sayLinkIsDown: raise({ type: "link.isDown" }),
  },
  delays: { anHour: 3_600_000 },
}).createMachine({
  id: "sensor",
  invoke: {
    id: "carrier",
    src: "carrier",
    input: carrier.input,
    // Where the carrier is, is told by tags: registered, linkDown, rebooting, exhausted, failed.
    onSnapshot: { guard: ({ event }) => event.snapshot.hasTag("linkDown"), actions: "sayLinkIsDown" },
    onDone: ".stopped",
    onError: ".broken",
  },
  initial: "joining",
  states: {
    joining: { on: { "carrier.registered": "measuring", "carrier.error": "stopping" } },
    measuring: { invoke: { src: "measure", onDone: "leaving", onError: "stopping" } },
    leaving: { entry: "goOffline", on: { "link.isDown": "resting" } },
    resting: { after: { anHour: "stopping" } },
    // Without `stop` nothing would be closed: stopping the actor is like cutting the supply.
    stopping: { entry: "stopCarrier" },
    stopped: { type: "final" },
    broken: {},
  },
});

// One clock for both: a carrier whose charts wait on another clock than its services is none.
const sensor = createActor(sensorMachine, { clock: carrier.clock });
sensor.subscribe(({ value }) => {
  if (value !== last) console.log(value);
  last = value;
});
let last: unknown;
sensor.start();
await waitFor(sensor, ({ status }) => status === "done");
await testbed.close();
