import { describe, expect, it } from "@jest/globals";
import { ChartRenderer, type RenderOptions, terminalOptions } from "../../charts/index.ts";
import type { RecordFields, TraceRecord } from "../../ports/trace.ts";
import { SAMPLE_LIFE } from "./sampleLife.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
const ESCAPES = /\u001b\[[0-9;]*m/g;

function draw(options: RenderOptions, records: readonly TraceRecord[] = SAMPLE_LIFE): string[] {
  const renderer = new ChartRenderer(options);
  return [...records.flatMap((record) => renderer.line(record)), ...renderer.end()];
}

const at = (time: number, fields: RecordFields): TraceRecord => ({ seq: 1, time, device: "d", ...fields });
const registered = at(0, {
  kind: "event",
  semantic: "registered",
  name: "LWM2M_CARRIER_EVENT_REGISTERED",
  number: 5,
  from: "library",
  to: "application",
});
const block = (num: number, last: boolean): TraceRecord =>
  at(num, {
    kind: "coap",
    direction: "in",
    type: "ACK",
    code: "2.05",
    mid: num,
    token: "",
    size: 600,
    remote: "h:1",
    from: "firmwareHost",
    to: "library",
    block2: { num, more: !last, size: 512 },
  });

describe("live chart", () => {
  it("draws a life", () => {
    const lines = draw({ columns: 100, headerEvery: 0 });
    expect(lines.slice(0, 28)).toEqual(PICTURE);
  });

  it.each([70, 80, 99, 120, 200])("stays within %i columns, whatever is drawn", (columns) => {
    for (const level of ["events", "messages", "all"] as const) {
      const lines = draw({ columns, level });
      expect(lines.length).toBeGreaterThan(SAMPLE_LIFE.length / 20);
      expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
    }
  });

  it("says the same in colour and without", () => {
    const colored = draw({ columns: 100, color: true, level: "all" });
    expect(colored.map((line) => line.replace(ESCAPES, "").trimEnd())).toEqual(draw({ columns: 100, level: "all" }));
    expect(colored.every((line) => !line.includes("\u001b") || line.endsWith("\u001b[0m"))).toBe(true);
    expect(draw({ columns: 100, level: "all" }).join("")).not.toContain("\u001b");
  });

  it("shows an error in red, a deferral in yellow and a registration in green", () => {
    const colorOf = (text: string) => {
      const line = draw({ columns: 160, color: true }).find((drawn) => drawn.includes(text))!;
      return [...line.slice(0, line.indexOf(text)).matchAll(ESCAPES)].at(-1)![0];
    };
    expect(colorOf("ERROR FOTA_FAIL")).toBe("\u001b[1;31m");
    expect(colorOf("DEFERRED BOOTSTRAP")).toBe("\u001b[33m");
    expect(colorOf("REGISTERED")).toBe("\u001b[32m");
  });

  it("becomes a line for each below 70 columns", () => {
    const lines = draw({ columns: 60 });
    expect(lines).toContain("    0.008  lib → app  LTE_LINK_DOWN");
    expect(lines).toContain("   60.017  ---  retry time elapses");
    expect(Math.max(...lines.map((line) => [...line].length))).toBe(60);
    expect(lines.some((line) => line.includes("│"))).toBe(false);
  });

  it("uses ASCII alone when told to", () => {
    expect(draw({ columns: 100, ascii: true }).join("\n")).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it("shows more at every level", () => {
    const [few, more, most] = (["events", "messages", "all"] as const).map((level) =>
      draw({ columns: 120, level, headerEvery: 0 }),
    );
    expect(few!.some((line) => line.includes("POST /rd"))).toBe(false);
    expect(more!.some((line) => line.includes("POST /rd"))).toBe(true);
    expect(more!.length).toBeGreaterThan(few!.length);
    const timer = at(99_999, { kind: "timer", operation: "set", name: "lifetime", owner: "register/123", delay: 5 });
    expect(draw({ level: "messages" }, [timer])).toEqual([]);
    expect(draw({ level: "all" }, [timer]).join()).toContain("timer of register/123: lifetime set, 5 ms");
    expect(most!.length).toBeGreaterThanOrEqual(more!.length);
  });

  it("folds the blocks of a transfer into one line, with their number and octets", () => {
    const blocks = Array.from({ length: 20 }, (_, num) => block(num, num === 19));
    const text = draw({ columns: 120, level: "messages", headerEvery: 0 }, blocks).join("\n");
    expect(text.match(/2\.05 Content/g)).toHaveLength(2);
    expect(text).toContain("… 18 blocks, 9 KiB");
  });

  it("draws a transfer that broke off as far as it came", () => {
    const blocks = Array.from({ length: 5 }, (_, num) => block(num, false));
    expect(draw({ columns: 120, level: "messages" }, blocks).at(-1)).toContain("… 4 blocks, 2 KiB");
    const broken = [...blocks, registered];
    const lines = draw({ columns: 120, level: "messages" }, broken);
    expect(lines.at(-2)).toContain("… 4 blocks, 2 KiB");
    expect(lines.at(-1)).toContain("REGISTERED");
  });

  it("folds retransmissions and the progress of a download", () => {
    const request = at(0, {
      kind: "coap",
      direction: "out",
      type: "CON",
      code: "0.02",
      mid: 1,
      token: "",
      size: 9,
      remote: "h:1",
      from: "library",
      to: "server/1",
      path: "/rd",
    });
    const again = { ...request, retransmission: true };
    const progress = (bytes: number) => at(0, { kind: "http", phase: "progress", url: "https://h/i", bytes });
    const lines = draw({ columns: 120, level: "messages" }, [
      request,
      again,
      again,
      registered,
      progress(1024),
      progress(4096),
      registered,
    ]);
    expect(lines.join("\n")).toContain("… 2 retransmissions");
    expect(lines.filter((line) => line.includes("received"))).toEqual([expect.stringContaining("… 4 KiB received")]);
  });

  it("shows that time passes", () => {
    const lines = draw({ columns: 100 }, [
      registered,
      { ...registered, time: 500 },
      { ...registered, time: 3_600_500 },
    ]);
    expect(lines.filter((line) => line.includes("┊"))).toEqual([expect.stringMatching(/^ +60 min +┊/)]);
    expect(lines.at(-1)).toMatch(/^ +1:00:00 /);
  });

  it("names its lifelines again after a while, and only those it is told to draw", () => {
    const many = Array.from({ length: 50 }, () => registered);
    const titles = draw({ columns: 100, headerEvery: 20 }, many).filter((line) => line.includes("Carrier library"));
    expect(titles).toHaveLength(3);
    const [header] = draw({ columns: 100, lifelines: ["application", "library"] }, [registered]);
    expect(header!.trim().split(/ {2,}/)).toEqual(["Application", "Carrier library"]);
  });

  it("puts a message to a lifeline that is not drawn beside the one that is", () => {
    const [line] = draw({ columns: 100, lifelines: ["application", "library"] }, [
      at(0, { kind: "application", action: "lte_lc_connect()", from: "application", to: "link" }),
    ]).slice(2);
    expect(line).toContain("▐ lte_lc_connect() ▌");
  });

  it("lets nothing through that a terminal would obey", () => {
    const evil = "\u001b[2J\u0007\u009b31m\u202e";
    const lines = draw({ columns: 100, level: "all" }, [
      at(0, { kind: "fault", name: evil }),
      at(0, {
        kind: "coap",
        direction: "in",
        type: "CON",
        code: "0.03",
        mid: 1,
        token: "",
        size: 1,
        remote: "h:1",
        path: `/${evil}`,
        query: evil,
      }),
      at(0, { kind: "coap", direction: "in", size: 1, remote: "h:1", dropped: evil }),
      at(0, { kind: "http", phase: "error", url: evil, detail: evil }),
      at(0, { kind: "chart", actor: evil, event: evil, value: "x", entered: [evil] }),
      at(0, { kind: "application", action: evil }),
      at(0, { kind: "result", ok: false, reason: evil }),
      at(0, { kind: "event", semantic: "deferred", name: evil, number: 1, payload: { name: evil, uri: evil } }),
    ]);
    expect(lines.length).toBeGreaterThanOrEqual(8);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  it("draws something of records whose fields are missing or strange", () => {
    for (const kind of [
      "run",
      "event",
      "call",
      "return",
      "application",
      "request",
      "answer",
      "chart",
      "coap",
      "http",
      "modem",
      "store",
      "timer",
      "fault",
      "result",
    ] as const) {
      for (const fields of [
        {},
        { from: "server/7", to: "library", entered: 3, payload: 3, result: null, code: 3, url: 3, block2: 3 },
      ] as const) {
        expect(() => draw({ columns: 100, level: "all" }, [at(0, { kind, ...fields })])).not.toThrow();
      }
    }
  });
});

describe("terminal", () => {
  it("is drawn on in colour at its own width, unless NO_COLOR is set", () => {
    expect(terminalOptions({ isTTY: true, columns: 132 }, {})).toEqual({ columns: 132, color: true });
    expect(terminalOptions({ isTTY: true, columns: 132 }, { NO_COLOR: "1" })).toEqual({ columns: 132, color: false });
    expect(terminalOptions({ isTTY: true, columns: 132 }, { NO_COLOR: "" })).toEqual({ columns: 132, color: true });
    expect(terminalOptions({ isTTY: true, columns: 132 }, { TERM: "dumb" })).toEqual({ columns: 132, color: false });
  });

  it("that is none gets 100 columns without colour, or as many as COLUMNS says", () => {
    expect(terminalOptions({}, {})).toEqual({ columns: 100, color: false });
    expect(terminalOptions({ isTTY: false }, { COLUMNS: "140" })).toEqual({ columns: 140, color: false });
    expect(terminalOptions({}, { COLUMNS: "wide" })).toEqual({ columns: 100, color: false });
  });
});

/** Edition 3.6 on a terminal of 100 columns. */
const PICTURE = [
  "            Modem    LTE link        Application       Carrier library         Servers",
  "              │          │                │                   │                   │",
  "    0.000  ╌╌╌╌╌╌╌╌╌╌╌╌ urn:imei:351358811124772, edition 3.6 2026-11-18T11:06:40.000Z ╌╌╌╌╌╌╌╌╌╌╌╌╌",
  "    0.001     │◀─ nrf_modem_lib_init() ───┤                   │                   │",
  "    0.002  ▐ CA certificates are written to the modem if not done already ▌       │",
  "    0.003     │          │ lte_lc_init_and_connect()          │                   │",
  "              │          │◀───────────────┤                   │                   │",
  "    0.005     │          │                │ lwm2m_carrier_main()                  │",
  "              │          │                ├──────────────────▶│                   │",
  "    0.006  ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ device is not bootstrapped ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌",
  "    0.008     │          │                │◀─ LTE_LINK_DOWN ──┤                   │",
  "    0.009     │          │ lte_lc_offline()                   │                   │",
  "              │          │◀───────────────┤                   │                   │",
  "    0.012     │          │                ▐ write bootstrap server keys to modem ▌│",
  "    0.014     │          │                │◀── LTE_LINK_UP ───┤                   │",
  "    0.015     │          │ lte_lc_connect()                   │                   │",
  "              │          │◀───────────────┤                   │                   │",
  "    0.016     │          │                │                   │ connect: no response",
  "              │          │                │                   ├────────────────✕  │ bootstrap",
  "    0.017     │          │                │ DEFERRED BOOTSTRAP_NO_ROUTE           │",
  "              │          │                │◀──────────────────┤                   │",
  "              │          │                │ next attempt in 60 s                  │",
  "     60 s     ┊          ┊                ┊                   ┊                   ┊",
  "   60.017  ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ retry time elapses ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌",
  "      6 s     ┊          ┊                ┊                   ┊                   ┊",
  "   66.050     │          │                │◀─ BOOTSTRAPPED ───┤                   │",
  "   66.051  ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ device is bootstrapped ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌",
  "   66.052     │          │                │▐ connect to the management server(s) ▌│",
];
