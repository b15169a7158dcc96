/** The package as a stranger gets it: packed, installed beside xstate in an empty folder, and used from there. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const INSTALL_TIMEOUT_MS = 300_000;
const LIFE_TIMEOUT_MS = 150_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Every public entry that is code, and something of it that users import by name; `ports` has types alone. */
const ENTRIES: Readonly<Record<string, readonly string[]>> = {
  "lwm2m-carrier": ["createCarrier", "createCarrierMachine"],
  "lwm2m-carrier/machines": [],
  "lwm2m-carrier/ports": [],
  "lwm2m-carrier/coap": [],
  "lwm2m-carrier/dtls": ["DtlsClient", "DtlsServer", "connectDtls", "listenDtls"],
  "lwm2m-carrier/lwm2m": [],
  "lwm2m-carrier/modem": ["atModem", "createSimulatedModem"],
  "lwm2m-carrier/charts": [],
  "lwm2m-carrier/trace": [],
  "lwm2m-carrier/testbed": ["createAtFront"],
  "lwm2m-carrier/watch": ["Watcher"],
  "lwm2m-carrier/inspector": ["createInspector", "inspect", "serveInspector"],
};
const SCHEMAS = ["record", "config", "inspector"].map((name) => `lwm2m-carrier/schema/${name}.schema.json`);

const PACKED =
  /^(dist\/.+\.(js|d\.ts|json)|dist\/inspector\/ui\/.+\.(js|css|html|svg|txt)|schema\/.+\.json|charts\/msc\/.+\.msc|package\.json|(README|CHANGELOG)\.md|LICENSE)$/;

let folder = "";
let packed: readonly { path: string }[] = [];

/** Runs a program in the user's folder; rejects with `code`, `stdout` and `stderr` when it fails. */
const inFolder = (file: string, ...args: readonly string[]) =>
  run(file, args, { cwd: folder, maxBuffer: MAX_OUTPUT_BYTES, timeout: LIFE_TIMEOUT_MS });

/** `npx --no` runs what is installed and fetches nothing. */
const command = (...args: readonly string[]) => inFolder("npx", "--no", "--", "lwm2m-carrier", ...args);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "package-"));
  const { devDependencies } = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8"));
  const pack = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: REPOSITORY });
  const [{ filename, files }] = JSON.parse(pack.stdout);
  packed = files;
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  const wanted = [`./${filename}`, `xstate@${devDependencies.xstate}`];
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...wanted], { cwd: folder });
}, INSTALL_TIMEOUT_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the packed package", () => {
  it("holds the build, the schemas, the charts and the documents, and nothing else", () => {
    const paths = packed.map(({ path }) => path);
    expect(paths.filter((path) => !PACKED.test(path))).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "dist/cli/main.js"]));
  });

  it("declares the entries that this test uses, and no others", async () => {
    const { exports } = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8"));
    const entries = Object.keys(ENTRIES).map((name) => name.replace("lwm2m-carrier", "."));
    expect(Object.keys(exports).sort()).toEqual([...entries, "./schema/*", "./package.json"].sort());
  });

  it("holds the inspector's page, built, with the licence of the layout engine in it", () => {
    const page = packed.map(({ path }) => path).filter((path) => path.startsWith("dist/inspector/ui/"));
    expect(page).toEqual(expect.arrayContaining(["dist/inspector/ui/index.html", "dist/inspector/ui/LICENSES.txt"]));
    expect(page.filter((path) => /\.tsx?$/.test(path))).toEqual([]);
  });

  it("shares the xstate of the application", () => {
    expect(existsSync(join(folder, "node_modules", "lwm2m-carrier", "node_modules", "xstate"))).toBe(false);
  });
});

describe("the installed package", () => {
  it.each(Object.entries(ENTRIES))("gives %s to import", async (entry, names) => {
    const script = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(entry)}))))`;
    const { stdout, stderr } = await inFolder(process.execPath, "--input-type=module", "-e", script);
    const exported: string[] = JSON.parse(stdout);
    expect(exported).toEqual(expect.arrayContaining([...names]));
    expect(exported.length > 0).toBe(entry !== "lwm2m-carrier/ports");
    expect(stderr).toBe("");
  });

  it.each(SCHEMAS)("gives %s as a JSON Schema", async (schema) => {
    const { stdout } = await inFolder(process.execPath, "-p", `JSON.stringify(require(${JSON.stringify(schema)}))`);
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: expect.stringContaining("json-schema.org"),
      title: expect.any(String),
    });
  });

  it("does not give what is inside", async () => {
    const inside = inFolder(process.execPath, "-p", `require("lwm2m-carrier/dist/cli/main.js")`);
    await expect(inside).rejects.toMatchObject({ stderr: expect.stringContaining("ERR_PACKAGE_PATH_NOT_EXPORTED") });
  });

  it("has types that a strict application compiles against, those of its dependencies included", async () => {
    await writeFile(join(folder, "application.ts"), application());
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig()));
    const tsc = join(REPOSITORY, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = await inFolder(process.execPath, tsc, "-p", ".").catch((failure) => failure);
    expect(stdout).toBe("");
  });
});

describe("the installed command", () => {
  it("tells what it can do", async () => {
    const { stdout } = await command("--help");
    for (const name of ["demo", "run", "servers", "charts", "objects", "firmware"]) expect(stdout).toContain(name);
  });

  it("is of the version of the package", async () => {
    const { version } = JSON.parse(await readFile(join(REPOSITORY, "package.json"), "utf8"));
    expect((await command("--version")).stdout.trim()).toBe(version);
  });

  it("lives the whole life of a carrier and ends with 0", () => command("demo", "--once"), LIFE_TIMEOUT_MS);

  it(
    "prints records and nothing else with --json, the last one with the verdict",
    async () => {
      const { stdout } = await command("demo", "--once", "--json");
      const records = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(records.at(-1)).toMatchObject({ kind: "result", ok: true });
    },
    LIFE_TIMEOUT_MS,
  );

  it("ends wrong use with 2 and a word on standard error", async () => {
    await expect(command("demo", "--no-such-option")).rejects.toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("--no-such-option"),
    });
  });
});

/** Compiles only when every entry has types, and when those of the options are not `any`. */
function application(): string {
  const imports = Object.keys(ENTRIES).map((entry, index) => `import * as entry${index} from "${entry}";`);
  const checks = imports.map((_, index) => `export const typed${index}: IsAny<typeof entry${index}> = false;`);
  return `
    import { createCarrier, createCarrierMachine } from "lwm2m-carrier";
    import type { Clock, Modem, Random, Trace, Transport } from "lwm2m-carrier/ports";
    import type { Actor } from "xstate";
    ${imports.join("\n")}
    type IsAny<T> = 0 extends 1 & T ? true : false;
    ${checks.join("\n")}
    type Options = Parameters<typeof createCarrier>[0];
    // @ts-expect-error an edition is one of those there are
    export const options: Options = { edition: 12 };
    export type Ports = [Clock, Modem, Random, Trace, Transport];
    export type CarrierActor = Actor<ReturnType<typeof createCarrierMachine>["machine"]>;
    export const typedActor: IsAny<CarrierActor> = false;`;
}

function tsconfig(): object {
  return {
    compilerOptions: {
      strict: true,
      module: "nodenext",
      target: "es2023",
      skipLibCheck: false,
      noEmit: true,
      types: ["node"],
      typeRoots: [join(REPOSITORY, "node_modules", "@types")],
    },
    files: ["application.ts"],
  };
}
