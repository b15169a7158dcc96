/**
 * Draws what a terminal shows as a picture that follows the reader's light or dark theme: text with colours (SGR) on
 * standard input, SVG on standard output. The picture of the README, on Linux:
 *
 *   script -qec "stty cols 100; npm start --silent -- --once" /dev/null | node docs/terminalPicture.mjs > docs/terminal.svg
 */
import { text as readAll } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** A cell in px. */
const CELL = { width: 7.8, height: 17 };
const PADDING = 16;
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** SGR colours 30 to 37 on light and on dark ground. */
const COLOURS = [
  ["#24292f", "#8b949e"],
  ["#cf222e", "#ff7b72"],
  ["#116329", "#56d364"],
  ["#7d4e00", "#e3b341"],
  ["#0550ae", "#79c0ff"],
  ["#8250df", "#d2a8ff"],
  ["#1b7c83", "#76e3ea"],
  ["#57606a", "#c9d1d9"],
];
const GROUND = ["#ffffff", "#0d1117"];
const FRAME = ["#d0d7de", "#30363d"];
const INK = ["#1f2328", "#e6edf3"];

/** @typedef {{ column: number, text: string, classes: readonly string[] }} Run characters of one style */

/**
 * @param {string} output of a terminal
 * @returns {string} SVG
 */
export function terminalPicture(output) {
  const rows = output.replaceAll("\r\n", "\n").trimEnd().split("\n").map(runsOf);
  const columns = Math.max(...rows.flat().map(({ column, text }) => column + [...text].length));
  const [width, height] = [columns * CELL.width + 2 * PADDING, rows.length * CELL.height + 2 * PADDING];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}">`,
    `<style>${style()}</style>`,
    `<rect class="ground" x="0.5" y="0.5" width="${round(width - 1)}" height="${round(height - 1)}" rx="8"/>`,
    ...rows.flatMap((runs, row) => runs.map((run) => drawn(run, row))),
    "</svg>",
    "",
  ].join("\n");
}

/**
 * @param {string} line
 * @returns {Run[]}
 */
function runsOf(line) {
  /** @type {Run[]} */
  const runs = [];
  let classes = /** @type {readonly string[]} */ ([]);
  let column = 0;
  // What a carriage return overwrote is not there to be seen.
  const seen = line.slice(line.lastIndexOf("\r") + 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one (ECMA-48 §5.4).
  for (const [, codes, command, text] of seen.matchAll(/\u001b\[([\d;?]*)([A-Za-z])|([^\u001b]+)/g)) {
    if (text === undefined) {
      if (command === "m") classes = styled(classes, (codes || "0").split(";").map(Number));
      continue;
    }
    // What stands apart keeps its place by itself: a picture's text has no tabs.
    for (const { 0: part, index } of text.matchAll(/\S+(?: \S+)*/g)) {
      runs.push({ column: column + [...text.slice(0, index)].length, text: part, classes });
    }
    column += [...text].length;
  }
  return runs;
}

/**
 * @param {readonly string[]} classes
 * @param {readonly number[]} codes SGR parameters
 */
function styled(classes, codes) {
  let now = [...classes];
  for (const code of codes) {
    const colour = code % 10;
    if (code === 0) now = [];
    else if (code === 1) now.push("bold");
    else if (code === 2) now.push("faint");
    else if (code === 22) now = now.filter((name) => name !== "bold" && name !== "faint");
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97) || code === 39) {
      now = now.filter((name) => !name.startsWith("c"));
      if (code !== 39) now.push(`c${colour}`);
    }
  }
  return now;
}

/**
 * Every run has its place and width, so that lines meet in whatever font there is.
 * @param {Run} run
 * @param {number} row
 */
function drawn({ column, text, classes }, row) {
  const x = PADDING + column * CELL.width;
  const y = PADDING + (row + 0.75) * CELL.height;
  const names = classes.length > 0 ? ` class="${classes.join(" ")}"` : "";
  const length = round([...text].length * CELL.width);
  return `<text x="${round(x)}" y="${round(y)}" textLength="${length}"${names}>${escaped(text)}</text>`;
}

function style() {
  const rules = (/** @type {0 | 1} */ theme) =>
    [
      `.ground{fill:${GROUND[theme]};stroke:${FRAME[theme]}}`,
      `text{fill:${INK[theme]}}`,
      ...COLOURS.map((colour, index) => `.c${index}{fill:${colour[theme]}}`),
    ].join("");
  return [
    `text{font:13px ${FONT}}.bold{font-weight:bold}.faint{opacity:.55}`,
    rules(0),
    `@media(prefers-color-scheme:dark){${rules(1)}}`,
  ].join("");
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(terminalPicture(await readAll(process.stdin)));
}
