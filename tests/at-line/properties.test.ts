/** What must hold for any cut of the octets, any notification and any garbage. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Command, ParamsOf } from "../../modem/at/commands/command.ts";
import { COMMANDS } from "../../modem/at/commands/table.ts";
import { formatFinal, parseCommand } from "../../modem/at/commands/text.ts";
import { lineBytes } from "../../modem/at/commands/tokens.ts";
import { AtLineReader } from "../../modem/at/line/atLineReader.ts";
import { type AtItem, AtReader } from "../../modem/at/line/atReader.ts";
import { isRecord } from "../../trace/index.ts";
import { EXCHANGES, type ExchangeSample } from "./exchanges.ts";
import { ending, lineWithModem, settled } from "./farSide.ts";
import { NOTICES, WRITTEN_VALUE } from "./notices.ts";

const newer = EXCHANGES.filter(({ dialect }) => dialect === "serialModem");
const anExchange = fc.constantFrom(...newer);
const aNotice = fc.constantFrom(...NOTICES);

/** Where an answer's octets may be parted for a notification: between its lines, but not within one that has a body. */
function blocks({ wire, key }: ExchangeSample): readonly string[] {
  const { response }: Command = COMMANDS[key];
  const result = "\r\nOK\r\n";
  const lines = wire.slice(0, -result.length);
  if (response?.hasBody || response?.multiline) return [lines, result];
  return [...lines.split(/(?<=[^\r\n]\r\n)(?=.)/s), result];
}

/**
 * A notification that looks like the answer comes before it or after the result, never between them. Where the answer
 * may be OK alone nothing tells them apart: nobody asks a socket that reports by itself.
 */
function looksAlike({ key }: ExchangeSample, wire: string): boolean {
  const { response }: Command = COMMANDS[key];
  return response !== undefined && response.prefix !== "" && wire.trimStart().startsWith(response.prefix);
}

function cut(text: string, cuts: readonly number[]): readonly Uint8Array[] {
  const bytes = lineBytes(text);
  const ends = [...new Set(cuts.map((each) => each % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

describe("the octets of a line", () => {
  it("give the same items however they are cut", () => {
    const bodyOf = (line: string) =>
      line.startsWith("#XRECV") ? 7 : line.startsWith("+CMT") ? ("line" as const) : undefined;
    const piece = fc.oneof(
      fc.constantFrom(
        "\r\n",
        "\r",
        "\n",
        "OK",
        '"',
        "#XRECV: 0,0,7\r\n",
        "+CMT: 1\r\n",
        "0A1B\r\n",
        '%CMNG: 1,0,"a',
        "x",
      ),
      fc.string({ maxLength: 12 }),
    );
    const read = (chunks: readonly Uint8Array[]) => {
      const items: AtItem[] = [];
      const reader = new AtReader({
        onItem: (item) => items.push(item),
        bodyOf,
        mayGoOn: (line) => line.startsWith("%CMNG"),
      });
      for (const chunk of chunks) reader.push(chunk);
      return items;
    };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(), { maxLength: 30 }), (pieces, cuts) => {
        const text = pieces.join("").replace(/[^\0-\xff]/g, "?");
        expect(read(cut(text, cuts))).toEqual(read([lineBytes(text)]));
      }),
      { numRuns: 500 },
    );
  });

  it("give the same commands however they are cut", () => {
    const piece = fc.constantFrom(
      "AT",
      "+CFUN?",
      "\r",
      "\n",
      '"',
      "+++",
      "\x08",
      "junk",
      "AT#X=5\r",
      "AT#Y\r",
      "12345",
    );
    const read = (chunks: readonly Uint8Array[]) => {
      const seen: string[] = [];
      const reader: AtLineReader = new AtLineReader({
        dialect: "serialModem",
        onCommand: (text) => {
          seen.push(text, "|");
          if (text.endsWith("#X=5")) reader.expectRaw(5);
          if (text.endsWith("#Y")) reader.expectRaw("escape");
        },
        onOverlong: () => void seen.push("overlong"),
        onRaw: (octets, done) => void seen.push(Buffer.from(octets).toString("latin1"), done ? "." : ""),
        onEcho: () => {},
      });
      for (const chunk of chunks) reader.push(chunk);
      return seen.join("");
    };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(), { maxLength: 30 }), (pieces, cuts) => {
        const text = pieces.join("");
        expect(read(cut(text, cuts))).toEqual(read([lineBytes(text)]));
      }),
      { numRuns: 500 },
    );
  });
});

