import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { checkImportDirections } from "../../scripts/lib/importDirections.mjs";
import { type Files, REPOSITORY } from "./checkout.ts";

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function problemsOf(files: Files): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), "rooms-"));
  folders.push(root);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return checkImportDirections(root).problems;
}

describe("direction of imports", () => {
  it("is kept by every file of the repository", () => {
    const { files, problems } = checkImportDirections(REPOSITORY);
    expect(problems).toEqual([]);
    expect(files).toBeGreaterThan(50);
  });

  it("names file, line, import and the rooms that are allowed", async () => {
    const source = `/** Größe. */\nimport { a } from "../../ports/a.ts";\nimport { b } from "../../machines/b.ts";\n`;
    expect(await problemsOf({ "services/coap/c.ts": source })).toEqual([
      'services/coap/c.ts:3 imports "../../machines/b.ts": services may import ports, trace',
    ]);
  });

  const forbidden: { from: string; text: string }[] = [
    { from: "services/a.ts", text: 'import type { B } from "../machines/b.ts";' },
    { from: "services/a.ts", text: 'export { b } from "../carrier/b.ts";' },
    { from: "services/a.ts", text: 'export * from "../modem/b.ts";' },
    { from: "services/a.ts", text: 'export const b = await import("../machines/b.ts");' },
    { from: "services/a.ts", text: 'export type B = import("../machines/b.ts").B;' },
    { from: "modem/a.ts", text: 'import "../services/b.ts";' },
    { from: "modem/a.ts", text: 'import "../machines/b.ts";' },
    { from: "machines/a.ts", text: 'import { b } from "../ports/b.ts";' },
    { from: "machines/a.ts", text: 'import { type B } from "../ports/b.ts";' },
    { from: "machines/a.ts", text: 'import { readFile } from "node:fs";' },
    { from: "machines/a.ts", text: 'import { b } from "xstate-tools";' },
    { from: "ports/a.ts", text: 'import type { B } from "../trace/b.ts";' },
    { from: "trace/a.ts", text: 'import { b } from "../charts/b.ts";' },
    { from: "charts/a.ts", text: 'import { b } from "../machines/link.ts";' },
    { from: "charts/a.ts", text: 'import { b } from "../carrier/b.ts";' },
    { from: "carrier/a.ts", text: 'import { b } from "../testbed/b.ts";' },
    { from: "testbed/a.ts", text: 'import { b } from "../cli/b.ts";' },
    { from: "inspector/a.ts", text: 'import { b } from "../machines/b.ts";' },
    { from: "inspector/emitter/a.ts", text: 'import { b } from "../../carrier/b.ts";' },
    { from: "inspector/model/a.ts", text: 'import { b } from "../emitter/b.ts";' },
    { from: "inspector/model/a.ts", text: 'import { readFile } from "node:fs";' },
    { from: "inspector/ui/shell/a.tsx", text: 'import { WebSocket } from "ws";' },
    { from: "watch/a.ts", text: 'import { b } from "../modem/simulated/b.ts";' },
    { from: "machines/a.ts", text: 'import { b } from "../cli/b.ts";' },
  ];
  it.each(forbidden)("forbids in $from: $text", async ({ from, text }) => {
    expect(await problemsOf({ [from]: text })).toEqual([expect.stringMatching(new RegExp(`^${from}:1 imports "`))]);
  });

  const allowed: { from: string; text: string }[] = [
    { from: "services/coap/a.ts", text: 'import { b } from "../lwm2m/b.ts";' },
    { from: "services/a.ts", text: 'import { readFile } from "node:fs";' },
    { from: "machines/a.ts", text: 'import type { B } from "../ports/b.ts";' },
    { from: "machines/a.ts", text: 'import { setup } from "xstate";' },
    { from: "machines/a.ts", text: 'import { getShortestPaths } from "xstate/graph";' },
    { from: "machines/a.ts", text: 'import { b } from "./editions/b.ts";' },
    { from: "charts/a.ts", text: 'import { b } from "../machines/editions/b.ts";' },
    { from: "watch/a.ts", text: 'import { b } from "../modem/at/b.ts";' },
    { from: "cli/a.ts", text: 'import { b } from "../testbed/b.ts";' },
    { from: "services/a.ts", text: '// import { b } from "../machines/b.ts";' },
    { from: "services/a.ts", text: 'export const text = `\nimport { b } from "../machines/b.ts";\n`;' },
  ];
  it.each(allowed)("allows in $from: $text", async ({ from, text }) => {
    expect(await problemsOf({ [from]: text })).toEqual([]);
  });
});

describe("circles of imports", () => {
  it("are found and named with the line of each step", async () => {
    const files = {
      "trace/a.ts": 'import "./b.ts";',
      "trace/b.ts": '\nexport * from "./c/c.ts";',
      "trace/c/c.ts": 'import { a } from "../a.ts";',
      "trace/d.ts": 'import "./a.ts";',
    };
    expect(await problemsOf(files)).toEqual([
      "trace/a.ts:1 -> trace/b.ts:2 -> trace/c/c.ts:1 -> trace/a.ts: these files import each other in a circle",
    ]);
  });

  it("do not count imports of types alone", async () => {
    const files = { "trace/a.ts": 'import type { B } from "./b.ts";', "trace/b.ts": 'import { a } from "./a.ts";' };
    expect(await problemsOf(files)).toEqual([]);
  });
});
