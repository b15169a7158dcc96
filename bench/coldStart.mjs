/** Cold start, already installed: from the command until the demo's carrier is registered, modem delays off. */
import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { interleave, medianOf } from "./lib/pairs.mjs";
import { DIST, ROOT } from "./lib/product.mjs";
import { report } from "./lib/report.mjs";

const BUDGET_MS = 2_000;
const DEMO = ["--once", "--json", "--timing", "instant"];
const REGISTERED = '"semantic":"registered"';

// Already installed and built is what is measured.
execFileSync("npm", ["run", "build"], { cwd: ROOT, stdio: "ignore" });
const runs = await interleave({
  "npm start": () => untilRegistered("npm", ["start", "--silent", "--", ...DEMO]),
  command: () => untilRegistered(process.execPath, [join(DIST, "cli", "main.js"), "demo", ...DEMO]),
  "bare Node": () => untilEnd(process.execPath, ["--eval", ""]),
});
const [npmStart, command, bare] = Object.values(runs).map((results) => medianOf(results, ({ ms }) => ms));
report(
  "cold-start",
  "ms from the start of the process to REGISTERED: testbed, modem, certificates, bootstrap, registration",
  [
    {
      what: "`npm start`",
      ours: npmStart.toFixed(0),
      peer: `bare Node ${bare.toFixed(0)}`,
      ratio: npmStart / bare,
      budget: `< ${BUDGET_MS} ms`,
      holds: npmStart < BUDGET_MS,
    },
    {
      what: "`lwm2m-carrier demo`",
      ours: command.toFixed(0),
      peer: `bare Node ${bare.toFixed(0)}`,
      ratio: command / bare,
    },
  ],
  runs,
);

/** Ends the process as soon as the record is there. */
function untilRegistered(command, args) {
  const startedAt = performance.now();
  const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"], detached: true });
  let ms;
  let tail = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    if (ms === undefined && (tail + text).includes(REGISTERED)) {
      ms = performance.now() - startedAt;
      // npm, its shell and the demo are a group of their own.
      process.kill(-child.pid, "SIGTERM");
    }
    tail = text.slice(-REGISTERED.length);
  });
  return ended(child, () => {
    if (ms === undefined) throw new Error(`${command} ended before REGISTERED`);
    return { ms: Math.round(ms) };
  });
}

function untilEnd(command, args) {
  const startedAt = performance.now();
  return ended(spawn(command, args, { stdio: "ignore" }), () => ({ ms: Math.round(performance.now() - startedAt) }));
}

function ended(child, result) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => {
      try {
        resolve(result());
      } catch (error) {
        reject(error);
      }
    });
  });
}