describe("an answer", () => {
  it("is the same with any notification wherever one may come, and however the octets are cut", async () => {
    const noticed = fc.tuple(aNotice, fc.nat());
    await fc.assert(
      fc.asyncProperty(
        anExchange,
        fc.array(noticed, { maxLength: 3 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (sample, notices, cuts) => {
          // A modem that restarts or crashes answers nothing more; +CMS ERROR ends a command for messages.
          const harmless = notices.filter(
            ([{ key, wire }]) =>
              !(sample.wire === "\r\nOK\r\n" && looksAlike(sample, wire)) &&
              !FATAL.has(key) &&
              !(key === "cmsError" && SMS.has(sample.key)),
          );
          const parts: string[][] = [...blocks(sample).map((block) => [block])];
          for (const [{ wire }, place] of harmless) {
            const at = looksAlike(sample, wire) ? 0 : place % parts.length;
            parts[at]?.unshift(wire);
          }
          const { channel, modem, notifications } = lineWithModem();
          const command: Command = COMMANDS[sample.key];
          const answered = channel.execute(command, sample.params as ParamsOf<Command>);
          await modem.heard();
          for (const chunk of cut(parts.flat().join(""), cuts)) modem.stream.write(chunk);
          await settled();
          expect(await answered).toEqual(sample.response);
          expect(sorted(notifications)).toEqual(sorted(harmless.map(([{ key, values }]) => ({ key, values }))));
        },
      ),
      { numRuns: 400 },
    );
  });

  it("is the same after a value that a server has written, which has no line end", async () => {
    await fc.assert(
      fc.asyncProperty(anExchange, fc.array(fc.nat(), { maxLength: 12 }), async (sample, cuts) => {
        const { channel, modem, notifications } = lineWithModem();
        const answered = channel.execute(COMMANDS[sample.key] as Command, sample.params as ParamsOf<Command>);
        await modem.heard();
        for (const chunk of cut(`${WRITTEN_VALUE}${sample.wire}`, cuts)) modem.stream.write(chunk);
        await settled();
        expect(await answered).toEqual(sample.response);
        expect(notifications).toMatchObject([{ key: "xcarrierevt" }]);
      }),
      { numRuns: 100 },
    );
  });
});

describe("garbage", () => {
  const garbage = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    fc.constantFrom(
      '"',
      "\r\nERROR\r\n",
      "\r\nOK\r\n",
      "AT",
      "#XRECV: 0,0,2000\r\n",
      "\r\n+CMT: \r\n",
      '%CMNG: 1,0,"',
      "\r\n+CEREG: ",
    ),
  );
  const harm = fc.record({
    way: fc.constantFrom("toHost", "toModem"),
    /** Which octet of that way it strikes. */
    at: fc.nat({ max: 120 }),
    lost: fc.nat({ max: 4 }),
    garbage: fc.option(garbage, { nil: "" }),
  });
  const commands = [
    [COMMANDS.cfunRead, {}, { mode: "offline" }],
    [COMMANDS.ceregRead, {}, { level: 5, status: "home" }],
    [COMMANDS.cgmr, {}, { text: "mfw_nrf91x1_2.0.2" }],
    [COMMANDS.cmngList, { opcode: 1 }, [{ tag: 25, type: "psk", digest: "00" }]],
    [COMMANDS.cgdcontSet, { cid: 0, type: "ipv4", apn: "a" }, undefined],
  ] as const;

  it("spoils the command that it strikes, and at most the next one where it leaves a string open in the modem", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...commands), { minLength: 4, maxLength: 6 }),
        harm,
        async (asked, harm) => {
          const { channel, modem, clock } = lineWithModem();
          attachModem(modem.stream, harm);
          const failed: number[] = [];
          for (const [index, [command, params, expected]] of [...asked, ...commands].entries()) {
            let ended: unknown;
            void ending(channel.execute(command as Command, params as ParamsOf<Command>)).then((end) => {
              ended = end;
            });
            for (let waited = 0; ended === undefined && waited < 60; waited++) {
              await settled();
              if (ended === undefined) await clock.advanceAsync(500);
            }
            const value = (ended as { value?: unknown } | undefined)?.value;
            if (ended === undefined || !("value" in (ended as object)) || !same(value, expected)) failed.push(index);
          }
          const last = failed.at(-1) ?? 0;
          expect(last - (failed[0] ?? 0)).toBeLessThanOrEqual(harm.way === "toModem" ? 1 : 0);
        },
      ),
      { numRuns: 150 },
    );
  });

  /** A modem with a few answers behind a line that does harm once. */
  function attachModem(
    stream: import("node:stream").Duplex,
    { way, at, lost, garbage }: { way: string; at: number; lost: number; garbage: string },
  ) {
    const passed = { toHost: 0, toModem: 0 };
    const through = (direction: "toHost" | "toModem", text: string): Uint8Array => {
      const begin = passed[direction];
      passed[direction] += text.length;
      if (direction !== way || at < begin || at >= begin + text.length) return lineBytes(text);
      return lineBytes(text.slice(0, at - begin) + garbage + text.slice(at - begin + lost));
    };
    const reader = new AtLineReader({
      dialect: "serialModem",
      onCommand: (text) => {
        stream.write(through("toHost", answerTo(text)));
      },
      onOverlong: () => void stream.write(through("toHost", formatFinal({ kind: "error" }))),
      onRaw: () => {},
      onEcho: () => {},
    });
    stream.removeAllListeners("data");
    stream.on("data", (chunk: Uint8Array) => reader.push(through("toModem", Buffer.from(chunk).toString("latin1"))));
  }

  function answerTo(text: string): string {
    const parsed = parseCommand(text, "serialModem");
    const lines: Readonly<Record<string, string>> = {
      cfunRead: "\r\n+CFUN: 4\r\n",
      cmeeRead: "\r\n+CMEE: 1\r\n",
      xsystemmodeRead: "\r\n%XSYSTEMMODE: 1,0,0,0\r\n",
      ceregRead: "\r\n+CEREG: 5,1\r\n",
      csconRead: "\r\n+CSCON: 1,0\r\n",
      cgmr: "\r\nmfw_nrf91x1_2.0.2\r\n",
      cmngList: '\r\n%CMNG: 25,3,"00"\r\n',
      cgdcontSet: "",
      at: "",
    };
    const line = parsed.kind === "command" ? lines[parsed.key] : undefined;
    return line === undefined ? formatFinal({ kind: "error" }) : `${line}${formatFinal({ kind: "ok" })}`;
  }
});

