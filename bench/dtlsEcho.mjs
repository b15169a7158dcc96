/** Application data there and back: the product's DTLS client and server beside plain UDP on dgram, in the same shape. */
import { PSK } from "./lib/libcoap.mjs";
import { interleave, medianOf, medianRatio } from "./lib/pairs.mjs";
import { CPU, measure, start } from "./lib/process.mjs";
import { report } from "./lib/report.mjs";

const BUDGET = 0.5;
/** A CoAP message is some 64 octets, a block of a download 1,024. */
const SHAPES = [
  { underWay: 1, octets: 64, count: 30_000 },
  { underWay: 32, octets: 64, count: 200_000 },
  { underWay: 32, octets: 1_024, count: 200_000 },
];

const contenders = SHAPES.flatMap((shape) =>
  ["dtls", "udp"].map((kind) => [nameOf(kind, shape), () => run(kind, shape)]),
);
const runs = await interleave(Object.fromEntries(contenders));
report(
  "dtls-echo",
  `Round trips/s of one connection, ${PSK.suite}`,
  SHAPES.flatMap((shape) => [row(shape, "", "ms", BUDGET), row(shape, ", per CPU-s of the client", "cpuMs")]),
  runs,
);

function row(shape, measure, figure, budget) {
  const [ours, plain] = ["dtls", "udp"].map((kind) => runs[nameOf(kind, shape)]);
  const ratio = medianRatio(plain, ours, (result) => result[figure]);
  return {
    what: `${shape.octets} octets, ${shape.underWay} under way${measure}`,
    ours: rate(ours, shape, figure),
    peer: `plain UDP ${rate(plain, shape, figure)}`,
    ratio,
    ...(budget && { budget: `≥ ${budget.toFixed(2)}`, holds: ratio >= budget }),
  };
}

function rate(results, { count }, figure) {
  return String(Math.round((1000 * count) / medianOf(results, (result) => result[figure])));
}

function nameOf(kind, { underWay, octets }) {
  return `${kind} ${underWay} × ${octets}`;
}

async function run(kind, { underWay, octets, count }) {
  const server = start("peers/dtlsServer.mjs", { args: [kind === "dtls" ? "psk" : "udp"], cpu: CPU.peer });
  try {
    const args = [kind, await server.message(), count, underWay, octets];
    return await measure("roles/dtlsEcho.mjs", { args });
  } finally {
    await server.stop();
  }
}
