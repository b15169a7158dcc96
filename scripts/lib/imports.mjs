/**
 * The imports of a TypeScript file with their lines, read from the syntax tree that swc makes: `import` and `export …
 * from`, `import("…")` as an expression and as a type.
 */
import { parseSync } from "@swc/core";

/**
 * @typedef {object} Import
 * @property {string} specifier as written
 * @property {number} line counted from 1
 * @property {boolean} typeOnly nothing of it is left when the program runs
 */

const NEWLINE = "\n".charCodeAt(0);

/**
 * @param {string} source
 * @param {{ tsx?: boolean }} [options]
 * @returns {Import[]} in the order of the text
 */
export function importsOf(source, { tsx = false } = {}) {
  const bytes = Buffer.from(source);
  /** @type {Import[]} */
  const found = [];
  visit(parseSync(source, { syntax: "typescript", tsx, target: "es2022" }), (node) => {
    const target = targetOf(node);
    if (!target) return;
    found.push({ specifier: target.value, line: lineAt(bytes, target.span.start), typeOnly: isTypeOnly(node) });
  });
  return found;
}

/** @typedef {{ type: string, [key: string]: any }} Node */

/**
 * @param {unknown} value
 * @param {(node: Node) => void} enter
 */
function visit(value, enter) {
  if (Array.isArray(value)) for (const item of value) visit(item, enter);
  else if (typeof value === "object" && value !== null) {
    if ("type" in value && typeof value.type === "string") enter(/** @type {Node} */ (value));
    for (const child of Object.values(value)) visit(child, enter);
  }
}

/**
 * @param {Node} node
 * @returns {{ value: string, span: { start: number } } | undefined} the string literal that names the module
 */
function targetOf(node) {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return node.source ?? undefined;
    case "TsImportType":
      return node.argument;
    case "CallExpression":
      return node.callee.type === "Import" ? literal(node.arguments[0]?.expression) : undefined;
    default:
      return undefined;
  }
}

/** @param {Node | undefined} node */
function literal(node) {
  return node?.type === "StringLiteral" ? /** @type {any} */ (node) : undefined;
}

/** @param {Node} node */
function isTypeOnly(node) {
  return node.type === "TsImportType" || node.typeOnly === true;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} position swc counts the bytes of UTF-8 from 1
 */
function lineAt(bytes, position) {
  let line = 1;
  for (let index = 0; index < position - 1; index++) if (bytes[index] === NEWLINE) line++;
  return line;
}
