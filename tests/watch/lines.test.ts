/** From octets to lines with their times: chunks, escape sequences, loggers' prefixes, clocks. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { LineClock } from "../../watch/index.ts";
import { LineSplitter } from "../../watch/lineSplitter.ts";
import { MAX_LINE_CHARACTERS } from "../../watch/plainText.ts";
import { readStamp } from "../../watch/timestamp.ts";
import { eventsOf, logBytes, watchText } from "./support/watched.ts";

function linesOf(chunks: readonly (Uint8Array | string)[]): string[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("a console's octets", () => {
  it("give the same lines however they are cut", () => {
    const whole = logBytes("edition-3.6");
    const expected = linesOf([whole]);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const chunks = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        expect(linesOf(chunks)).toEqual(expected);
      }),
    );
  });

  it("may end lines with LF or CR LF, and the last one with nothing", () => {
    expect(linesOf(["a\r\nb\n", "\n", "c"])).toEqual(["a", "b", "", "c"]);
  });

  it("lose their escape sequences, and control characters but tabs", () => {
    const text = "\u001b[0;33mCertificate found,\u001b[0m tag 411:\u0007 match\u001b[K\tx\u001b]0;title\u0007\r\n";
    expect(linesOf([text])).toEqual(["Certificate found, tag 411: match\tx"]);
  });

  it("that are no UTF-8 are replaced, and the lines after them are whole", () => {
    expect(linesOf([Uint8Array.of(0xff, 0xfe, 0x0a), utf8("LWM2M\n")])).toEqual(["\ufffd\ufffd", "LWM2M"]);
  });

  it("without a line end are kept up to a limit", () => {
    const splitter = new LineSplitter();
    for (let i = 0; i < 100; i++) splitter.push("x".repeat(1000));
    expect(splitter.push("y\nnext\n")).toEqual(["x".repeat(MAX_LINE_CHARACTERS), "next"]);
  });
});

const EVENT = "LWM2M_CARRIER_EVENT_REGISTERED";
const HOUR = 3_600_000;
const DAY = Date.UTC(2024, 4, 17);

describe("the time before a line", () => {
  it.each([
    ["nothing", "", undefined],
    ["RTT's channel", "00> ", undefined],
    ["Zephyr's uptime", "[01:02:03.456,789] ", { kind: "uptime", ms: HOUR + 123_456 }],
    ["Zephyr's uptime, level and module", "[00:00:12.345,678] <inf> lwm2m: ", { kind: "uptime", ms: 12_345 }],
    ["an uptime of more than 99 hours", "[123:00:00.000,000] <wrn> app: ", { kind: "uptime", ms: 123 * HOUR }],
    ["RTT's channel and an uptime", "00> [00:00:01.000,000] ", { kind: "uptime", ms: 1_000 }],
    ["minicom's date", "[2024-05-17 10:11:12] ", { kind: "date", ms: DAY + 10 * HOUR + 672_000 }],
    ["minicom's date with ms", "[2024-05-17 10:11:12.345] ", { kind: "date", ms: DAY + 10 * HOUR + 672_345 }],
    ["a date as RFC 3339 has it", "2024-05-17T10:11:12.345678Z ", { kind: "date", ms: DAY + 10 * HOUR + 672_345 }],
    ["a date of another zone", "2024-05-17T10:11:12+02:00 ", { kind: "date", ms: DAY + 8 * HOUR + 672_000 }],
    ["the date of nRF Connect", "2024-05-17T10:11:12.345Z DEBUG ", { kind: "date", ms: DAY + 10 * HOUR + 672_345 }],
    ["a serial monitor's time", "10:11:12.345 -> ", { kind: "clock", ms: 10 * HOUR + 672_345 }],
    ["another monitor's time", "10:11:12.345 > ", { kind: "clock", ms: 10 * HOUR + 672_345 }],
    ["the time that ts adds", "May 17 10:11:12 ", { kind: "clock", ms: 10 * HOUR + 672_000 }],
    ["seconds that ts adds", "12.345678 ", { kind: "uptime", ms: 12_345 }],
    ["Zephyr's uptime in another unit", "[00012345] <inf> app: ", undefined],
    ["the prompt of Zephyr's shell", "uart:~$ ", undefined],
    [
      "the side that speaks",
      "2024-05-17T10:11:12.345Z DEBUG modem << ",
      { kind: "date", ms: DAY + 10 * HOUR + 672_345 },
    ],
    ["a time in brackets", "[10:11:12] ", { kind: "clock", ms: 10 * HOUR + 672_000 }],
    ["seconds in brackets", "[   12.345678] ", { kind: "uptime", ms: 12_345 }],
    ["seconds and their difference", "[12.345678 0.000123] ", { kind: "uptime", ms: 12_345 }],
    [
      "a date and an uptime",
      "2024-05-17T10:11:12Z [00:00:01.000,000] ",
      { kind: "date", ms: DAY + 10 * HOUR + 672_000 },
    ],
  ])("is read and taken off: %s", (_, prefix, stamp) => {
    expect(readStamp(prefix + EVENT)).toEqual({ text: EVENT, ...(stamp && { stamp }) });
  });

  it("is not taken for one where it is the line itself", () => {
    for (const line of ["#XCARRIEREVT: 5,0", '+CEREG: 5,"0901"', "Reason: No reason given, timeout: 60 seconds"]) {
      expect(readStamp(line)).toEqual({ text: line });
    }
  });
});

describe("the clock of a log", () => {
  it("runs with the lines, from the first one that has a time", () => {
    const clock = new LineClock();
    expect(clock.ticks).toBe(false);
    for (const ms of [70_000, 70_500, 75_000]) clock.move({ kind: "clock", ms });
    expect(clock.now()).toBe(5_000);
  });

  it("passes midnight", () => {
    const clock = new LineClock();
    clock.move({ kind: "clock", ms: 24 * HOUR - 1_000 });
    expect(clock.move({ kind: "clock", ms: 2_000 })).toBe(false);
    expect(clock.now()).toBe(3_000);
  });

  it("takes an uptime that begins anew for a start of the device, and goes on", () => {
    const clock = new LineClock();
    clock.move({ kind: "uptime", ms: 1_000 });
    clock.move({ kind: "uptime", ms: 61_000 });
    expect(clock.move({ kind: "uptime", ms: 200 })).toBe(true);
    expect(clock.now()).toBe(60_200);
  });

  it("stands still where threads print out of order", () => {
    const clock = new LineClock();
    clock.move({ kind: "uptime", ms: 60_000 });
    expect(clock.move({ kind: "uptime", ms: 59_990 })).toBe(false);
    clock.move({ kind: "uptime", ms: 60_010 });
    expect(clock.now()).toBe(10);
  });

  it("is the time of arrival until a line tells its own", () => {
    let now = 5;
    const clock = new LineClock(() => now);
    expect(clock.now()).toBe(5);
    now = 9;
    clock.move({ kind: "uptime", ms: 0 });
    now = 1_000;
    clock.move({ kind: "uptime", ms: 20 });
    expect(clock.now()).toBe(29);
  });
});

describe("anything else on the console", () => {
  it("never breaks the watch, whatever it is", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (octets) => {
        const { records } = watchText(octets);
        expect(records.filter(({ kind }) => kind === "event")).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it("between any two lines changes nothing of what is recognised", () => {
    const text = new TextDecoder().decode(logBytes("edition-3.6-deferred"));
    const expected = eventsOf(watchText(text).records);
    const noise = fc.constantFrom(
      "RRC connected",
      "%CESQ: 52,2,4,0",
      "",
      "\u001b[0m",
      "Reason: unknown",
      "12, reason 4",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(12), noise), { maxLength: 5 }), (insertions) => {
        const lines = text.split("\n");
        for (const [at, line] of insertions) lines.splice(at, 0, `${line}\r`);
        expect(eventsOf(watchText(lines.join("\n")).records)).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });
});
