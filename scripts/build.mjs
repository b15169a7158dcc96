/** `npm run build`: brings `dist` up to date. */
import { prepare } from "./lib/prepare.mjs";

await prepare("build");
