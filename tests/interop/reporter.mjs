/** Writes docs/interop.md at the end of a run in which all tests against Eclipse Leshan passed, else leaves it alone. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { interopReport } from "./support/interopReport.mjs";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const REPORT = fileURLToPath(new URL("../../docs/interop.md", import.meta.url));

/** As jest wants it. */
export default class InteropReporter {
  /**
   * @param {ReadonlySet<unknown>} _contexts
   * @param {{ testResults: readonly { testFilePath: string, testResults: readonly import("./support/interopReport.mjs").TestOutcome[] }[] }} results
   */
  onRunComplete(_contexts, { testResults }) {
    const files = readdirSync(FOLDER).filter((name) => /^leshan.*\.test\.ts$/.test(name));
    const ours = testResults.filter(({ testFilePath }) => `${dirname(testFilePath)}/` === FOLDER);
    const outcomes = new Map(ours.map((file) => [basename(file.testFilePath), file.testResults]));
    const report = interopReport(outcomes, files, ["management", "bootstrap"].map(libraryOf));
    if (report !== undefined) writeFileSync(REPORT, report);
  }
}

/** `leshan-server-cf` 2.0.0-M15, with its backquotes.
 * @param {string} program
 */
function libraryOf(program) {
  const pom = readFileSync(new URL(`leshan/${program}/pom.xml`, import.meta.url), "utf8");
  const [, artifact, version] =
    /<groupId>org.eclipse.leshan<\/groupId>\s*<artifactId>([^<]+)<\/artifactId>\s*<version>([^<]+)</.exec(pom) ?? [];
  return `\`${artifact}\` ${version}`;
}
