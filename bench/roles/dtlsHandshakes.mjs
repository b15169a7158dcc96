/**
 * Handshakes, some at a time; tells how long they took, by the clock and of the processor.
 * Usage: node dtlsHandshakes.mjs psk|node-dtls-client|certificate PORT COUNT AT_A_TIME [CA_FILE]
 */
import { readFileSync } from "node:fs";
import { dtls } from "node-dtls-client";
import { PSK } from "../lib/libcoap.mjs";
import { HOST, SUITE } from "../lib/openssl.mjs";
import { product } from "../lib/product.mjs";

const [kind, ...rest] = process.argv.slice(2);
const [port, count, atATime] = rest.slice(0, 3).map(Number);
const [, , , caFile] = rest;
/** After some thousand handshakes the compiler is done with either contender. */
const WARM_UP = 2_000;
/**
 * Local ports are taken in turn, below those that the system gives: a port that is used again at once gets the
 * close_notify of the connection before, which node-dtls-client takes for its own and then waits in vain.
 */
const PORTS = { first: 10_000, count: 20_000 };

process.on("disconnect", () => process.exit());
const { connectDtls, readCertificates } = await product("services/dtls");
const anchors = caFile === undefined ? [] : readCertificates(readFileSync(caFile));

const HANDSHAKE = {
  psk: (local) => {
    const psk = { identity: Buffer.from(PSK.identity), key: Buffer.from(PSK.key) };
    return ours({ host: "127.0.0.1", port, local, psk, suites: [PSK.suite] });
  },
  certificate: (local) =>
    ours({ host: "127.0.0.1", port, local, serverName: HOST, trust: { anchors }, suites: [SUITE.name] }),
  "node-dtls-client": (local) =>
    new Promise((resolve, reject) => {
      const socket = dtls.createSocket({
        type: "udp4",
        address: "127.0.0.1",
        port,
        listenPort: local.port,
        psk: { [PSK.identity]: PSK.key },
        ciphers: [PSK.suite],
        timeout: 10_000,
      });
      socket.on("error", reject);
      socket.on("connected", () => resolve(() => new Promise((closed) => socket.close(closed))));
    }),
};

let begun = 0;
await run(WARM_UP);
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
await run(count);
const { user, system } = process.cpuUsage(cpuBefore);
process.send({ ms: Math.round(performance.now() - startedAt), cpuMs: Math.round((user + system) / 1_000) });

/** Each lets go of its session before the next begins. */
async function run(total) {
  const end = begun + total;
  const one = async () => {
    while (begun < end) {
      const close = await HANDSHAKE[kind]({ port: PORTS.first + (begun++ % PORTS.count) });
      await close();
    }
  };
  await Promise.all(Array.from({ length: atATime }, one));
}

async function ours(options) {
  const socket = await connectDtls(options);
  return () => socket.close();
}
