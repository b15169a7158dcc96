/** Recordings saved in other forms: each is read back by what it is meant for. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { replayCharts } from "../../carrier/replay.ts";
import { parseChart } from "../../charts/parse.ts";
import { parseAddress } from "../../inspector/model/export/address.ts";
import { EXPORT_FORMATS, type ExportFormat, type ExportRange } from "../../inspector/model/export/formats.ts";
import { exportPcapng } from "../../inspector/model/export/pcapng.ts";
import { exportStateMermaid } from "../../inspector/model/export/stateMermaid.ts";
import { readRecords } from "../../inspector/model/readRecords.ts";
import { Session } from "../../inspector/model/session.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { reviver } from "../../trace/bytes.ts";
import { cli } from "../cli/support/cli.ts";
import { isInstalled } from "../interop/support/peer.ts";
import { live, success } from "../machines/support/realLife.ts";
import { lamp, lampRun } from "./lamp.ts";

const { CI } = process.env;
const describeWithTshark = isInstalled("tshark") || CI !== undefined ? describe : describe.skip;

/** What would end a template, or begin a substitution. */
const TRICKY = ["`", "$", "{x}", "\\n", "`"].join("");

const session = new Session();
beforeAll(async () => {
  // As a page gets them: over JSON.
  const lines = (await live(EDITIONS["3.6"], success)).map((record) => JSON.stringify(record));
  session.append(lines.map((line) => JSON.parse(line) as TraceRecord));
});

function make(id: ExportFormat["id"], range?: ExportRange, of: Session = session): string {
  return EXPORT_FORMATS.find((format) => format.id === id)!.make(of, range) as string;
}

describe("A recording saved", () => {
  it("as a recording is opened again as it was", () => {
    const { records, notices } = readRecords(make("records"));
    expect(notices).toEqual([]);
    expect(records).toHaveLength(session.length);
    expect(records[7]).toEqual(session.at(7));
  });

  it("has octets as a recording has them", () => {
    const octets = new Session();
    const value = { raw: Uint8Array.of(1, 255), buffer: Buffer.from("00ab", "hex"), told: { $bytes: "07" } };
    octets.append([{ seq: 1, time: 0, device: "d", kind: "return", of: "x()", ok: true, value }]);
    const read = JSON.parse(make("records", {}, octets), reviver) as TraceRecord;
    expect(read.value).toEqual({ raw: Uint8Array.of(1, 255), buffer: Uint8Array.of(0, 0xab), told: Uint8Array.of(7) });
  });

  it("in part holds what was chosen", () => {
    const text = make("records", { from: 10, to: 200, matches: ({ kind }) => kind === "coap" });
    const { records } = readRecords(text);
    expect(records.length).toBeGreaterThan(3);
    expect(records.every(({ kind, seq }) => kind === "coap" && seq > 10 && seq <= 201)).toBe(true);
    expect(make("records", { device: "nobody" })).toBe("");
  });

  it("for mscgen is a sequence chart", () => {
    const chart = parseChart(make("mscgen"));
    expect(chart.arcs.length).toBeGreaterThan(50);
    expect(make("mscgen", { level: "events" }).length).toBeLessThan(make("mscgen").length / 2);
  });

  it("for Mermaid is a sequence diagram", () => {
    const lines = make("mermaidSequence").trimEnd().split("\n");
    expect(lines[0]).toBe("sequenceDiagram");
    const allowed = /^ {2}(participant \w+ as .+|Note over [\w,]+: .+|\w+(-->>|->>|-x|<<->>)\w+: .+)$/;
    expect(lines.slice(1).filter((line) => !allowed.test(line))).toEqual([]);
  });
});

