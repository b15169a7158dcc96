/** The build of the product that is measured: `../dist`, or the folder that BENCH_DIST names, to compare two builds. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const DIST = resolve(process.env.BENCH_DIST ?? join(ROOT, "dist"));

if (!existsSync(join(DIST, "carrier", "index.js"))) {
  console.error(`There is no build in ${DIST}: run \`npm run build\` in ${ROOT} first.`);
  process.exit(1);
}

/** @param {string} room folder of the product, for example `carrier` or `services/coap` */
export function product(room) {
  return import(pathToFileURL(join(DIST, room, "index.js")).href);
}

/** @param {string} file of the build, for example `testbed/at/front.js`, for what no room's index has */
export function productFile(file) {
  return import(pathToFileURL(join(DIST, file)).href);
}
