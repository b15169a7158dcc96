/**
 * Lives the demo's life several times, or has one device update its registration; tells the CPU time that it took.
 * Usage: inspector.mjs life|updates attached|alone COUNT [PORT]
 */
import { HandMovedClock } from "../lib/clocks.mjs";
import { product, productFile } from "../lib/product.mjs";
import { Traffic } from "../lib/traffic.mjs";

const [job, how, countText, port] = process.argv.slice(2);
const count = Number(countText);
const LIFETIME_S = 300;
/** An Update is due 93 s before the lifetime ends. */
const PERIOD_MS = 1000 * (LIFETIME_S - 93);

process.on("disconnect", () => process.exit());
const inspector = how === "attached" ? await inspected() : undefined;
let records = 0;
const sink = (record) => {
  records++;
  inspector?.sink(record);
};
const work = await { life, updates }[job]();
await work(1);

const server = inspector && (await (await productFile("inspector/server/serveInspector.js")).serveInspector(inspector));
process.send({ url: server?.url });
await new Promise((resolve) => process.once("message", resolve));
const before = records;
const began = process.cpuUsage();
await work(count);
const { user, system } = process.cpuUsage(began);
process.send({ cpuMs: Math.round((user + system) / 1000), records: inspector === undefined ? 0 : records - before });

async function inspected() {
  const { createInspector } = await productFile("inspector/emitter/createInspector.js");
  return createInspector();
}

async function life() {
  const { startScenario } = await productFile("cli/scenarios/index.js");
  const { FastClock } = await product("carrier");
  return async (times) => {
    for (let time = 0; time < times; time++) {
      const clock = new FastClock({ skipIdle: true });
      const running = await startScenario({
        scenario: "success",
        edition: "3.6",
        clock,
        seed: 1,
        timing: "instant",
        sink,
        inspector,
      });
      const { ok, reason } = await running.ended;
      if (!ok) throw new Error(reason);
      await running.close();
      clock.pause();
    }
  };
}

async function updates() {
  const { createCarrier, SystemClock, VirtualClock } = await product("carrier");
  const { createUdpTransport } = await product("services/coap");
  const { createTrace } = await product("trace");
  const clock = new HandMovedClock(new SystemClock(), new VirtualClock());
  const traffic = new Traffic();
  const device = "dev-1";
  const trace = inspector && createTrace({ clock, device, sink, detailed: inspector.detailed });
  const carrier = createCarrier({
    endpoint: device,
    clock,
    transport: traffic.over(createUdpTransport()),
    servers: [
      { uri: `coap://127.0.0.1:${port}`, shortServerId: 123, lifetimeSeconds: LIFETIME_S, security: { mode: "none" } },
    ],
    ...(trace && { trace }),
  });
  inspector?.watch(carrier.actor, { trace, device, trees: carrier.inspection.trees });
  const { registered } = carrier;
  carrier.start();
  await registered;
  await traffic.quiet();
  return async (times) => {
    for (let time = 0; time < times; time++) {
      clock.advance(PERIOD_MS);
      await traffic.quiet();
    }
  };
}
