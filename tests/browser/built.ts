/** The product as `npm run build` has made it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where else it may lie, while somebody tries something. */
const DIST = process.env.DIST ?? fileURLToPath(new URL("../../dist/", import.meta.url));

export const MAIN = join(DIST, "cli", "main.js");
export const PAGE_FOLDER = join(DIST, "inspector", "ui");
