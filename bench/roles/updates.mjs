/**
 * Registers a fleet, then has each of its devices update several times; tells the CPU time that each took.
 * Usage: updates.mjs ours|plain PORT COUNT ROUNDS
 */
import { HandMovedClock } from "../lib/clocks.mjs";
import { product } from "../lib/product.mjs";
import { Traffic } from "../lib/traffic.mjs";
import { PlainClient } from "../peers/plainClient.mjs";

const [kind, port, count, rounds] = process.argv.slice(2).map((word, index) => (index === 0 ? word : Number(word)));
/** Devices that speak at once: no more than a socket's buffer holds. */
const GROUP = 100;
const LIFETIME_S = 300;
/** An Update is due 93 s before the lifetime ends. */
const PERIOD_MS = 1000 * (LIFETIME_S - 93);

process.on("disconnect", () => process.exit());
const { createCarrier, SystemClock, VirtualClock } = await product("carrier");
const { createUdpTransport } = await product("services/coap");
const clock = new HandMovedClock(new SystemClock(), new VirtualClock());
const traffic = new Traffic();
const groups = Math.ceil(count / GROUP);
const stepMs = PERIOD_MS / groups;

const MAKERS = {
  ours: (endpoint) => {
    const carrier = createCarrier({
      endpoint,
      clock,
      transport: traffic.over(createUdpTransport()),
      servers: [
        {
          uri: `coap://127.0.0.1:${port}`,
          shortServerId: 123,
          lifetimeSeconds: LIFETIME_S,
          security: { mode: "none" },
        },
      ],
    });
    return () => {
      const { registered } = carrier;
      carrier.start();
      return registered;
    };
  },
  plain: (endpoint) => {
    const server = { address: "127.0.0.1", port };
    const client = new PlainClient({ clock, server, endpoint, lifetimeSeconds: LIFETIME_S, traffic });
    return () => client.start();
  },
};

const registering = process.cpuUsage();
for (let group = 0; group < groups; group++) {
  if (group > 0) clock.advance(stepMs);
  const size = Math.min(GROUP, count - group * GROUP);
  await Promise.all(Array.from({ length: size }, (_, index) => MAKERS[kind](`dev-${group * GROUP + index}`)()));
  await traffic.quiet();
}
const registerCpuMs = cpuMs(registering);

await update(1);
const updating = process.cpuUsage();
await update(rounds);
process.send({ registerCpuMs, updateCpuMs: cpuMs(updating) });

/** Every device updates so many times, a group at a time. */
async function update(times) {
  for (let step = 0; step < times * groups; step++) {
    clock.advance(stepMs);
    await traffic.quiet();
  }
}

function cpuMs(since) {
  const { user, system } = process.cpuUsage(since);
  return Math.round((user + system) / 1000);
}
