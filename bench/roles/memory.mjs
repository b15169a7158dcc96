/**
 * Registers some devices so that code, buffers and the heap's young generation are there, then a fleet, lets it idle;
 * tells what each of the fleet holds.
 * Usage: node --expose-gc memory.mjs ours|plain PORT COUNT
 */
import { product } from "../lib/product.mjs";
import { Traffic } from "../lib/traffic.mjs";
import { PlainClient } from "../peers/plainClient.mjs";

const [kind, port, count] = process.argv.slice(2).map((word, index) => (index === 0 ? word : Number(word)));
/** Devices that register at once: no more than a socket's buffer holds. */
const GROUP = 100;
const WARM_UP = 200;
const LIFETIME_S = 86_400;
const SETTLE_MS = 500;

process.on("disconnect", () => process.exit());
const { createCarrier, SystemClock } = await product("carrier");
const clock = new SystemClock();
const traffic = new Traffic();
const fleet = [];

const REGISTER = {
  ours: (endpoint) => {
    const carrier = createCarrier({
      endpoint,
      servers: [
        {
          uri: `coap://127.0.0.1:${port}`,
          shortServerId: 123,
          lifetimeSeconds: LIFETIME_S,
          security: { mode: "none" },
        },
      ],
    });
    fleet.push(carrier);
    const { registered } = carrier;
    carrier.start();
    return registered;
  },
  plain: (endpoint) => {
    const server = { address: "127.0.0.1", port };
    const client = new PlainClient({ clock, server, endpoint, lifetimeSeconds: LIFETIME_S, traffic });
    fleet.push(client);
    return client.start();
  },
};

await register(WARM_UP, "warm-up");
const before = await settled();
await register(count, "dev");
const after = await settled();
const perDevice = (part) => Math.round((10 * (after[part] - before[part])) / count / 1024) / 10;
process.send({ heapKiB: perDevice("heapUsed"), externalKiB: perDevice("external"), rssKiB: perDevice("rss") });

async function register(number, prefix) {
  for (let begun = 0; begun < number; begun += GROUP) {
    const size = Math.min(GROUP, number - begun);
    await Promise.all(Array.from({ length: size }, (_, index) => REGISTER[kind](`${prefix}-${begun + index}`)));
  }
}

/** Memory after what is no longer needed has gone. */
async function settled() {
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS / 4));
    globalThis.gc();
  }
  return process.memoryUsage();
}
