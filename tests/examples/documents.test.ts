/** What the documents say is true: their code runs, their tables are those of the code, their names are there. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { transformSync } from "@swc/core";
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { readConfigSchema } from "../../carrier/config/schema.ts";
import { unsupported } from "../../carrier/config/unsupported.ts";
import { validate } from "../../carrier/config/validate.ts";
import { SCENARIOS, startScenario } from "../../cli/scenarios/index.ts";
import { documents as tabled, tablesOf, withTables } from "../../docs/tables.mjs";
import {
  bootstrapMachine,
  carrierMachine,
  certsMachine,
  EDITIONS,
  fotaMachine,
  initMachine,
  linkMachine,
  registerMachine,
} from "../../machines/index.ts";
import { startTestbed } from "../../testbed/index.ts";
import { openRecording } from "../../trace/index.ts";
import { type Block, blocksOf, REPOSITORY, strangersFolder } from "./support/blocks.ts";

const run = promisify(execFile);

let folder = "";
beforeAll(async () => {
  folder = await strangersFolder();
  await recordLife(join(folder, "run.jsonl"));
  await copyFile(join(REPOSITORY, "tests", "watch", "logs", "edition-3.6-deviation.log"), join(folder, "device.log"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The recording that the documents' snippets speak of. */
async function recordLife(file: string): Promise<void> {
  const recording = openRecording(file);
  const clock = new FastClock({ skipIdle: true });
  const options = { scenario: "success", edition: "3.6", clock, seed: 1, timing: "instant" } as const;
  const life = await startScenario({ ...options, sink: recording.sink });
  await life.ended;
  await life.close();
  recording.close();
}

