/**
 * What every command of the repository begins with: dependencies installed, `dist` built, each only when it has to be.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandFailed, interruptible } from "./command.mjs";
import { dependenciesAreCurrent, installDependencies } from "./dependencies.mjs";
import { buildDist, distIsCurrent } from "./dist.mjs";
import { acquireLock } from "./lock.mjs";
import { palette, step } from "./progress.mjs";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const INSTALLING = { doing: "Installing dependencies", done: "Installed dependencies" };
const BUILDING = { doing: "Building", done: "Built" };

/**
 * Brings the checkout to where `goal` needs it, under a lock, and says on standard error what it does. Ends the process
 * with the reason when that fails, and when it is interrupted.
 * @param {"dependencies" | "build"} goal
 * @param {string} [root]
 */
export async function prepare(goal, root = ROOT) {
  if (isReady(goal, root)) return;
  try {
    await interruptible((signal) => bringUp(goal, root, signal));
  } catch (error) {
    exitWith(error);
  }
}

/**
 * @param {"dependencies" | "build"} goal
 * @param {string} root
 */
function isReady(goal, root) {
  return dependenciesAreCurrent(root) && (goal === "dependencies" || distIsCurrent(root));
}

/**
 * @param {"dependencies" | "build"} goal
 * @param {string} root
 * @param {AbortSignal} signal
 */
async function bringUp(goal, root, signal) {
  const onWait = (/** @type {number} */ holder) =>
    process.stderr.write(`Process ${holder} is setting up this checkout; waiting for it\n`);
  const release = await acquireLock(join(root, ".build", "lock"), { signal, onWait });
  try {
    // Another process may have done it while we waited.
    if (!dependenciesAreCurrent(root)) await step(INSTALLING, () => installDependencies(root, signal));
    if (goal === "build" && !distIsCurrent(root)) await step(BUILDING, () => buildDist(root, signal));
  } finally {
    release();
  }
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function exitWith(error) {
  const { red } = palette(process.stderr);
  if (error instanceof CommandFailed && error.output) process.stderr.write(`${error.output}\n`);
  process.stderr.write(`${red(error instanceof Error ? error.message : String(error))}\n`);
  process.exit(1);
}
