/** The front's answers, read by the host's side of the same command table; and octets that come in any pieces. */
import { afterEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { seededRandom } from "../../carrier/random.ts";
import type { Command } from "../../modem/at/commands/command.ts";
import { DIALECTS } from "../../modem/at/commands/dialect.ts";
import { COMMANDS } from "../../modem/at/commands/table.ts";
import { AtChannel } from "../../modem/at/line/atChannel.ts";
import { createSimulatedModem } from "../../modem/index.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { createAtFront } from "../../testbed/at/front.ts";
import { duplexPair } from "../support/duplexPair.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { Terminal } from "./support/terminal.ts";

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

/** What has the modem forget, and what only a socket makes possible. */
const APART = new Set(["xreset", "xmodemreset", "xshutdown", "slmXsendData"]);

describe.each(DIALECTS)("the host's side of the table in the dialect %s", (dialect) => {
  it("reads the answer to every command without parameters", async () => {
    const clock = new VirtualClock();
    const [host, stream] = duplexPair();
    const modem = createSimulatedModem({
      clock,
      random: seededRandom(1),
      storage: createMemoryStorage(),
      timing: "instant",
    });
    const front = createAtFront({ modem, clock, dialect, stream });
    const channel = new AtChannel({ stream: host, clock, dialect });
    ending.push(
      () => channel.close(),
      () => front.close(),
      () => modem.close(),
    );
    await new Promise<void>((resolve) => channel.subscribe(({ key }) => key === "ready" && resolve()));
    await channel.execute(COMMANDS.cfunSet, { mode: "normal" });
    await clock.advanceAsync(1);
    await channel.execute(COMMANDS.xconnstatSet, { mode: 1 });

    const commands = Object.entries(COMMANDS as Readonly<Record<string, Command>>).filter(
      ([key, { form, dialects }]) => form !== "set" && dialects.includes(dialect) && !APART.has(key),
    );
    expect(commands.length).toBeGreaterThan(35);
    const refused: string[] = [];
    for (const [key, command] of commands) {
      const answer = await channel.execute(command, {}).catch((error: Error) => {
        refused.push(`${key}: ${error.message}`);
      });
      if (command.response?.count === "one") expect({ key, answer }).toEqual({ key, answer: expect.anything() });
    }
    expect(refused).toEqual([]);
  });
});

describe("a front", () => {
  const SCRIPT = Buffer.from(
    "noise\0AT+CFUN?\r" +
      'AT%CMNG=0,25,4,"two\r\nlines"\r' +
      "AT+CGSN=2\rAT+CFUM\b=?\rAT#XSOCKET=1,2,0\r" +
      "AT#XSEND=0,2,0,6\rA\rT\rOKAT#XCLOSE=0\rATE1\rAT\r",
    "latin1",
  );

  it("answers the same however its input is cut into pieces", async () => {
    const whole = await play([SCRIPT]);
    expect(whole).toContain("+CFUN: 0");
    expect(whole).toContain("#XDATAMODE: -1\r\n\r\n#XCLOSE: 0,0\r\n");
    expect(whole.endsWith("\r\nOK\r\nAT\r\r\nOK\r\n")).toBe(true);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: SCRIPT.length - 1 }), { maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [...places.sort((a, b) => a - b), SCRIPT.length];
        expect(await play(ends.map((end, index) => SCRIPT.subarray(ends[index - 1] ?? 0, end)))).toBe(whole);
      }),
      { numRuns: 60 },
    );
  });

  async function play(pieces: readonly Uint8Array[]): Promise<string> {
    const terminal = await Terminal.start();
    for (const piece of pieces) terminal.write(piece);
    const came = await terminal.until(/AT\r\r\nOK\r\n/);
    await terminal.close();
    return came;
  }
});
