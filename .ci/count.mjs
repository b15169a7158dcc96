/** Prints "PASSED FAILED" of a jest report; a file that could not be run counts as a failed test. */
import { readFileSync } from "node:fs";

const [file = ""] = process.argv.slice(2);
try {
  const report = JSON.parse(readFileSync(file, "utf8"));
  console.log(report.numPassedTests, report.numFailedTests + report.numRuntimeErrorTestSuites);
} catch {
  console.log(0, 1);
}
