/** The page is built into dist/inspector/ui, beside the server that serves it. Everything it needs is in there. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** What of others is shipped inside the page. */
const SHIPPED = ["preact", "elkjs", "re2js"];
const MODULES = new URL("../../node_modules/", import.meta.url);

/** Their licences, unchanged, as a file beside the page. */
function licences() {
  return {
    name: "licences",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "LICENSES.txt", source: SHIPPED.map(licenceOf).join("\n\n") });
    },
  };
}

function licenceOf(name) {
  const folder = new URL(`${name}/`, MODULES);
  const { version } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version}\n\n${readFileSync(new URL(file, folder), "utf8")}`;
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // The page is served below a random token.
  base: "./",
  plugins: [licences()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: fileURLToPath(new URL("../../dist/inspector/ui", import.meta.url)),
    emptyOutDir: true,
    // What another browser would need is not shipped.
    modulePreload: { polyfill: false },
    target: "es2022",
    // The content security policy allows no inline data.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  worker: { format: "es" },
});
