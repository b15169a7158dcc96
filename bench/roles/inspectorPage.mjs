/** A page of the inspector without the drawing: takes every record. Usage: inspectorPage.mjs URL */
import { productFile } from "../lib/product.mjs";

const { followInspector } = await productFile("inspector/server/followInspector.js");
const [url] = process.argv.slice(2);
let records = 0;
let heard = performance.now();
const QUIET_MS = 300;

process.on("disconnect", () => process.exit());
await followInspector(url, {
  records(frame) {
    records += frame.records.length;
    heard = performance.now();
  },
});
process.on("message", async () => {
  while (performance.now() - heard < QUIET_MS) await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  process.send({ records });
});
process.send("attached");