describe("An app that is no carrier", () => {
  const app = new Session();
  app.append([
    ...lampRun().filter(({ kind }) => kind !== "application"),
    {
      ...{
        seq: 7,
        time: 70,
        device: "lamp",
        kind: "step",
        actor: "lamp/bulb",
        sender: "lamp",
        event: { type: 'blow "up"; now' },
      },
      ...{ microsteps: [], value: "x", active: [""], entered: [], left: [], ignored: true },
    },
  ]);

  it("is a chart of its machines for mscgen", () => {
    const { entities, arcs } = parseChart(make("mscgen", {}, app));
    expect(entities.map(({ label }) => label)).toEqual(["outside", "lamp", "lamp/bulb"]);
    expect(arcs).toHaveLength(3);
  });

  it("and for Mermaid", () => {
    expect(make("mermaidSequence", {}, app)).toBe(`sequenceDiagram
  participant a0 as outside
  participant a1 as lamp
  participant a2 as lamp/bulb
  a0->>a1: press
  Note over a1: bright
  a1-xa2: blow "up"#59; now
`);
  });
});

describe("A recording saved as a test", () => {
  it("asks for the same transitions and finds them", () => {
    expect(() => run(make("test"))).not.toThrow();
  });

  it("ends where the cursor stands, what its last input led to included", () => {
    const inputs = Array.from({ length: session.length }, (_, at) => at).filter((at) => session.at(at).input === true);
    for (const at of [inputs[3]!, inputs[20]! + 1, inputs.at(-4)!])
      expect(() => run(make("test", { to: at }))).not.toThrow();
  });

  it("fails when a chart goes another way", () => {
    const changed = new Session();
    const records = Array.from({ length: session.length }, (_, at) => session.at(at));
    const at = records.findIndex(({ kind, actor }) => kind === "chart" && actor === "link");
    records[at] = { ...records[at]!, value: "elsewhere" };
    changed.append(records);
    expect(() => run(make("test", {}, changed))).toThrow(/toBeUndefined/);
  });

  it("keeps text that would end the template as it was", () => {
    const tricky = new Session();
    tricky.append([
      { seq: 1, time: 0, device: "d", kind: "run", wall: 1, edition: "3.6", version: "1" },
      { seq: 2, time: 0, device: "d", kind: "chart", actor: "carrier", event: TRICKY, value: "a", entered: [] },
    ]);
    const recorded = /String\.raw`([^`]*)`/.exec(make("test", {}, tricky))![1]!;
    expect(JSON.parse(recorded.trim().split("\n")[1]!)).toMatchObject({ event: TRICKY });
  });

  it.each([
    ["no charts", lampRun(), /no step of a carrier's charts/],
    [
      "no beginning",
      [{ seq: 1, time: 0, device: "d", kind: "chart", actor: "carrier", event: "x", value: "y", entered: [] }],
      /beginning of a run/,
    ],
  ] as const)("is refused with the reason: %s", (_name, records, reason) => {
    const other = new Session();
    other.append(records as unknown as TraceRecord[]);
    expect(() => make("test", {}, other)).toThrow(reason);
  });

  /** Runs the body of the test as Jest would. */
  function run(text: string): void {
    const body = text.replace(/^import .*$/gm, "");
    const test = (_name: string, work: () => void) => work();
    new Function("expect", "test", "replayCharts", "EDITIONS", "reviver", body)(
      expect,
      test,
      replayCharts,
      EDITIONS,
      reviver,
    );
  }
});

describe("A statechart for Mermaid", () => {
  it("has what is told of a region before the next one begins, and a root with regions as a state", () => {
    const region = (id: string) => ({ id, key: id, parent: "", type: "atomic" }) as const;
    const edge = (source: string, target: string, event: string) =>
      ({ id: `${source}|${event}|0`, source, targets: [target], event, trigger: "event" }) as const;
    const diagram = exportStateMermaid({
      ...lamp.definition,
      nodes: [{ id: "", key: "both", type: "parallel" }, region("left"), region("right")],
      edges: [edge("left", "left", "again"), edge("left", "right", "over"), edge("right", "right", "once more")],
    });
    expect(diagram).toBe(`stateDiagram-v2
  state "both" as s_
  state s_ {
    state "left" as s_left
    s_left --> s_left: again
    s_left --> s_left: over (left to right)
    --
    state "right" as s_right
    s_right --> s_right: once more
  }
`);
  });

  it("has its states, regions and transitions, the active ones marked", () => {
    const diagram = exportStateMermaid(
      {
        ...lamp.definition,
        nodes: [
          ...lamp.definition.nodes,
          { id: "both", key: "both", parent: "", type: "parallel" },
          { id: "both.left", key: "left", parent: "both", type: "atomic" },
          { id: "both.right", key: "right", parent: "both", type: "atomic" },
        ],
        edges: [
          ...lamp.definition.edges,
          { id: "both.left|x|0", source: "both.left", targets: ["on.dim"], event: "x", trigger: "event", guard: "a:b" },
        ],
      },
      { active: ["", "on", "on.bright"] },
    );
    expect(diagram).toBe(`stateDiagram-v2
  state "off" as s_off
  state "on" as s_on
  state s_on {
    state "bright" as s_on_bright
    state "dim" as s_on_dim
    [*] --> s_on_bright
    s_on_bright --> s_on_dim: after 60 ms
  }
  state "broken" as s_broken
  state "both" as s_both
  state s_both {
    state "left" as s_both_left
    --
    state "right" as s_both_right
  }
  [*] --> s_off
  s_off --> s_on: press [isWhole]
  s_off --> s_broken: press
  s_on --> s_off: press
  s_both --> s_on: x [a#58;b] (left to dim)
  s_broken --> [*]
  classDef active fill:#f0e442,stroke:#000,color:#000
  class s_on_bright active
`);
  });

  it("is made of the focused actor, and refused where the chart is not known", () => {
    const run = new Session();
    run.append(lampRun());
    expect(make("mermaidState", { device: "lamp", actor: "lamp" }, run)).toContain("class s_on_bright active");
    expect(make("mermaidState", { to: 2 }, run)).toContain("class s_off active");
    expect(() => make("mermaidState")).toThrow(/does not hold the chart/);
  });
});

describe("An address", () => {
  it.each([
    ["127.0.0.1:5684", [127, 0, 0, 1], 5684],
    ["[::1]:5683", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 5683],
    ["[fe80::1:2%eth0]:1", [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2], 1],
    ["[::ffff:10.0.0.1]:9", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1], 9],
    ["some.host:9", [0, 0, 0, 0], 9],
    ["", [0, 0, 0, 0], 0],
  ])("%j is octets and a port", (text, ip, port) => {
    expect(parseAddress(text)).toEqual({ ip: Uint8Array.from(ip), port });
  });
});

describeWithTshark("A capture, read by tshark", () => {
  it("has the CoAP messages with code, token, message ID, path and block", () => {
    const rows = dissect(exportPcapng(records()), "coap", ["coap.code", "coap.mid", "coap.token", "coap.opt.uri_path"]);
    const expected = records().filter(({ kind, code }) => kind === "coap" && typeof code === "string");
    expect(rows).toHaveLength(expected.length);
    expected.forEach(({ code, mid, token, path }, at) => {
      const [major, minor] = String(code).split(".").map(Number);
      const segments = path === undefined || path === "/" ? "" : String(path).slice(1).replaceAll("/", ",");
      expect(rows[at]!.slice(0, 3)).toEqual([String(major! * 32 + minor!), String(mid), String(token)]);
      expect(decodeURIComponent(segments)).toBe(rows[at]![3] ?? "");
    });
  });

  it("has times of day and comments that say why", () => {
    const [run] = records();
    const [row] = dissect(exportPcapng(records()), "coap", [
      "frame.time_epoch",
      "frame.comment",
      "ip.addr",
      "udp.port",
    ]);
    const first = records().find(({ kind }) => kind === "coap")!;
    expect(Number(row![0]) * 1000).toBeCloseTo(Number(run!.wall) - run!.time + first.time, 0);
    expect(row![1]).toMatch(/^record \d+ of life/);
  });

  it("has AT lines, decoded payloads and every option where they were told", () => {
    const capture = exportPcapng([
      record(1, { kind: "at", line: "AT+CFUN=1", from: "library", to: "modem" }),
      record(2, { kind: "at", line: "+CEREG: 5", from: "modem", to: "library" }),
      record(3, {
        ...{
          kind: "coap",
          direction: "in",
          type: "CON",
          code: "0.03",
          mid: 7,
          token: "0a",
          size: 1,
          remote: "[::1]:5683",
        },
        options: [
          { number: 11, name: "Uri-Path", value: "a".repeat(20) },
          { number: 12, name: "Content-Format", value: 11542 },
          { number: 27, name: "Block1", value: { num: 300, more: true, size: 1024 } },
          { number: 60, name: "Size1", value: 70_000 },
          { number: 2049, name: "Option 2049", value: "ff00" },
        ],
      }),
      record(4, { kind: "coap", direction: "in", size: 3, remote: "h:1", dropped: "no CoAP" }),
      record(5, {
        ...{ kind: "coap", direction: "out", type: "ACK", code: "2.05", mid: 7, token: "0a", size: 1, remote: "h:1" },
        ...{ contentFormat: 11542, payload: { values: { "/3/0/0": "x" } } },
      }),
    ]);
    expect(dissect(capture, "at", ["_ws.col.Info"]).flat().join(" ")).toMatch(/CFUN.*CEREG/i);
    const [asked, answered] = dissect(capture, "coap", [
      ...["coap.opt.uri_path", "coap.opt.block_number", "coap.opt.block_mflag", "coap.opt.block_size"],
      ...["coap.opt.size1", "coap.payload_length", "json.value.string"],
    ]);
    expect(asked).toEqual(["a".repeat(20), "300", "1", "6", "70000", "", ""]);
    expect(answered?.slice(-2)).toEqual([String('{"values":{"/3/0/0":"x"}}'.length), "x"]);
  });

  it("has the datagrams of a raw capture", () => {
    const datagram = "40010001b3746573740474657374"; // GET /test, 7 octets of an option that is none
    const capture = exportPcapng([
      record(1, { kind: "packet", direction: "out", local: "10.0.0.1:40000", remote: "10.0.0.2:5683", hex: datagram }),
      record(2, { kind: "packet", direction: "in", local: "[::1]:40000", remote: "[::2]:5683", hex: datagram }),
      record(3, { kind: "keyLog", line: "CLIENT_RANDOM 00 11" }),
    ]);
    const fields = ["ip.src", "ipv6.src", "udp.srcport", "udp.dstport", "coap.mid"];
    expect(dissect(capture, "udp", fields)).toEqual([
      ["10.0.0.1", "", "40000", "5683", "1"],
      ["", "::2", "5683", "40000", "1"],
    ]);
  });

  it("opens the datagrams of a secured run in raw capture with the keys that it holds", async () => {
    const { stdout } = await cli("demo", "--once", "--json", "--raw-capture", "--no-inspect");
    const all = stdout.records;
    const ports = new Set(
      all.filter(({ kind }) => kind === "packet").map(({ remote }) => String(remote).split(":").at(-1)),
    );
    // Whatever the port, what is decrypted is CoAP.
    const decode = [...ports].flatMap((port) => ["-d", `dtls.port==${port},coap`]);
    const opened = dissect(exportPcapng(all), "dtls && coap", ["coap.mid"], decode).map(([mid]) => mid);
    const messages = all.filter(
      ({ kind, mid, dropped }) => kind === "coap" && mid !== undefined && dropped === undefined,
    );
    expect(messages.length).toBeGreaterThan(20);
    for (const { mid } of messages) expect(opened).toContain(String(mid));
    const without = all.filter(({ kind }) => kind !== "keyLog");
    expect(dissect(exportPcapng(without), "dtls && coap", ["coap.mid"], decode)).toEqual([]);
  });

  const record = (seq: number, fields: Record<string, unknown>): TraceRecord =>
    ({ seq, time: seq, device: "d", ...fields }) as unknown as TraceRecord;
  const records = () => Array.from({ length: session.length }, (_, at) => session.at(at));

  function dissect(
    capture: Uint8Array,
    filter: string,
    fields: readonly string[],
    options: readonly string[] = [],
  ): string[][] {
    const folder = mkdtempSync(join(tmpdir(), "capture-"));
    try {
      const path = join(folder, "run.pcapng");
      writeFileSync(path, capture);
      const wanted = fields.flatMap((field) => ["-e", field]);
      const args = ["-r", path, ...options, "-Y", filter, "-T", "fields", "-E", "separator=/t", ...wanted];
      const text = execFileSync("tshark", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.split("\t"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});
