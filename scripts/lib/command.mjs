/**
 * Runs the tools of the set-up (npm, tsc, jest, Biome) as children, so that none of them outlives an interruption.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";

/** A process group of its own lets a tool be ended together with what it started. Windows has no such groups. */
const OWN_GROUP = process.platform !== "win32";

/** A tool that ended with anything but 0; `output` is what it printed. */
export class CommandFailed extends Error {
  /**
   * @param {string} tool
   * @param {number | NodeJS.Signals} ending exit code or signal
   * @param {string} output
   */
  constructor(tool, ending, output) {
    super(`${tool} ended with ${typeof ending === "number" ? `exit code ${ending}` : ending}`);
    this.name = "CommandFailed";
    this.output = output;
  }
}

/**
 * @typedef {object} Command
 * @property {string} tool what a failure calls it
 * @property {string} [file] the program; this Node when left out
 * @property {readonly string[]} args
 * @property {string} cwd
 * @property {boolean} [shell] true where the program is a script of the shell
 * @property {AbortSignal | undefined} [signal] ends the child and all that it started; its reason is thrown
 */

/**
 * Runs `work`; when the user interrupts it, ends the process as soon as `work` has settled.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function interruptible(work) {
  const controller = new AbortController();
  let exitCode = 0;
  const interrupt = (/** @type {NodeJS.Signals} */ signal) => {
    exitCode = exitCodeOf(signal);
    controller.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    if (exitCode !== 0) process.exit(exitCode);
  }
}

/**
 * Runs a tool without input and keeps what it prints.
 * @param {Command} command
 * @returns {Promise<string>} standard output and standard error, in the order they came
 */
export async function capture({ tool, file = process.execPath, args, cwd, shell = false, signal }) {
  signal?.throwIfAborted();
  const child = spawn(file, args, { cwd, shell, stdio: ["ignore", "pipe", "pipe"], detached: OWN_GROUP });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      output += text;
    });
  }
  const stop = () => killTree(child);
  signal?.addEventListener("abort", stop);
  try {
    const ending = await endOf(child);
    signal?.throwIfAborted();
    if (ending !== 0) throw new CommandFailed(tool, ending, output.trim());
    return output.trim();
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * Runs a JavaScript tool with this Node on the caller's terminal, and passes signals on.
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<number>} its exit code
 */
export async function passThrough(args, cwd) {
  const child = spawn(process.execPath, args, { cwd, stdio: "inherit" });
  const forward = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal);
  process.on("SIGINT", forward).on("SIGTERM", forward);
  try {
    const ending = await endOf(child);
    return typeof ending === "number" ? ending : exitCodeOf(ending);
  } finally {
    process.off("SIGINT", forward).off("SIGTERM", forward);
  }
}

/**
 * Without asking first: npm would finish its downloads before it listens, and tsc is a launcher that passes nothing on.
 * @param {import("node:child_process").ChildProcess} child
 */
function killTree(child) {
  if (!OWN_GROUP || child.pid === undefined) {
    child.kill("SIGKILL");
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/**
 * What a shell reports for a command that `signal` ended.
 * @param {NodeJS.Signals} signal
 */
function exitCodeOf(signal) {
  return 128 + constants.signals[signal];
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<number | NodeJS.Signals>}
 */
function endOf(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal ?? 1));
  });
}
