/** Where Java is missing, the tests against Eclipse Leshan say what to install, and fail. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const ONE_FILE = [
  ...["--experimental-vm-modules", "node_modules/jest/bin/jest.js", "--runInBand"],
  ...["--testMatch=<rootDir>/tests/interop/leshanObjects.test.ts", "--testPathIgnorePatterns=/node_modules/"],
];

/** Exit code, and what is told. */
function runWithoutPrograms(): Promise<{ readonly code: unknown; readonly told: string }> {
  const options = { cwd: REPOSITORY, env: { ...process.env, PATH: "" } };
  return new Promise((resolve) => {
    execFile(process.execPath, ONE_FILE, options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, told: stdout + stderr }),
    );
  });
}

describe("without Java", () => {
  it("a run fails with what to install", async () => {
    const { code, told } = await runWithoutPrograms();
    expect(code).toBe(1);
    expect(told).toMatch(/is not installed; .* a Java development kit, .* apt-get install default-jdk-headless maven/);
  });
});
