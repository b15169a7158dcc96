/** CPU of a carrier that a page of the inspector looks at, beside the same one without the inspector. */
import { interleave, medianOf, medianRatio } from "./lib/pairs.mjs";
import { CPU, start } from "./lib/process.mjs";
import { report } from "./lib/report.mjs";

const LIVES = 5;
/** The first of a process run before V8 has compiled what they need. */
const FIRST_UPDATES = 500;
const MANY_UPDATES = 4_000;

const lives = await interleave({ ours: () => life("attached"), plain: () => life("alone") });
const updatesOf = (count) => interleave({ ours: () => update("attached", count), plain: () => update("alone", count) });
const first = await updatesOf(FIRST_UPDATES);
const many = await updatesOf(MANY_UPDATES);
report(
  "inspector",
  "CPU of the process that is inspected, a page attached over a WebSocket, beside the same without the inspector",
  [
    row("the demo's whole life, its servers included", lives, LIVES, { budget: "≤ 2.0", most: 2 }),
    row("one registration update, NoSec, of the first 500", first, FIRST_UPDATES),
    row("the same of 4,000", many, MANY_UPDATES),
  ],
  { lives, first, many },
);

function row(what, runs, count, { budget, most } = {}) {
  const ratio = medianRatio(runs.ours, runs.plain, ({ cpuMs }) => cpuMs);
  const each = (name) => `${(medianOf(runs[name], ({ cpuMs }) => cpuMs) / count).toFixed(2)} ms`;
  return {
    what,
    ours: each("ours"),
    peer: `without ${each("plain")}`,
    ratio,
    ...(budget && { budget, holds: ratio <= most }),
  };
}

function life(how) {
  return measured(["life", how, LIVES]);
}

async function update(how, count) {
  const server = start("peers/registrationServer.mjs", { args: ["--awake"], cpu: CPU.peer });
  try {
    return await measured(["updates", how, count, await server.message()]);
  } finally {
    await server.stop();
  }
}

async function measured(args) {
  const role = start("roles/inspector.mjs", { args });
  let page;
  try {
    const { url } = await role.message();
    if (url !== undefined) {
      page = start("roles/inspectorPage.mjs", { args: [url], cpu: CPU.peer });
      await page.message();
    }
    role.send("go");
    const result = await role.message();
    if (page === undefined) return result;
    page.send("count");
    const { records } = await page.message();
    if (records < result.records) throw new Error(`the page got ${records} of ${result.records} records`);
    return { ...result, shown: records };
  } finally {
    await role.stop();
    await page?.stop();
  }
}
