/** CPU of registrations and updates: the whole product beside a hand-written client without statecharts. */
import { interleave, medianOf, medianRatio } from "./lib/pairs.mjs";
import { CPU, measure, start } from "./lib/process.mjs";
import { report } from "./lib/report.mjs";

const COUNT = 1_000;
const ROUNDS = 10;

const runs = await interleave({ ours: () => run("ours"), plain: () => run("plain") });
report(
  "updates",
  `Registers and updates per CPU second of the client, ${COUNT} devices in one process, NoSec`,
  [
    {
      what: "registers / CPU-s (a new device each)",
      ours: rate(COUNT, "ours", "registerCpuMs"),
      peer: `hand-written ${rate(COUNT, "plain", "registerCpuMs")}`,
      ratio: medianRatio(runs.plain, runs.ours, (result) => result.registerCpuMs),
    },
    row("updates / CPU-s"),
  ],
  runs,
);

function row(what) {
  const cost = medianRatio(runs.ours, runs.plain, (result) => result.updateCpuMs);
  return {
    what,
    ours: rate(COUNT * ROUNDS, "ours", "updateCpuMs"),
    peer: `hand-written ${rate(COUNT * ROUNDS, "plain", "updateCpuMs")}`,
    ratio: 1 / cost,
    budget: "≥ 0.25 (aim 0.50)",
    holds: cost <= 4,
  };
}

function rate(count, name, figure) {
  return String(Math.round((1000 * count) / medianOf(runs[name], (result) => result[figure])));
}

async function run(kind) {
  const server = start("peers/registrationServer.mjs", { args: ["--awake"], cpu: CPU.peer });
  try {
    const port = await server.message();
    const result = await measure("roles/updates.mjs", { args: [kind, port, COUNT, ROUNDS] });
    server.send("counts");
    const { registers, updates } = await server.message();
    const expected = COUNT * (ROUNDS + 1);
    if (registers !== COUNT || updates !== expected) {
      throw new Error(`${kind}: ${registers} registers and ${updates} updates instead of ${COUNT} and ${expected}`);
    }
    return result;
  } finally {
    await server.stop();
  }
}
