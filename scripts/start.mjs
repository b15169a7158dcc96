/**
 * `npm start`: sets up what is missing, then runs `lwm2m-carrier demo` in this very process with the arguments given.
 */
import module from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { prepare, ROOT } from "./lib/prepare.mjs";

await prepare("build");
// From Node 22.1 on, compiled code is kept between runs.
const { enableCompileCache } = /** @type {{ enableCompileCache?: (folder: string) => void }} */ (module);
enableCompileCache?.(join(ROOT, ".build", "compile-cache"));
const command = join(ROOT, "dist", "cli", "main.js");
process.argv = [process.execPath, command, "demo", ...process.argv.slice(2)];
await import(pathToFileURL(command).href);
