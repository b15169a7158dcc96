/** A figure's rows: printed as a table, kept as JSON in results/. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

export const RESULTS = fileURLToPath(new URL("../results/", import.meta.url));

const COLUMNS = ["what", "ours", "peer", "ratio", "budget", "verdict"];

/**
 * @typedef {{ what: string, ours: string, peer: string, ratio?: number, budget?: string, holds?: boolean }} Row
 * `ratio` is ours by the peer's.
 */

/**
 * Prints the table and writes `results/NAME.json`.
 * @param {string} name
 * @param {string} title
 * @param {readonly Row[]} rows
 * @param {unknown} runs every single result, for whoever wants to look closer
 */
export function report(name, title, rows, runs) {
  const figure = { name, title, machine: machine(), date: new Date().toISOString().slice(0, 10), rows, runs };
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(`${RESULTS}${name}.json`, `${JSON.stringify(figure, undefined, 2)}\n`);
  console.log(`\n${title}\n${table(rows)}\n`);
}

/** @param {readonly Row[]} rows */
export function table(rows) {
  const cells = [COLUMNS, ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const [header, ...body] = cells.map(line);
  return [header, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...body].join("\n");
}

export function machine() {
  const processors = cpus();
  return [
    `${processors.length} × ${processors[0]?.model.trim()}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    libcoapVersion(),
  ].join(", ");
}

function cellsOf({ what, ours, peer, ratio, budget, holds }) {
  const verdict = holds === undefined ? "" : holds ? "holds" : "MISSED";
  return [what, ours, peer, ratio === undefined ? "" : ratio.toFixed(2), budget ?? "", verdict];
}

function libcoapVersion() {
  try {
    const line = execFileSync("dpkg-query", ["-W", "libcoap3-bin"], { encoding: "utf8" });
    return `libcoap ${line.trim().split("\t")[1]}`;
  } catch {
    return "no libcoap";
  }
}
