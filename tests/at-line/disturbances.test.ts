import { describe, expect, it } from "@jest/globals";
import { COMMANDS } from "../../modem/at/commands/table.ts";
import { lineBytes } from "../../modem/at/commands/tokens.ts";
import { AtChannel, ESCAPE_PAUSE_MS } from "../../modem/at/line/atChannel.ts";
import { MAX_LINE_OCTETS } from "../../modem/at/line/atReader.ts";
import { duplexPair } from "../support/duplexPair.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { ending, lineWithModem, settled } from "./farSide.ts";

const { at, cfunRead, cfunSet, cgmr, cmngList, cmngWrite, csim, slmXsendData, xdfuwrite, xfotaOffset, xsimRead } =
  COMMANDS;

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

it.each([
  ["that ends in a plus sign", "ab+"],
  ["of plus signs alone", "++"],
])("data without a length %s are left alone for a while before +++ ends them", async (_, text) => {
  const { channel, modem, clock } = lineWithModem({ dialect: "slm" });
  const sent = channel.execute(slmXsendData, {}, { data: lineBytes(text) });
  await modem.answer("\r\nOK\r\n");
  expect(await modem.heard()).toBe(text);
  await clock.advanceAsync(ESCAPE_PAUSE_MS - 1);
  expect(await modem.heard()).toBe("");
  await clock.advanceAsync(1);
  expect(await modem.answer("\r\n#XDATAMODE: 0\r\n")).toBe("+++");
  await sent;
});

it.each([
  ["a line that nobody knows", '\r\n%CMNG: 25,3,"00\r\n'],
  ["a line too long for its reader", `\r\n%CMNG: 25,0,"00","${"x".repeat(MAX_LINE_OCTETS)}"\r\n`],
])("a list of which nothing came but %s is not an empty one", async (_, line) => {
  const { channel, modem } = lineWithModem();
  const ended = ending(channel.execute(cmngList, { opcode: 1 }));
  await modem.answer(`${line}\r\nOK\r\n`);
  expect(await ended).toMatchObject({ error: { code: "lineError" } });
});

it("a command that data follow has no line end too many, whether the application is known or not", async () => {
  const { channel, modem } = lineWithModem({ dialect: undefined });
  const writing = { type: "delta", address: 0, length: 3 } as const;
  void ending(channel.execute(xdfuwrite, writing, { data: lineBytes("abc") }));
  expect(await modem.answer("\r\nOK\r\n#XDFU: 1,1,0\r\n\r\n#XDATAMODE: 0\r\n")).toBe("AT#XDFUWRITE=1,0,3\r");
  expect(await modem.heard()).toBe("abc");
  void ending(channel.execute(slmXsendData, {}, { data: lineBytes("abc") }));
  expect(await modem.answer("\r\nOK\r\n\r\n#XDATAMODE: 0\r\n")).toBe("AT#XSEND\r\n");
  expect(await modem.heard()).toBe("abc+++");
  channel.close();
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
