/**
 * `dist`, built from the sources: tsc, and Vite for the inspector's page, write into a folder of its own, which then takes
 * the place of `dist` by rename, so that nobody ever meets half a build. A stamp, the digest of everything that went in, tells whether it is current.
 */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { capture } from "./command.mjs";
import { isColourful } from "./progress.mjs";
import { sourcesOf } from "./sources.mjs";

const CONFIGS = ["tsconfig.json", "tsconfig.build.json", "package.json", "package-lock.json"];
const SOURCE = /\.(ts|tsx|js|json|css|html|msc)$/;
const PAGE = join("inspector", "ui");
const COMMAND = join("cli", "main.js");
const SHEBANG = "#!/usr/bin/env node\n";

/** @param {string} root */
export function distIsCurrent(root) {
  if (!existsSync(join(root, "dist", COMMAND))) return false;
  try {
    return readFileSync(stampFile(root), "utf8") === sourceDigest(root);
  } catch {
    return false;
  }
}

/**
 * Not to be run twice at a time in one checkout.
 * @param {string} root
 * @param {AbortSignal} [signal]
 */
export async function buildDist(root, signal) {
  const work = join(root, ".build", "dist");
  const built = join(work, "new");
  const digest = sourceDigest(root);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const pretty = String(isColourful(process.stderr));
    const args = [tsc, "-p", "tsconfig.build.json", "--outDir", built, "--noEmitOnError", "--pretty", pretty];
    await capture({ tool: "tsc", args, cwd: root, signal });
    await buildPage(root, join(built, PAGE), signal);
    makeExecutable(join(built, COMMAND));
    rmSync(stampFile(root), { force: true });
    if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), join(work, "old"));
    renameSync(built, join(root, "dist"));
    writeFileSync(stampFile(root), digest);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {AbortSignal} [signal]
 */
async function buildPage(root, folder, signal) {
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const args = [vite, "build", "--config", join(PAGE, "vite.config.js"), "--outDir", folder, "--logLevel", "warn"];
  await capture({ tool: "vite", args, cwd: root, signal });
}

/** @param {string} root */
function stampFile(root) {
  return join(root, ".build", "dist.stamp");
}

/**
 * A digest over names and contents rather than times: a checkout touches files without changing them.
 * @param {string} root
 */
function sourceDigest(root) {
  const hash = createHash("sha256");
  const add = (/** @type {string} */ path) => {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  };
  for (const config of CONFIGS) add(config);
  /** @type {string[]} */
  const rooms = JSON.parse(readFileSync(join(root, "tsconfig.build.json"), "utf8")).include;
  for (const room of rooms) for (const source of sourcesOf(root, room, SOURCE)) add(source);
  return hash.digest("hex");
}

/** @param {string} file */
function makeExecutable(file) {
  if (!existsSync(file)) throw new Error(`the build has no ${COMMAND}, which package.json names as the command`);
  if (!readFileSync(file, "utf8").startsWith(SHEBANG)) {
    throw new Error(`${COMMAND} does not begin with ${SHEBANG.trim()}: a shell could not run it`);
  }
  chmodSync(file, 0o755);
}
