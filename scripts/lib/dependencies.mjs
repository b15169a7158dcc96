/**
 * node_modules against package-lock.json. npm keeps what it installed in a lock file of its own inside node_modules,
 * written last: comparing the two needs no stamp and notices an interrupted or a foreign install.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { capture } from "./command.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockedPackage */

/** @param {string} root */
export function dependenciesAreCurrent(root) {
  const wanted = readPackages(join(root, "package-lock.json"));
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  if (!wanted || !installed) return false;
  for (const [path, { version, integrity, optional, devOptional }] of Object.entries(wanted)) {
    if (path === "") continue;
    const present = installed[path];
    // Packages for other platforms are locked but not installed.
    if (!present && (optional || devOptional)) continue;
    if (present?.version !== version || present?.integrity !== integrity) return false;
  }
  return Object.keys(installed).every((path) => path in wanted);
}

/**
 * @param {string} root
 * @param {AbortSignal} [signal]
 */
export async function installDependencies(root, signal) {
  await capture({ tool: "npm ci", ...npm("ci", "--include=dev", "--no-audit", "--no-fund"), cwd: root, signal });
}

/**
 * How to run npm: by the script that runs us where there is one, otherwise from PATH.
 * @param {...string} args
 */
export function npm(...args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith("npm-cli.js")) return { file: process.execPath, args: [script, ...args] };
  return { file: "npm", args, shell: process.platform === "win32" };
}

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}
