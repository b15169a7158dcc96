/** The keys of the configuration file as tables, from its schema. */

const TABLE_HEAD = "| key | means | allowed | default |\n|---|---|---|---|\n";

/** @typedef {{ [key: string]: any }} Node a part of the schema */
/** @typedef {{ heading: string, node: Node }} Section an object of the configuration; the file itself has no heading */

/**
 * A table of its own for every object of the configuration, each after the one that mentions it first.
 * @param {Node} schema
 * @returns {string} Markdown
 */
export function configurationTables(schema) {
  /** @type {Section[]} */
  const sections = [{ heading: "", node: schema }];
  let text = "";
  for (const { heading, node } of sections) {
    if (heading !== "") text += `\n### ${heading}\n\n${node.description ? `${node.description}\n\n` : ""}`;
    text += TABLE_HEAD;
    for (const [key, raw] of Object.entries(/** @type {Record<string, Node>} */ (node.properties))) {
      if (key === "$schema") continue;
      const inner = sectionsOf(schema, key, raw);
      sections.push(...inner.filter((one) => sections.every((other) => other.heading !== one.heading)));
      text += row(key, resolve(schema, raw), inner, (node.required ?? []).includes(key), schema);
    }
  }
  return text;
}

/**
 * @param {string} key
 * @param {Node} node
 * @param {readonly Section[]} inner
 * @param {boolean} required
 * @param {Node} schema
 */
function row(key, node, inner, required, schema) {
  const links = inner.map(({ heading }) => `[${heading.replaceAll("`", "")}](#${anchorOf(heading)})`);
  const words = links.length > 0 ? links.join(", ") : allowed(resolve(schema, node.items ?? node));
  const value = required ? "required" : node.default === undefined ? "" : code(node.default);
  const cells = [code(key), node.description ?? "", node.items ? `a list: ${words}` : words, value];
  return `| ${cells.map(escaped).join(" | ")} |\n`;
}

/**
 * The objects that a key's value may be: none for a plain value, several where `mode` or `kind` chooses.
 * @param {Node} schema
 * @param {string} key
 * @param {Node} raw
 * @returns {Section[]}
 */
function sectionsOf(schema, key, raw) {
  const node = resolve(schema, raw);
  if (node.items) return sectionsOf(schema, key, node.items);
  const definition = definitionOf(raw);
  const name = definition ?? key;
  const choices = /** @type {Node[]} */ (node.oneOf ?? []).map((choice) => resolve(schema, choice));
  const by = node.discriminator?.propertyName;
  if (by)
    return choices.map((choice) => ({
      heading: `\`${name}\`, ${by} \`${choice.properties[by].const}\``,
      node: choice,
    }));
  // What several keys share says of itself what it is; a key says what it is there.
  return node.properties ? [{ heading: `\`${name}\``, node: definition ? schema.$defs[definition] : node }] : [];
}

/** @param {Node} node */
function definitionOf(node) {
  return /^#\/\$defs\/(.+)$/.exec(node.$ref ?? "")?.[1];
}

/**
 * @param {Node} schema
 * @param {Node} node
 * @returns {Node} with what a reference names, under what stands beside the reference
 */
function resolve(schema, node) {
  const name = definitionOf(node);
  return name === undefined ? node : { ...resolve(schema, schema.$defs[name]), ...node };
}

/**
 * @param {Node} node
 * @returns {string}
 */
function allowed(node) {
  if (node.const !== undefined) return code(node.const);
  if (node.enum) return node.enum.map(code).join(", ");
  if (node.type === "boolean") return "`true`, `false`";
  if (node.type === "integer" || node.type === "number") {
    const bounds = [
      node.minimum === undefined ? [] : `${node.minimum}`,
      node.exclusiveMinimum === undefined ? [] : `above ${node.exclusiveMinimum}`,
      node.maximum === undefined ? [] : `to ${node.maximum}`,
    ].flat();
    return `${node.type === "integer" ? "whole, " : ""}${bounds.join(" ")}`;
  }
  return node.examples ? `like ${node.examples.map(code).join(", ")}` : "text";
}

/** @param {unknown} value */
function code(value) {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

/** @param {string} heading as GitHub makes anchors of headings */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}
