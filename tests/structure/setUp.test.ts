import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { afterEach, describe, expect, it } from "@jest/globals";
import { Checkout, commandPrinting, REPOSITORY } from "./checkout.ts";

const checkouts: Checkout[] = [];

async function checkout(...args: Parameters<typeof Checkout.create>): Promise<Checkout> {
  const made = await Checkout.create(...args);
  checkouts.push(made);
  return made;
}

afterEach(async () => {
  for (const made of checkouts.splice(0)) await made.remove();
});

/** A compiler that copies one prepared file, as a local package that npm can install without a network. */
const COPYING_COMPILER = {
  "bin/tsc": `
    import { cpSync } from "node:fs";
    import { join } from "node:path";
    cpSync("cli/main.ts", join(process.argv[process.argv.indexOf("--outDir") + 1], "cli/main.js"));`,
};

/**
 * A launcher, as the real one is, of a compiler that interrupts the set-up and then never ends. It holds on to the pipes
 * of the set-up, so a run of it only closes when both are gone.
 */
const endlessCompiler = (signal: NodeJS.Signals) => ({
  "bin/tsc": `
    import { spawn } from "node:child_process";
    const compiler = "process.kill(" + process.ppid + ", '${signal}'); setInterval(() => {}, 1000);";
    spawn(process.execPath, ["-e", compiler], { stdio: "inherit" });`,
});

describe("npm start", () => {
  it("builds what is missing, says so on standard error, and runs the demo with the arguments given", async () => {
    const { stdout, stderr, ending } = await (await checkout("installed")).run("start.mjs", [
      "--once",
      "--edition=3.6",
    ]);
    expect({ stdout, ending }).toEqual({ stdout: "hello demo --once --edition=3.6\n", ending: 0 });
    expect(stderr).toMatch(/^Building \.\.\.\nBuilt in \d+\.\d s\n$/);
  });

  it("installs what is missing before it builds", async () => {
    const { stdout, stderr, ending } = await (await checkout({ typescript: COPYING_COMPILER })).run("start.mjs");
    expect({ stdout, ending }).toEqual({ stdout: "hello demo\n", ending: 0 });
    expect(stderr).toMatch(
      /^Installing dependencies \.\.\.\nInstalled dependencies in .* s\nBuilding \.\.\.\nBuilt in/,
    );
  });

  it("neither installs nor builds again when nothing changed", async () => {
    const here = await checkout({ typescript: COPYING_COMPILER });
    await here.run("start.mjs");
    expect(await here.run("start.mjs")).toEqual({ stdout: "hello demo\n", stderr: "", ending: 0 });
  });

  it("installs again when the lock file asks for something else", async () => {
    const here = await checkout({ typescript: COPYING_COMPILER });
    await here.run("start.mjs");
    const lock = await readFile(here.path("package-lock.json"), "utf8");
    await here.write({
      "package-lock.json": lock.replace(
        '"local/typescript":{"version":"1.0.0"}',
        '"local/typescript":{"version":"1.0.1"}',
      ),
      "local/typescript/package.json": JSON.stringify({ name: "typescript", version: "1.0.1" }),
    });
    expect((await here.run("start.mjs")).stderr).toContain("Installed dependencies");
  });

  it("builds again when a source changed, and when one is gone", async () => {
    const here = await checkout("installed");
    await here.write({ "cli/other.ts": "export {};\n" });
    await here.run("start.mjs");
    await here.write({ "cli/main.ts": commandPrinting("good day") });
    expect((await here.run("start.mjs")).stdout).toBe("good day demo\n");
    await rm(here.path("cli/other.ts"));
    expect((await here.run("start.mjs")).stderr).toContain("Built");
    expect(existsSync(here.path("dist/cli/other.js"))).toBe(false);
  });

  it("fails with the compiler's words and keeps the build that was there", async () => {
    const here = await checkout("installed");
    await here.run("start.mjs");
    await here.write({
      "cli/main.ts": `${commandPrinting("hello")}const wrong: number = "text";\nexport { wrong };\n`,
    });
    const { stdout, stderr, ending } = await here.run("start.mjs");
    expect({ stdout, ending }).toEqual({ stdout: "", ending: 1 });
    expect(stderr).toContain("cli/main.ts(3,7): error TS2322");
    expect(await readdir(here.path("dist/cli"))).toContain("main.js");
    expect(await readdir(here.path(".build"))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(dist|lock)$/)]),
    );
  });

  it("fails with npm's words when the dependencies cannot be installed", async () => {
    const here = await checkout({ typescript: COPYING_COMPILER });
    await here.write({
      "package.json": JSON.stringify({ name: "checkout", dependencies: { typescript: "file:none" } }),
    });
    const { stderr, ending } = await here.run("start.mjs");
    expect(ending).toBe(1);
    expect(stderr).toMatch(/npm error[\s\S]*npm ci ended with exit code 1\n$/);
  });

  it("builds once when two are started at the same time", async () => {
    const here = await checkout("installed");
    const runs = await Promise.all([here.run("start.mjs", ["a"]), here.run("start.mjs", ["b"])]);
    expect(runs.map(({ stdout }) => stdout)).toEqual(["hello demo a\n", "hello demo b\n"]);
    expect(runs.filter(({ stderr }) => stderr.includes("Built"))).toHaveLength(1);
  });

  it("takes over from a process that died while it was setting up", async () => {
    const here = await checkout("installed");
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await here.write({ ".build/lock": String(pid) });
    expect((await here.run("start.mjs")).stdout).toBe("hello demo\n");
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "ends on %s while it builds, with the compiler, and leaves nothing half done",
    async (signal) => {
      const here = await checkout({ typescript: endlessCompiler(signal) });
      const { ending } = await here.run("start.mjs");
      expect(ending).toBe(signal === "SIGINT" ? 130 : 143);
      expect(await readdir(here.path(".build"))).toEqual([]);
      expect(existsSync(here.path("dist"))).toBe(false);
    },
  );
});

