/**
 * Opens some connections so that code and buffers are there, then many more, each on a socket of its own; tells what
 * each of these holds when it is idle. Usage: node --expose-gc dtlsMemory.mjs dtls|udp PORT COUNT
 */
import { createSocket } from "node:dgram";
import { PSK } from "../lib/libcoap.mjs";
import { product } from "../lib/product.mjs";

const [kind, ...numbers] = process.argv.slice(2);
const [port, count] = numbers.map(Number);
/** At once: no more than a socket's buffer holds. */
const GROUP = 50;
const WARM_UP = 1_000;
const SETTLE_MS = 500;

process.on("disconnect", () => process.exit());
const { connectDtls } = await product("services/dtls");
const psk = { identity: Buffer.from(PSK.identity), key: Buffer.from(PSK.key) };
const onData = () => {};
const onClose = () => process.exit(1);
const OPEN = {
  dtls: async () => {
    const socket = await connectDtls({ host: "127.0.0.1", port, psk, suites: [PSK.suite] });
    socket.attach({ onData, onClose });
    return socket;
  },
  udp: () =>
    new Promise((resolve) => {
      const socket = createSocket("udp4");
      socket.on("message", onData);
      socket.connect(port, "127.0.0.1", () => resolve(socket));
    }),
};

const sockets = [];
await open(WARM_UP);
const before = await settled();
await open(count);
const after = await settled();
const each = (part) => Math.round((10 * (after[part] - before[part])) / count / 1024) / 10;
process.send({
  heapKiB: each("heapUsed"),
  externalKiB: each("external"),
  arrayBuffersKiB: each("arrayBuffers"),
  rssKiB: each("rss"),
});

async function open(total) {
  for (let begun = 0; begun < total; begun += GROUP) {
    sockets.push(...(await Promise.all(Array.from({ length: GROUP }, OPEN[kind]))));
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
