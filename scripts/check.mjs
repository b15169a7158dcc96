/**
 * `npm run check`: format and lint, strict types of the product and of these scripts, and the direction of imports,
 * side by side. The report is on standard output; the exit code is 1 when any of them finds something.
 */
import { join } from "node:path";
import { CommandFailed, capture, interruptible } from "./lib/command.mjs";
import { prepare, ROOT } from "./lib/prepare.mjs";
import { isColourful, palette, seconds } from "./lib/progress.mjs";

// The examples import the package by its name, as its users do: their types are those of the build.
await prepare("build");

const module = (/** @type {string[]} */ ...path) => join(ROOT, "node_modules", ...path);
const tsc = module("typescript", "bin", "tsc");
const colourful = isColourful(process.stdout);
const colours = `--colors=${colourful ? "force" : "off"}`;
const pretty = ["--pretty", String(colourful)];

/** Each resolves with a remark, or fails with a CommandFailed that holds the findings. */
const CHECKS = [
  {
    name: "format and lint",
    run: tool("biome", [module("@biomejs", "biome", "bin", "biome"), "check", colours, "--max-diagnostics=50", "."]),
  },
  { name: "types", run: tool("tsc", [tsc, "--noEmit", ...pretty, "-p", "tsconfig.json"]) },
  { name: "types of the page", run: tool("tsc", [tsc, "--noEmit", ...pretty, "-p", join("inspector", "ui")]) },
  { name: "types of scripts", run: tool("tsc", [tsc, "--noEmit", ...pretty, "-p", join("scripts", "tsconfig.json")]) },
  { name: "import directions", run: importDirections },
];

const results = await interruptible((signal) => Promise.all(CHECKS.map(({ name, run }) => timed(name, run, signal))));
for (const result of results) report(result);
process.exitCode = results.every(({ findings }) => findings === undefined) ? 0 : 1;

/**
 * @param {string} name
 * @param {readonly string[]} args
 */
function tool(name, args) {
  return async (/** @type {AbortSignal} */ signal) => {
    await capture({ tool: name, args, cwd: ROOT, signal });
    return "";
  };
}

async function importDirections() {
  const { checkImportDirections } = await import("./lib/importDirections.mjs");
  const { files, problems } = checkImportDirections(ROOT);
  if (problems.length > 0) throw new CommandFailed("import directions", 1, problems.join("\n"));
  return `${files} files`;
}

/**
 * @param {string} name
 * @param {(signal: AbortSignal) => Promise<string>} run
 * @param {AbortSignal} signal
 */
async function timed(name, run, signal) {
  const startedAt = performance.now();
  try {
    const remark = await run(signal);
    return { name, remark, findings: undefined, ms: performance.now() - startedAt };
  } catch (error) {
    const findings = error instanceof CommandFailed ? error.output || error.message : String(error);
    return { name, remark: "", findings, ms: performance.now() - startedAt };
  }
}

/** @param {{ name: string, remark: string, findings: string | undefined, ms: number }} result */
function report({ name, remark, findings, ms }) {
  const { red, green, dim, bold } = palette(process.stdout);
  const mark = findings === undefined ? green("✔") : red("✖");
  console.log(`${mark} ${bold(name.padEnd(18))} ${dim(seconds(ms))}${remark && `  ${dim(remark)}`}`);
  if (findings !== undefined) console.log(`${findings.replace(/^/gm, "  ")}\n`);
}
