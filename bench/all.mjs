/** Runs every figure but the long DTLS fuzz and writes `results/latest.md`. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { machine, RESULTS, table } from "./lib/report.mjs";

const BENCH = fileURLToPath(new URL(".", import.meta.url));
const FIGURES = [
  { name: "codec", script: "codec.mjs" },
  { name: "cold-start", script: "coldStart.mjs" },
  { name: "download", script: "download.mjs" },
  { name: "inspector", script: "inspector.mjs" },
  { name: "memory", script: "memory.mjs" },
  { name: "updates", script: "updates.mjs" },
  { name: "dtls-handshakes", script: "dtlsHandshakes.mjs" },
  { name: "dtls-echo", script: "dtlsEcho.mjs" },
  { name: "dtls-memory", script: "dtlsMemory.mjs" },
  { name: "at-firmware", script: "atFirmware.mjs" },
];

const broken = FIGURES.filter(({ script }) => {
  console.error(`\n${script}`);
  return spawnSync(process.execPath, [script], { cwd: BENCH, stdio: "inherit" }).status !== 0;
});
const sections = FIGURES.filter((figure) => !broken.includes(figure)).map(({ name, script }) => {
  const { title, rows } = JSON.parse(readFileSync(`${RESULTS}${name}.json`, "utf8"));
  return `${title} (\`node ${script}\`)\n\n${table(rows)}\n`;
});
const date = new Date().toISOString().slice(0, 10);
writeFileSync(`${RESULTS}latest.md`, [`${machine()}; ${date}; \`npm run all\``, ...sections].join("\n\n"));
console.log(`Written: ${RESULTS}latest.md`);
if (broken.length > 0) {
  console.error(`Broken: ${broken.map(({ script }) => script).join(", ")}`);
  process.exitCode = 1;
}
