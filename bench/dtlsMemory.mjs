/** Memory of an idle DTLS client connection on a socket of its own, beside the socket alone. */
import { PSK } from "./lib/libcoap.mjs";
import { interleave, medianOf } from "./lib/pairs.mjs";
import { CPU, measure, start } from "./lib/process.mjs";
import { report } from "./lib/report.mjs";

const COUNT = 10_000;
const BUDGET_KIB = 10;

const runs = await interleave({ dtls: () => run("dtls"), udp: () => run("udp") });
report(
  "dtls-memory",
  `KiB per idle client connection, ${COUNT} in one process, ${PSK.suite}`,
  [
    row("JavaScript heap", "heapKiB", BUDGET_KIB),
    row("external, array buffers among it", "externalKiB"),
    row("array buffers", "arrayBuffersKiB"),
    row("resident (RSS)", "rssKiB"),
  ],
  runs,
);

function row(what, figure, budgetKiB) {
  const [ours, plain] = [runs.dtls, runs.udp].map((results) => medianOf(results, (result) => result[figure]));
  return {
    what,
    ours: ours.toFixed(1),
    peer: `UDP socket alone ${plain.toFixed(1)}`,
    ...(budgetKiB && { budget: `≤ ${budgetKiB} KiB`, holds: ours <= budgetKiB }),
  };
}

async function run(kind) {
  const server = start("peers/dtlsServer.mjs", { args: [kind === "dtls" ? "psk" : "udp"], cpu: CPU.peer });
  try {
    const args = [kind, await server.message(), COUNT];
    return await measure("roles/dtlsMemory.mjs", { args, nodeFlags: ["--expose-gc"] });
  } finally {
    await server.stop();
  }
}
