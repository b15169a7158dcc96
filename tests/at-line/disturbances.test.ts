import { describe, expect, it } from "@jest/globals";
import { COMMANDS } from "../../modem/at/commands/table.ts";
import { lineBytes } from "../../modem/at/commands/tokens.ts";
import { AtChannel } from "../../modem/at/line/atChannel.ts";
import { duplexPair } from "../support/duplexPair.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { ending, lineWithModem, settled } from "./farSide.ts";

const { at, cfunRead, cfunSet, cgmr, cmngWrite, csim, xfotaOffset, xsimRead } = COMMANDS;

describe("a restart", () => {
  it.each(["\0", "\xff\xfe", "AT+CF", '\r\n+CEREG: 1,"09', '\r\n+CSIM: 8,"CAFE'])(
    "is noticed behind %j, which no line end parts from it",
    async (before) => {
      const { channel, modem, notifications, lines } = lineWithModem();
      const ended = ending(channel.execute(cfunSet, { mode: "normal" }));
      await modem.answer(`${before}Ready\r\n`);
      expect(await ended).toMatchObject({ error: { code: "fault" } });
      expect(notifications).toEqual([{ key: "ready", values: {} }]);
      expect(lines()).toEqual(["> AT+CFUN=1", `< [${before.trim().length} octets]`, "< Ready"]);
    },
  );

  it("is no version of the firmware", async () => {
    const { channel, modem } = lineWithModem();
    const ended = ending(channel.execute(cgmr));
    await modem.answer("\0Ready\r\n");
    expect(await ended).toMatchObject({ error: { code: "fault" } });
  });
});

describe("a notification that looks like the answer", () => {
  it("is told when the command is refused after it", async () => {
    const { channel, modem, notifications } = lineWithModem();
    const ended = ending(channel.execute(xsimRead));
    await modem.answer("\r\n%XSIM: 0,9\r\n\r\nERROR\r\n");
    expect(await ended).toMatchObject({ error: { code: "refused" } });
    expect(notifications).toEqual([{ key: "xsim", values: { state: 0, cause: "usimFailure" } }]);
  });

  it("is told when no result comes after it", async () => {
    const { channel, modem, notifications, clock } = lineWithModem();
    const ended = ending(channel.execute(xfotaOffset, { operation: 7 }));
    await modem.answer("\r\n#XFOTA: 3,0\r\n");
    await clock.advanceAsync(xfotaOffset.timeoutMs);
    expect(await ended).toMatchObject({ error: { code: "timeout" } });
    expect(notifications).toEqual([{ key: "xfota", values: { stage: "erased", status: "ok" } }]);
  });
});

it("what no record may have of an answer is not in the error either", async () => {
  const { channel, modem } = lineWithModem();
  const ended = ending(channel.execute(csim, { digits: 10, command: Uint8Array.of(0, 0x70, 0, 0, 1) }));
  await modem.answer('\r\n+CSIM: 8,"CAFEBABE"\r\n\r\n+CME ERROR: 13\r\n');
  const { error } = (await ended) as { error: Error };
  expect(error.message).toContain('AT+CSIM=10,"0070000001"');
  expect(error.message).not.toContain("CAFEBABE");
});

it("a line of the command that comes back is no result, whatever it says", async () => {
  const { channel, modem } = lineWithModem();
  const content = lineBytes("a\nOK\nb");
  const ended = ending(channel.execute(cmngWrite, { opcode: 0, tag: 1, type: "ca", content }));
  await modem.answer('AT%CMNG=0,1,0,"a\nOK\nb"\r\r\n+CME ERROR: 518\r\n');
  expect(await ended).toMatchObject({ error: { code: "notAllowedInActiveState" } });
});

describe("the end of the line", () => {
  it("ends its notifications, in the middle of a piece too", async () => {
    const { channel, modem, notifications } = lineWithModem();
    channel.subscribe(() => channel.close());
    await modem.say("\r\n+CSCON: 1\r\n\r\n+CSCON: 0\r\n");
    expect(notifications).toHaveLength(1);
  });

  it("before the channel began is an error at once", async () => {
    const [near] = duplexPair();
    near.destroy();
    await settled();
    const channel = new AtChannel({ stream: near, clock: new VirtualClock() });
    await expect(channel.execute(at)).rejects.toMatchObject({ code: "lineError" });
    expect(channel.closed?.code).toBe("lineError");
    await expect(channel.execute(cfunRead)).rejects.toThrow("the port was closed");
  });
});
