/** docs/interop.md from the results of the tests against Eclipse Leshan: what passed, without anything that changes. */

/**
 * @typedef {object} TestOutcome
 * @property {readonly string[]} ancestorTitles
 * @property {string} title
 * @property {string} status
 */
/** @typedef {ReadonlyMap<string, readonly TestOutcome[]>} Outcomes tests in order, by file name */

/** Its titles are security mode, operation and format. */
export const MATRIX = "leshanOperations.test.ts";

/** In columns, as far as there are tests with it. */
const FORMATS = ["none given", "text", "link format", "opaque", "CBOR", "SenML JSON", "SenML CBOR", "TLV", "JSON"];
const NUMBERS = {
  text: 0,
  "link format": 40,
  opaque: 42,
  CBOR: 60,
  "SenML JSON": 110,
  "SenML CBOR": 112,
  TLV: 11542,
  JSON: 11543,
};

const HEAD = `# Against Eclipse Leshan

[Eclipse Leshan](https://eclipse.dev/leshan/) is the LwM2M server in Java that many products are tested with. This page
says what passed with its libraries as they are published: \`npm run test:interop\` writes it whenever all tests against
Leshan ran and passed. The tests are in [tests/interop](../tests/interop); how to connect a device to a Leshan server of
your own is in [leshan.md](leshan.md). The libraries:

VERSIONS
`;

/**
 * Undefined unless all of \`files\` ran, and all tests in them passed.
 *
 * @param {Outcomes} outcomes
 * @param {readonly string[]} files
 * @param {readonly string[]} versions
 */
export function interopReport(outcomes, files, versions) {
  const passed = files.every((file) => hasPassed(outcomes.get(file) ?? []));
  if (!passed) return undefined;
  const others = [...files].sort().filter((file) => file !== MATRIX);
  const sections = [
    HEAD.replace("VERSIONS", listOf(versions)),
    matrixOf(outcomes.get(MATRIX) ?? []),
    ...others.map((file) => sentencesOf(outcomes.get(file) ?? [])),
  ];
  return sections.join("\n");
}

/** @param {readonly TestOutcome[]} tests */
function matrixOf(tests) {
  const modes = unique(tests.map(({ ancestorTitles }) => ancestorTitles[0] ?? ""));
  const operations = unique(tests.map(({ ancestorTitles }) => ancestorTitles[1] ?? ""));
  const formats = FORMATS.filter((format) => tests.some(({ title }) => title === format));
  const modesOf = (operation, format) =>
    tests
      .filter(({ ancestorTitles, title }) => ancestorTitles[1] === operation && title === format)
      .map(({ ancestorTitles }) => ancestorTitles[0]);
  const cell = (operation, format) => {
    const passed = modesOf(operation, format);
    return passed.length === modes.length ? "yes" : passed.join("; ");
  };
  const titles = formats.map((format) => [format, NUMBERS[format]].filter((part) => part !== undefined).join(" "));
  const rows = operations.map((operation) => [operation, ...formats.map((format) => cell(operation, format))]);
  return `## Operations, formats and security modes

Each operation that Leshan has, in each format that Leshan has for it. Values of every type are compared, and so is the
format of what is answered. **yes** stands for every security mode, a cell without anything for a format that the
operation or Leshan does not have, **none given** for a request without Accept and without payload. An Observe goes on
to a notification and is cancelled. The security modes, CID being a Connection ID of both sides:

${listOf(modes)}

${tableOf(["", ...titles], rows)}`;
}

/** A heading for each outermost \`describe\`, and a sentence for each test.
 * @param {readonly TestOutcome[]} tests
 */
function sentencesOf(tests) {
  return unique(tests.map(({ ancestorTitles }) => ancestorTitles[0] ?? ""))
    .map((heading) => {
      const within = tests.filter(({ ancestorTitles }) => ancestorTitles[0] === heading);
      const sentences = within.map(({ ancestorTitles, title }) => `- ${[...ancestorTitles.slice(1), title].join(" ")}`);
      return `## ${heading[0]?.toUpperCase()}${heading.slice(1)}\n\n${sentences.join("\n")}\n`;
    })
    .join("\n");
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function tableOf(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return `${[line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")}\n`;
}

/** @param {readonly string[]} texts */
function listOf(texts) {
  return texts.map((text) => `- ${text}`).join("\n");
}

/** @param {readonly string[]} texts */
function unique(texts) {
  return [...new Set(texts)];
}

/** A file that could not be loaded has no tests.
 * @param {readonly TestOutcome[]} tests
 */
function hasPassed(tests) {
  return tests.length > 0 && tests.every(({ status }) => status === "passed");
}
