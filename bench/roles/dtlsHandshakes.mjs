/**
 * Handshakes with a pre-shared key, some at a time; tells how long they took, by the clock and of the processor.
 * Usage: node dtlsHandshakes.mjs ours|node-dtls-client PORT COUNT AT_A_TIME
 */
import { dtls } from "node-dtls-client";
import { PSK } from "../lib/libcoap.mjs";
import { product } from "../lib/product.mjs";

const [kind, ...numbers] = process.argv.slice(2);
const [port, count, atATime] = numbers.map(Number);
const WARM_UP = 200;

process.on("disconnect", () => process.exit());
const { connectDtls } = await product("services/dtls");

const HANDSHAKE = {
  ours: async () => {
    const psk = { identity: Buffer.from(PSK.identity), key: Buffer.from(PSK.key) };
    const socket = await connectDtls({ host: "127.0.0.1", port, psk, suites: [PSK.suite] });
    return () => socket.close();
  },
  "node-dtls-client": () =>
    new Promise((resolve, reject) => {
      const socket = dtls.createSocket({
        type: "udp4",
        address: "127.0.0.1",
        port,
        psk: { [PSK.identity]: PSK.key },
        ciphers: [PSK.suite],
        timeout: 10_000,
      });
      socket.on("error", reject);
      socket.on("connected", () => resolve(() => new Promise((closed) => socket.close(closed))));
    }),
};

await run(WARM_UP);
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
await run(count);
const { user, system } = process.cpuUsage(cpuBefore);
process.send({ ms: Math.round(performance.now() - startedAt), cpuMs: Math.round((user + system) / 1_000) });

/** Each lets go of its session before the next begins. */
async function run(total) {
  let begun = 0;
  const one = async () => {
    while (begun < total) {
      begun++;
      const close = await HANDSHAKE[kind]();
      await close();
    }
  };
  await Promise.all(Array.from({ length: atATime }, one));
}
