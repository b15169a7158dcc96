/**
 * `npm test`: sets up what is missing, then runs jest with the arguments given.
 * `--suite NAME` runs the tests of tests/NAME, which `npm test` leaves out because they need more than Node and npm,
 * with the reporter.mjs there, if any.
 */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { passThrough } from "./lib/command.mjs";
import { prepare, ROOT } from "./lib/prepare.mjs";

/** jest's ES modules stand on Node's `vm` modules, which say on every start that they are experimental. */
const NODE_FLAGS = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
const JEST = join("node_modules", "jest", "bin", "jest.js");

const { suite, rest } = takeSuite(process.argv.slice(2));
const selection = suite === undefined ? [] : suiteSelection(suite);
await prepare("build");
process.exitCode = await passThrough([...NODE_FLAGS, JEST, ...workers(rest), ...selection, ...rest], ROOT);

/** @param {string[]} args */
function takeSuite(args) {
  const { tokens } = parseArgs({ args, options: { suite: { type: "string" } }, strict: false, tokens: true });
  const option = tokens.find((token) => token.kind === "option" && token.name === "suite");
  if (option?.kind !== "option") return { suite: undefined, rest: args };
  const taken = option.inlineValue ? 1 : 2;
  return { suite: option.value ?? "", rest: args.toSpliced(option.index, taken) };
}

/** @param {string} name */
function suiteSelection(name) {
  if (!/^[a-z]+$/.test(name) || !existsSync(join(ROOT, "tests", name))) {
    process.stderr.write(`--suite needs the name of a folder in tests, got "${name}"\n`);
    process.exit(2);
  }
  const reporter = existsSync(join(ROOT, "tests", name, "reporter.mjs"));
  return [
    `--testMatch=<rootDir>/tests/${name}/**/*.test.ts`,
    "--testPathIgnorePatterns=/node_modules/",
    ...(reporter ? ["--reporters=default", `--reporters=<rootDir>/tests/${name}/reporter.mjs`] : []),
  ];
}

/**
 * jest takes one core less than there are; of two that leaves one and doubles the time.
 * @param {readonly string[]} args
 */
function workers(args) {
  if (args.some((arg) => /^(-i|-w|--runInBand|--maxWorkers)/.test(arg))) return [];
  const cores = availableParallelism();
  return [`--maxWorkers=${Math.min(cores, Math.max(2, cores - 1))}`];
}
