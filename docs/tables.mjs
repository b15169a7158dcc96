/**
 * Brings the tables of README.md and docs/ up to date with what they are about, between `<!-- NAME: begin -->` and
 * `<!-- NAME: end -->`: `npm run build`, then `node docs/tables.mjs`. A test finds a document that is behind.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { configurationTables } from "./configurationTables.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * What sequence charts are about, by their key in an edition.
 * @type {Readonly<Record<string, string>>}
 */
const CHART_SUBJECTS = {
  init: "initialisation",
  certsSuccess: "certificates",
  certsFailure: "certificates refused",
  bootstrap: "bootstrap",
  fotaSuccess: "firmware update",
  fotaFailCert: "firmware update with a bad CA",
  fotaFailCrc: "firmware update with a corrupt image",
  deferredBootstrap: "bootstrap deferred",
  deferredServer: "registration deferred",
  requestLinkDown: "link down on request",
};

/**
 * @typedef {object} Source
 * @property {Readonly<Record<string, any>>} schema of the configuration
 * @property {Readonly<Record<string, { description: string, editions: readonly string[], charts: readonly string[] }>>} scenarios
 * @property {Readonly<Record<string, { policy: object, charts: object }>>} editions in their order
 */

/**
 * @param {Source} source
 * @returns {Readonly<Record<string, string>>} Markdown by the name of the markers
 */
export function tablesOf({ schema, scenarios, editions }) {
  const ids = Object.keys(editions);
  const byEdition = (/** @type {(id: string) => unknown} */ cell) => ids.map(cell);
  const charts = /** @type {(id: string) => Record<string, string>} */ (id) => ({ ...editions[id]?.charts });
  const policy = /** @type {(id: string) => Record<string, unknown>} */ (id) => ({ ...editions[id]?.policy });
  return {
    configuration: configurationTables(schema),
    scenarios: table(
      ["scenario", "what happens", "editions", "checked against the charts for"],
      Object.entries(scenarios).map(([name, scenario]) => [
        code(name),
        scenario.description,
        scenario.editions.length === ids.length ? "all" : scenario.editions.join(", "),
        scenario.charts.map((chart) => CHART_SUBJECTS[chart]).join(", "),
      ]),
    ),
    faults: table(
      ["fault", "what happens"],
      Object.entries(schema.$defs.faults.properties).map(([name, { description }]) => [code(name), description]),
    ),
    charts: table(
      ["chart for", ...ids],
      Object.entries(CHART_SUBJECTS).map(([key, subject]) => [subject, ...byEdition((id) => code(charts(id)[key]))]),
    ),
    policy: table(
      ["policy", ...ids],
      Object.keys(policy(ids[0] ?? "")).map((key) => [code(key), ...byEdition((id) => word(policy(id)[key]))]),
    ),
  };
}

/**
 * @param {string} document
 * @param {Readonly<Record<string, string>>} tables
 * @returns {string} the document with every table that it has markers for
 */
export function withTables(document, tables) {
  return document.replace(
    /(<!-- (\w+): begin -->\n).*?(<!-- \2: end -->)/gs,
    (_, begin, name, end) => `${begin}${tables[name] ?? `no table is called ${name}\n`}${end}`,
  );
}

/** @returns {string[]} paths from the root of the documents that have tables */
export function documents() {
  const docs = readdirSync(join(ROOT, "docs")).filter((file) => file.endsWith(".md"));
  return ["README.md", ...docs.map((file) => `docs/${file}`)].filter((file) =>
    readFileSync(join(ROOT, file), "utf8").includes(": begin -->"),
  );
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly unknown[])[]} rows
 */
function table(head, rows) {
  const line = (/** @type {readonly unknown[]} */ cells) =>
    `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |\n`;
  return `${line(head)}|${"---|".repeat(head.length)}\n${rows.map(line).join("")}`;
}

/** @param {unknown} value of a policy */
function word(value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.join(", ") || "none";
  if (typeof value === "object" && value !== null) return Object.values(value).join(" ");
  return value;
}

/** @param {string | undefined} text */
function code(text) {
  return text === undefined ? "" : `\`${text}\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = (/** @type {string} */ path) => import(new URL(`../dist/${path}`, import.meta.url).href);
  const tables = tablesOf({
    schema: JSON.parse(readFileSync(join(ROOT, "schema/config.schema.json"), "utf8")),
    scenarios: (await built("cli/scenarios/index.js")).SCENARIOS,
    editions: (await built("machines/index.js")).EDITIONS,
  });
  for (const file of documents()) {
    const path = join(ROOT, file);
    writeFileSync(path, withTables(readFileSync(path, "utf8"), tables));
  }
}