describe("whatever comes", () => {
  const secretive = EXCHANGES.filter(({ key }) => ["csim", "crsm", "cmngRead", "xrecv", "xmonitor"].includes(key));
  const fragment = fc.oneof(
    fc.constantFrom(
      ...new Set(Object.values<Command>(COMMANDS).map(({ response, name }) => response?.prefix ?? `${name}: `)),
      ...NOTICES.map(({ wire }) => wire),
      ...EXCHANGES.map(({ wire }) => wire),
    ),
    fc.constantFrom("\r\n", "\n", ",", '"', "0", "25", "1", '"00"', '"a\nb"', "99999", "(", "OK\r\n", "ERROR\r\n"),
    fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  );

  it("is taken without a throw, and every record is a record", () => {
    fc.assert(
      fc.property(fc.constantFrom(...secretive), fc.array(fragment, { maxLength: 30 }), (sample, fragments) => {
        const { channel, near, records } = lineWithModem();
        void ending(channel.execute(COMMANDS[sample.key] as Command, sample.params as ParamsOf<Command>));
        near.emit("data", lineBytes(fragments.join("")));
        channel.close();
        expect(records.every(isRecord)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

const FATAL: ReadonlySet<string> = new Set(["ready", "initError", "bootloaderReady", "modemFault"]);
const SMS: ReadonlySet<string> = new Set(["cnmiSet", "cnmiRead", "cnma"]);

function sorted(notifications: readonly unknown[]): readonly string[] {
  return notifications.map((each) => JSON.stringify(each)).sort();
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
