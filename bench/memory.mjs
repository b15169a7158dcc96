/** Memory of an idle registered device: the whole product with modem, objects and store in memory, no security. */
import { interleave, medianOf } from "./lib/pairs.mjs";
import { CPU, measure, start } from "./lib/process.mjs";
import { report } from "./lib/report.mjs";

const COUNT = 1_000;
const BUDGET_KIB = 60;
const AIM_KIB = 25;

const runs = await interleave({ ours: () => run("ours"), plain: () => run("plain") });
report(
  "memory",
  `KiB per idle registered device, ${COUNT} in one process, NoSec, no trace`,
  [
    row("resident (RSS)", "rssKiB", { budget: `≤ ${BUDGET_KIB} KiB (aim ${AIM_KIB})` }),
    row("JavaScript heap", "heapKiB"),
    row("external", "externalKiB"),
  ],
  runs,
);

function row(what, figure, budget) {
  const [ours, plain] = [runs.ours, runs.plain].map((results) => medianOf(results, (result) => result[figure]));
  return {
    what,
    ours: ours.toFixed(1),
    peer: `hand-written ${plain.toFixed(1)}`,
    ...(plain >= 1 && { ratio: ours / plain }),
    ...(budget && { ...budget, holds: ours <= BUDGET_KIB }),
  };
}

async function run(kind) {
  const server = start("peers/registrationServer.mjs", { cpu: CPU.peer });
  try {
    const args = [kind, await server.message(), COUNT];
    return await measure("roles/memory.mjs", { args, nodeFlags: ["--expose-gc"] });
  } finally {
    await server.stop();
  }
}