describe("npm run build", () => {
  it("builds the inspector's page beside the code that serves it, and again when the page changed", async () => {
    const here = await checkout("installed");
    const page = () => readFile(here.path("dist/inspector/ui/index.html"), "utf8");
    await here.run("build.mjs");
    expect(await page()).toContain("<title>Page</title>");
    await here.write({ "inspector/ui/index.html": "<!doctype html><title>Another</title>\n" });
    await here.run("build.mjs");
    expect(await page()).toContain("<title>Another</title>");
  });

  it("makes the command executable", async () => {
    const here = await checkout("installed");
    await here.run("build.mjs");
    expect((await stat(here.path("dist/cli/main.js"))).mode & 0o111).toBe(0o111);
  });

  it("refuses a command that a shell could not run", async () => {
    const here = await checkout("installed");
    await here.write({ "cli/main.ts": "console.log(1);\n" });
    const { stderr, ending } = await here.run("build.mjs");
    expect({ stderr, ending }).toEqual({
      stderr: expect.stringContaining("does not begin with #!/usr/bin/env node"),
      ending: 1,
    });
  });
});

describe("npm test", () => {
  it("runs jest on the tests, hands on its arguments and its exit code", async () => {
    const here = await checkout("installed");
    await here.write({
      "jest.config.js": await readFile(`${REPOSITORY}/jest.config.js`, "utf8"),
      "tests/sum.test.ts": `import { expect, it } from "@jest/globals";
        it("adds", () => expect(1 + 1).toBe(2));
        it("fails", () => expect(1 + 1).toBe(3));`,
      "tests/package/other.test.ts": `import { it } from "@jest/globals"; it("is of another suite", () => {});`,
    });
    const all = await here.run("test.mjs");
    expect(all.ending).toBe(1);
    expect(all.stderr).toContain("1 failed, 1 passed, 2 total");
    expect(all.stderr).not.toContain("ExperimentalWarning");
    const one = await here.run("test.mjs", ["-t", "adds"]);
    expect(one.stderr).toContain("1 skipped, 1 passed, 2 total");
    const suite = await here.run("test.mjs", ["--suite", "package", "--verbose"]);
    expect(suite.ending).toBe(0);
    expect(suite.stderr).toContain("is of another suite");
    expect(suite.stderr).toContain("1 passed, 1 total");
  });

  it("refuses a suite that is not there", async () => {
    const { stderr, ending } = await (await checkout("installed")).run("test.mjs", ["--suite=none"]);
    expect({ stderr, ending }).toEqual({
      stderr: '--suite needs the name of a folder in tests, got "none"\n',
      ending: 2,
    });
  });
});
