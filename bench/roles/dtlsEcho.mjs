/**
 * Sends datagrams to a server that sends them back, so many of them under way; tells how long the round trips took.
 * Usage: node dtlsEcho.mjs dtls|udp PORT COUNT UNDER_WAY OCTETS
 */
import { createSocket } from "node:dgram";
import { PSK } from "../lib/libcoap.mjs";
import { product } from "../lib/product.mjs";

const [kind, ...numbers] = process.argv.slice(2);
const [port, count, underWay, octets] = numbers.map(Number);
const WARM_UP = 20_000;

process.on("disconnect", () => process.exit());
let onData = () => {};
const socket = await { dtls, udp }[kind]();
const payload = new Uint8Array(octets).fill(0x5a);
await roundTrips(WARM_UP);
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
await roundTrips(count);
const { user, system } = process.cpuUsage(cpuBefore);
process.send({ ms: Math.round(performance.now() - startedAt), cpuMs: Math.round((user + system) / 1_000) });

/** Each answer lets the next one go. */
function roundTrips(total) {
  let sent = 0;
  let received = 0;
  const next = () => {
    sent++;
    socket.send(payload);
  };
  return new Promise((resolve, reject) => {
    onData = ({ length }) => {
      if (length !== octets) reject(new Error(`${length} octets came back instead of ${octets}`));
      if (++received === total) resolve();
      else if (sent < total) next();
    };
    while (sent < Math.min(underWay, total)) next();
  });
}

async function dtls() {
  const { connectDtls } = await product("services/dtls");
  const psk = { identity: Buffer.from(PSK.identity), key: Buffer.from(PSK.key) };
  const socket = await connectDtls({ host: "127.0.0.1", port, psk, suites: [PSK.suite] });
  socket.attach({ onData: (bytes) => onData(bytes), onClose: () => process.exit(1) });
  return socket;
}

function udp() {
  const socket = createSocket("udp4");
  socket.on("message", (bytes) => onData(bytes));
  return new Promise((resolve) => socket.connect(port, "127.0.0.1", () => resolve(socket)));
}
