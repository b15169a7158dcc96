import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { chartNames, chartSource, parseChart } from "../../charts/index.ts";
import { cli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";

const path = testFolder();
const LIFE = path("life.jsonl");

beforeAll(async () => {
  expect((await cli("demo", "--once", "--record", LIFE)).code).toBe(0);
});

function write(name: string, lines: readonly string[]): string {
  const file = path(name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  return file;
}

const lifeLines = () => readFileSync(LIFE, "utf8").trimEnd().split("\n");

describe("charts check", () => {
  it("ends with 0 for a life that conforms", async () => {
    const { code, stdout } = await cli("charts", "check", LIFE, "edition-3-bootstrap");
    expect(code).toBe(0);
    expect(stdout.text).toMatch(/^✔ edition-3-bootstrap \(edition 3\.6\): conforms, \d+ arcs in records \d+ to \d+\n$/);
  });

  it("ends with 1 and the first deviation for one that does not", async () => {
    const without = write(
      "deviates.jsonl",
      lifeLines().filter((line) => !line.includes("LWM2M_CARRIER_EVENT_BOOTSTRAPPED")),
    );
    const { code, stdout } = await cli("charts", "check", without, "edition-3-bootstrap");
    expect(code).toBe(1);
    expect(stdout.text).toMatch(/^✖ edition-3-bootstrap \(edition 3\.6\): deviates at record \d+/);
    expect(stdout.lines[1]).toMatch(/^ {2}expected {2}line 15: .*LWM2M_CARRIER_EVENT_BOOTSTRAPPED/);
  });

  it("takes a chart from a file", async () => {
    const chart = path("edition-3-bootstrap.msc");
    writeFileSync(chart, chartSource("edition-3-bootstrap"));
    expect((await cli("charts", "check", LIFE, chart)).code).toBe(0);
    writeFileSync(chart, "msc {\n  a -> ;\n}");
    const { code, stderr } = await cli("charts", "check", LIFE, chart);
    expect(code).toBe(2);
    expect(stderr.text).toContain("edition-3-bootstrap:2:5: expected ;");
  });

  it("leaves a last line out that broke off, and says so", async () => {
    const torn = path("torn.jsonl");
    writeFileSync(torn, `${lifeLines().join("\n")}\n{"seq":`);
    const { code, stderr } = await cli("charts", "check", torn, "edition-3-bootstrap");
    expect(code).toBe(0);
    expect(stderr.text).toMatch(/torn\.jsonl:\d+: the last line broke off after 7 octets/);
  });

  it("asks for the edition where the recording does not tell it", async () => {
    const nameless = write(
      "nameless.jsonl",
      lifeLines().filter((line) => !line.includes('"kind":"run"')),
    );
    const asked = await cli("charts", "check", nameless, "edition-3-bootstrap");
    expect(asked.code).toBe(2);
    expect(asked.stderr.text).toContain("Say it with --edition: 0.10, 0.21");
    expect((await cli("charts", "check", nameless, "edition-3-bootstrap", "--edition", "3.6")).code).toBe(0);
  });

  it.each([
    { recording: LIFE, chart: "edition-3-bootstrp", says: "Did you mean edition-3-bootstrap?" },
    { recording: LIFE, chart: "nothing", says: "`lwm2m-carrier charts list` lists them." },
    { recording: LIFE, chart: "edition-0.30-init", says: "edition 3.6 does not run as edition-0.30-init" },
    { recording: path("none.jsonl"), chart: "edition-3-bootstrap", says: "none.jsonl" },
  ])("ends with 2 for what cannot be checked: $chart", async ({ recording, chart, says }) => {
    const { code, stdout, stderr } = await cli("charts", "check", recording, chart);
    expect(code).toBe(2);
    expect(stdout.text).toBe("");
    expect(stderr.text).toContain(says);
  });

  it("tells the line of a recording that is none", async () => {
    const broken = write("broken.jsonl", [...lifeLines().slice(0, 3), "not json", "{}"]);
    const { code, stderr } = await cli("charts", "check", broken, "edition-3-bootstrap");
    expect(code).toBe(2);
    expect(stderr.text).toContain("broken.jsonl:4: not JSON");
  });
});

describe("charts list", () => {
  it("lists every chart with its editions", async () => {
    const { code, stdout } = await cli("charts", "list", "--json");
    expect(code).toBe(0);
    const charts = JSON.parse(stdout.text) as { name: string; editions: string[] }[];
    expect(charts.map(({ name }) => name)).toEqual(chartNames());
    expect(charts).toContainEqual({ name: "edition-3-bootstrap", editions: ["3.3", "3.6"] });
    expect((await cli("charts", "list")).stdout.lines).toHaveLength(charts.length);
  });
});

describe("charts export", () => {
  it("writes mscgen's language, which can be read back", async () => {
    const { code, stdout } = await cli("charts", "export", LIFE, "--format", "msc");
    expect(code).toBe(0);
    const labels = parseChart(stdout.text).arcs.map(({ label }) => label);
    expect(labels).toContain("LWM2M_CARRIER_EVENT_REGISTERED");
  });

  it("writes Mermaid's language, and text", async () => {
    expect((await cli("charts", "export", LIFE, "--format", "mermaid")).stdout.lines[0]).toBe("sequenceDiagram");
    const text = (await cli("charts", "export", LIFE, "--format", "text")).stdout;
    expect(text.text).toMatch(/^ {4}\d\.\d{3} {2}LwM2M carrier library → Application {2}.*REGISTERED$/m);
    const messages = (await cli("charts", "export", LIFE, "--format", "text", "--level", "messages")).stdout;
    expect(messages.lines.length).toBeGreaterThan(text.lines.length);
  });

  it("writes into a file", async () => {
    const file = path("life.mmd");
    const { code, stdout } = await cli("charts", "export", LIFE, "--format", "mermaid", "--output", file);
    expect({ code, text: stdout.text }).toEqual({ code: 0, text: "" });
    expect(readFileSync(file, "utf8")).toMatch(/^sequenceDiagram\n/);
  });
});