describe("TypeScript in the documents", () => {
  it("compiles in a strict application", async () => {
    const blocks = await blocksOf("ts");
    expect(blocks.length).toBeGreaterThan(5);
    for (const block of blocks) await writeFile(join(folder, sourceName(block)), block.text);
    const compilerOptions = {
      strict: true,
      module: "nodenext",
      target: "es2023",
      noEmit: true,
      types: ["node"],
      typeRoots: [join(REPOSITORY, "node_modules", "@types")],
    };
    const tsconfig = { compilerOptions, files: blocks.map(sourceName) };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
    const tsc = join(REPOSITORY, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", folder]).catch((failure) => failure);
    expect(stdout).toBe("");
  });

  it("runs where it is marked so, and what it checks holds", async () => {
    const blocks = (await blocksOf("ts", "run")).filter(({ text }) => !text.includes(PLACEHOLDER));
    expect(blocks.length).toBeGreaterThan(2);
    for (const block of blocks) {
      const { stdout, stderr } = await run(process.execPath, [await compiled(block)], { cwd: folder });
      const printed = Object.keys(PRINTED).find((name) => block.text.includes(name)) ?? "";
      expect({ at: block.place, stderr, stdout }).toEqual({
        at: block.place,
        stderr: "",
        stdout: expect.stringContaining(PRINTED[printed] ?? ""),
      });
    }
  });

  it("registers, and deregisters when it is interrupted, where a server's address stands for the reader's own", async () => {
    const blocks = (await blocksOf("ts", "run")).filter(({ text }) => text.includes(PLACEHOLDER));
    expect(blocks.map(({ file }) => file)).toContain("README.md");
    const testbed = await startTestbed({ clock: new SystemClock() });
    try {
      for (const block of blocks) {
        const text = block.text.replaceAll(PLACEHOLDER, testbed.bootstrap.uri);
        const lines = await untilInterrupted(await compiled({ ...block, text }), "LWM2M_CARRIER_EVENT_REGISTERED");
        expect(lines.at(-1)).toBe("LWM2M_CARRIER_EVENT_DEREGISTERED");
      }
    } finally {
      await testbed.close();
    }
  });
});

/** What a block that calls the function prints somewhere. */
const PRINTED: Readonly<Record<string, string>> = {
  formatVerdict: ": conforms, ",
  replayCharts: "the same 1",
  appear: "SERVER_NO_ROUTE",
  openRecording: "LWM2M_CARRIER_EVENT_REGISTERED because of chart ",
};

/** Of TEST-NET-1 (RFC 5737): nobody is there. */
const PLACEHOLDER = "coap://192.0.2.1:5683";

/** What a program prints that is interrupted when it has printed `line`, and then ends well. */
async function untilInterrupted(program: string, line: string): Promise<string[]> {
  const child = spawn(process.execPath, [program], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines: string[] = [];
  for await (const printed of createInterface(child.stdout)) {
    lines.push(printed.trim());
    if (printed.trim() === line) child.kill("SIGINT");
  }
  expect(await exited).toEqual([0, null]);
  return lines;
}

describe("commands in the documents", () => {
  it("print what stands below them", async () => {
    const blocks = await blocksOf("console", "run");
    expect(blocks.map(({ file }) => file)).toContain("README.md");
    for (const { place, text } of blocks) {
      for (const [command = "", ...promised] of text
        .split(/^\$ /m)
        .slice(1)
        .map((part) => part.trimEnd().split("\n"))) {
        const printed = await printedBy(command);
        const missing = promised.filter((line) => line !== "…" && !printed.includes(comparable(line)));
        expect({ place, command, missing, printed }).toEqual({ place, command, missing: [], printed });
      }
    }
  });
});

/** The lines of a command's output, whatever its exit code. */
async function printedBy(command: string): Promise<string[]> {
  const [npx, name, ...args] = command.split(" ");
  expect([npx, name]).toEqual(["npx", "lwm2m-carrier"]);
  const main = join(REPOSITORY, "dist", "cli", "main.js");
  const { stdout, stderr } = await run(process.execPath, [main, ...args], { cwd: folder }).catch((failure) => failure);
  return `${stdout}${stderr}`.split("\n").map(comparable);
}

/** Times and numbers of records differ from run to run. */
function comparable(line: string): string {
  return line.trim().replace(/records \d+ to \d+/, "records");
}

/** `docs-embedding-14.ts` */
function sourceName({ place }: Block): string {
  return `${place.replace(/[^\w]+/g, "-")}.ts`;
}

/** Node 20 does not run TypeScript. */
async function compiled(block: Block): Promise<string> {
  const file = join(folder, `${sourceName(block)}.mjs`);
  const jsc = { target: "es2022", parser: { syntax: "typescript" } } as const;
  await writeFile(file, transformSync(block.text, { jsc, module: { type: "es6" }, sourceMaps: false }).code);
  return file;
}

describe("configurations in the documents", () => {
  it("are ones that this version takes", async () => {
    const blocks = await blocksOf("json", "config");
    expect(blocks.length).toBeGreaterThan(0);
    for (const { place, text } of blocks) {
      const content = JSON.parse(text);
      expect({ place, problems: [...validate(content), ...unsupported(content)] }).toEqual({ place, problems: [] });
    }
  });

  it("that are said to be refused are, each with its key", async () => {
    const document = await readFile(join(REPOSITORY, "docs", "configuration.md"), "utf8");
    const [, rows = ""] = /\| key \| refused \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(document) ?? [];
    const claims = [...rows.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)];
    expect(claims.length).toBeGreaterThan(5);
    for (const [, key = "", values = ""] of claims) {
      for (const [, value = ""] of values.matchAll(/`([^`]+)`/g)) {
        const refused = unsupported(nested(key, JSON.parse(value)));
        expect({ key, value, refused: refused.map((problem) => problem.key) }).toEqual({
          key,
          value,
          refused: [key.replace("[]", "[0]")],
        });
      }
    }
  });
});

/** `servers[].uri` and a value as a configuration. */
function nested(key: string, value: unknown): object {
  return key.split(".").reduceRight<unknown>((inner, name) => {
    return name.endsWith("[]") ? { [name.slice(0, -2)]: [inner] } : { [name]: inner };
  }, value) as object;
}

describe("the tables of the documents", () => {
  it("are those of the code: `node docs/tables.mjs` brings them up to date", async () => {
    const tables = tablesOf({ schema: readConfigSchema(), scenarios: SCENARIOS, editions: EDITIONS });
    const files = tabled();
    expect(files).toEqual(expect.arrayContaining(["README.md", "docs/configuration.md", "docs/charts.md"]));
    for (const file of files) {
      const document = await readFile(join(REPOSITORY, file), "utf8");
      expect(withTables(document, tables)).toBe(document);
    }
  });
});

describe("ARCHITECTURE.md", () => {
  const CHARTS = {
    carrier: carrierMachine,
    init: initMachine,
    certs: certsMachine,
    link: linkMachine,
    bootstrap: bootstrapMachine,
    register: registerMachine,
    fota: fotaMachine,
  };

  it.each(Object.entries(CHARTS))("names only states and tags that the chart %s has", async (name, machine) => {
    const document = await readFile(join(REPOSITORY, "ARCHITECTURE.md"), "utf8");
    const [paragraph = ""] = new RegExp(`^- \\*\\*${name}\\*\\* [^]*?(?=^- |^$)`, "m").exec(document) ?? [];
    const named = [...paragraph.matchAll(/`([a-zA-Z]+)`/g)].map(([, word = ""]) => word);
    const known = new Set([...Object.keys(CHARTS), "library", "application"]);
    for (const { key, tags } of nodesBelow(machine.root)) {
      known.add(key);
      for (const tag of tags) known.add(tag);
    }
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((word) => !known.has(word))).toEqual([]);
  });

  it("lists every folder of the product", async () => {
    const document = await readFile(join(REPOSITORY, "ARCHITECTURE.md"), "utf8");
    const rooms = (await readdir(REPOSITORY, { withFileTypes: true })).filter(
      (entry) => entry.isDirectory() && !/^\.|^(node_modules|dist|coverage)$/.test(entry.name),
    );
    expect(rooms.map(({ name }) => name).filter((name) => !document.includes(`\`${name}/\``))).toEqual([]);
  });
});

interface Node {
  readonly key: string;
  readonly tags: readonly string[];
  readonly states: Readonly<Record<string, Node>>;
}

function nodesBelow(node: Node): Node[] {
  return Object.values(node.states).flatMap((child) => [child, ...nodesBelow(child)]);
}
