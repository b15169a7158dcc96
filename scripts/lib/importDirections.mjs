/**
 * Checks that imports run one way between rooms (rooms.mjs), and that no files import each other in a circle.
 */
import { readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { importsOf } from "./imports.mjs";
import { ROOMS } from "./rooms.mjs";
import { sourcesOf } from "./sources.mjs";

const SOURCE = /\.tsx?$/;

/** @typedef {import("./imports.mjs").Import & { from: string, to: string | undefined }} Edge */

/**
 * @param {string} root
 * @param {Readonly<Record<string, import("./rooms.mjs").Room>>} [rooms]
 * @returns {{ files: number, problems: string[] }} one line a problem: file, line, import, and what would be allowed
 */
export function checkImportDirections(root, rooms = ROOMS) {
  const files = [...new Set(Object.keys(rooms).flatMap((room) => sourcesOf(root, room, SOURCE)))];
  const edges = files.flatMap((file) => edgesOf(root, file));
  const directions = edges.flatMap((edge) => judge(edge, rooms) ?? []);
  return { files: files.length, problems: [...directions, ...circles(edges)] };
}

/**
 * @param {string} root
 * @param {string} file
 * @returns {Edge[]}
 */
function edgesOf(root, file) {
  const source = readFileSync(join(root, file), "utf8");
  return importsOf(source, { tsx: file.endsWith(".tsx") }).map((found) => ({
    ...found,
    from: file,
    to: found.specifier.startsWith(".") ? posix.join(dirname(file), found.specifier) : undefined,
  }));
}

/**
 * @param {Edge} edge
 * @param {Readonly<Record<string, import("./rooms.mjs").Room>>} rooms
 * @returns {string | undefined} what is wrong with it
 */
function judge({ from, to, line, specifier, typeOnly }, rooms) {
  const name = roomOf(from, rooms);
  const room = rooms[name];
  if (!room) return undefined;
  const { imports, types = [], packages } = room;
  if (to === undefined) {
    if (!packages || packages.includes(packageOf(specifier))) return undefined;
    return `${from}:${line} imports "${specifier}": ${name} may import ${list(packages, "no package")}`;
  }
  if (roomOf(to, rooms) === name) return undefined;
  const allowed = typeOnly ? [...imports, ...types] : imports;
  if (allowed.some((entry) => to.startsWith(entry.includes("/") ? entry : `${entry}/`))) return undefined;
  const forTypes = types.length > 0 ? `, and for types alone ${list(types)}` : "";
  return `${from}:${line} imports "${specifier}": ${name} may import ${list(imports, "no other room")}${forTypes}`;
}

/**
 * Circles of imports that are there when the program runs; types may refer to each other.
 * @param {readonly Edge[]} edges
 * @returns {string[]}
 */
function circles(edges) {
  /** @type {Map<string, Edge[]>} */
  const graph = new Map();
  for (const edge of edges) {
    if (edge.typeOnly || edge.to === undefined) continue;
    graph.set(edge.from, [...(graph.get(edge.from) ?? []), edge]);
  }
  /** @type {string[]} */
  const found = [];
  const finished = new Set();
  /** @type {Edge[]} */
  const path = [];
  /** @param {string} file */
  const walk = (file) => {
    if (finished.has(file)) return;
    for (const edge of graph.get(file) ?? []) {
      path.push(edge);
      const start = path.findIndex(({ from }) => from === edge.to);
      if (start >= 0) found.push(describeCircle(path.slice(start)));
      else walk(/** @type {string} */ (edge.to));
      path.pop();
    }
    finished.add(file);
  };
  for (const file of graph.keys()) walk(file);
  return found;
}

/** @param {readonly Edge[]} circle */
function describeCircle(circle) {
  const steps = circle.map(({ from, line }) => `${from}:${line}`);
  return `${steps.join(" -> ")} -> ${circle[0]?.from}: these files import each other in a circle`;
}

/**
 * The innermost room that a file lies in: rooms may lie inside of others.
 * @param {string} path
 * @param {Readonly<Record<string, unknown>>} rooms
 */
function roomOf(path, rooms) {
  const inside = Object.keys(rooms).filter((room) => path.startsWith(`${room}/`));
  return inside.sort((a, b) => b.length - a.length)[0] ?? path.split("/", 1)[0] ?? path;
}

/** @param {string} specifier */
function packageOf(specifier) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/**
 * @param {readonly string[]} names
 * @param {string} [none]
 */
function list(names, none = "nothing") {
  return names.length > 0 ? names.join(", ") : none;
}
