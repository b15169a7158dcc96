/**
 * The long run of the DTLS fuzzer (tests/dtls/fuzz): every parser, and the receive path of both roles in every state.
 * Usage: node --expose-gc dtlsFuzz.mjs [--inputs 10000000] [--seed N]
 * Ends with 1 and the input in hexadecimal when one is not dealt with as it has to be, or when memory has grown.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { report } from "./lib/report.mjs";

const { values } = parseArgs({ options: { inputs: { type: "string" }, seed: { type: "string" } } });
const INPUTS = Number(values.inputs ?? 10_000_000);
const FIRST_SEED = Number(values.seed ?? 1);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PROGRESS_MS = 5_000;
/** Code and caches are there after this share of the run; from then on the heap may grow by no more than this. */
const SETTLED = 0.1;
const MAX_GROWTH_MIB = 8;

const { Fuzzer } = await compiled("tests/dtls/fuzz/fuzzer");
const fuzzer = new Fuzzer();
const startedAt = performance.now();
let settledMiB;
let shownAt = 0;
let seed = FIRST_SEED;
for (let inputs = 0; inputs < INPUTS; seed++) {
  try {
    fuzzer.round(seed);
  } catch (error) {
    console.error(`\nSeed ${seed}: ${error.stack}`);
    process.exit(1);
  }
  const { parsed, received } = fuzzer.progress;
  inputs = parsed + received;
  if (settledMiB === undefined && inputs >= SETTLED * INPUTS) settledMiB = heapMiB();
  if (performance.now() - shownAt > PROGRESS_MS) {
    shownAt = performance.now();
    const share = ((100 * inputs) / INPUTS).toFixed(1);
    process.stderr.write(`\r  ${share} % of ${INPUTS}, ${rate(inputs)} inputs/s, go on with --seed ${seed + 1}  `);
  }
}
const { parsed, received, dropped, ends } = fuzzer.progress;
const endMiB = heapMiB();
const growthMiB = endMiB - settledMiB;
const connections = ends.handshaking + ends.connected + ends.closed;
report(
  "dtls-fuzz",
  `DTLS fuzz, seeds ${FIRST_SEED} to ${seed - 1}: nothing thrown, delivered or connected that nobody meant`,
  [
    { what: "inputs of parsers", ours: String(parsed), peer: "" },
    { what: `inputs of ${connections} connections`, ours: String(received), peer: "" },
    { what: "inputs/s", ours: rate(parsed + received), peer: "" },
    {
      what: `heap, ${100 * SETTLED} % to end`,
      ours: `${settledMiB.toFixed(1)} to ${endMiB.toFixed(1)} MiB`,
      peer: "",
      budget: `+ ${MAX_GROWTH_MIB} MiB at most`,
      holds: growthMiB <= MAX_GROWTH_MIB,
    },
  ],
  { parsed, received, dropped, ends },
);
if (growthMiB > MAX_GROWTH_MIB) process.exitCode = 1;

function rate(inputs) {
  return String(Math.round((1000 * inputs) / (performance.now() - startedAt)));
}

function heapMiB() {
  globalThis.gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** A module of the repository's tests, with all that it needs, compiled from the sources as they are. */
async function compiled(path) {
  const folder = mkdtempSync(join(tmpdir(), "dtls-fuzz-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      noCheck: true,
      rootDir: ROOT,
      outDir: folder,
      typeRoots: [join(ROOT, "node_modules/@types")],
    },
    files: [join(ROOT, `${path}.ts`)],
    include: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  execFileSync(process.execPath, [tsc, "-p", folder], { stdio: "inherit" });
  return import(pathToFileURL(join(folder, `${path}.js`)).href);
}
