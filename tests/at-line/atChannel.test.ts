import { describe, expect, it } from "@jest/globals";
import { COMMANDS } from "../../modem/at/commands/table.ts";
import { PROBE_TIMEOUT_MS } from "../../modem/at/line/resync.ts";
import { ModemError } from "../../modem/index.ts";
import { ending, lineWithModem, settled } from "./farSide.ts";

const { cfunRead, cfunSet, cgmr, ceregRead, xdfuwrite, xrecv, xreset, xsendData } = COMMANDS;

describe("commands", () => {
  it("go out one at a time, in the order they were given", async () => {
    const { channel, modem } = lineWithModem();
    const first = channel.execute(cfunSet, { mode: "normal" });
    const second = channel.execute(cfunRead);
    expect(await modem.heard()).toBe("AT+CFUN=1\r");
    await modem.say("\r\nOK\r\n");
    await first;
    expect(await modem.answer("\r\n+CFUN: 1\r\n\r\nOK\r\n")).toBe("AT+CFUN?\r");
    expect(await second).toEqual({ mode: "normal" });
  });

  it("end with what the modem's application takes for an end, and with both before it is known", async () => {
    const { channel, modem } = lineWithModem({ dialect: undefined });
    const first = channel.execute(COMMANDS.at);
    expect(await modem.answer("\r\nOK\r\n")).toBe("AT\r\n");
    await first;
    channel.dialect = "serialModem";
    const second = channel.execute(COMMANDS.at);
    expect(await modem.answer("\r\nOK\r\n")).toBe("AT\r");
    await second;
  });

  it("are refused before they go out when a value cannot be sent", async () => {
    const { channel, modem } = lineWithModem();
    const refused = channel.execute(COMMANDS.cgdcontSet, { cid: 0, type: "ipv4", apn: 'a"\rAT+CFUN=0' });
    await expect(refused).rejects.toMatchObject({
      code: "incorrectParameters",
      message: expect.stringContaining("AT+CGDCONT="),
    });
    expect(await modem.heard()).toBe("");
  });

  it("that wait are taken back when their signal is aborted", async () => {
    const { channel, modem } = lineWithModem();
    const first = channel.execute(cfunSet, { mode: "normal" });
    const abort = new AbortController();
    const second = channel.execute(cfunRead, {}, { signal: abort.signal });
    abort.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    expect(await modem.answer("\r\nOK\r\n")).toBe("AT+CFUN=1\r");
    await first;
    expect(await modem.heard()).toBe("");
  });

  it("under way are given up at once when their signal is aborted, and their answer harms nobody", async () => {
    const { channel, modem } = lineWithModem();
    const abort = new AbortController();
    const first = channel.execute(cfunRead, {}, { signal: abort.signal });
    const second = channel.execute(ceregRead);
    expect(await modem.heard()).toBe("AT+CFUN?\r");
    abort.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    expect(await modem.answer("\r\n+CFUN: 4\r\n\r\nOK\r\n")).toBe("");
    expect(await modem.answer("\r\n+CEREG: 5,0\r\n\r\nOK\r\n")).toBe("AT+CEREG?\r");
    expect(await second).toEqual({ level: 5, status: "notRegistered" });
  });

  it("never go out when their signal was aborted before", async () => {
    const { channel, modem } = lineWithModem();
    await expect(channel.execute(cfunRead, {}, { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    expect(await modem.heard()).toBe("");
  });
});

describe("an answer", () => {
  it("may come with the command in front of it", async () => {
    const { channel, modem } = lineWithModem();
    const mode = channel.execute(cfunRead);
    await modem.answer("AT+CFUN?\r\r\n+CFUN: 1\r\n\r\nOK\r\n");
    expect(await mode).toEqual({ mode: "normal" });
    const version = channel.execute(cgmr);
    await modem.answer("AT+CGMR\r\r\nmfw_nrf91x1_2.0.2\r\n\r\nOK\r\n");
    expect(await version).toEqual({ text: "mfw_nrf91x1_2.0.2" });
  });

  it("is told apart from a notification of the same name", async () => {
    const { channel, modem, notifications } = lineWithModem();
    const registered = channel.execute(ceregRead);
    await modem.answer('\r\n+CEREG: 2,"0901","02024720",7\r\n\r\n+CEREG: 5,5,"0901","02024720",7\r\n\r\nOK\r\n');
    expect(await registered).toMatchObject({ level: 5, status: "roaming" });
    expect(notifications).toMatchObject([{ key: "cereg", values: { status: "searching" } }]);
  });

  it("is the last line that looks like it, and what looked like it before was a notification", async () => {
    const { channel, modem, notifications } = lineWithModem();
    const sim = channel.execute(COMMANDS.xsimRead);
    await modem.answer("\r\n%XSIM: 0,9\r\n\r\n%XSIM: 1\r\n\r\nOK\r\n");
    expect(await sim).toEqual({ state: 1 });
    expect(notifications).toEqual([{ key: "xsim", values: { state: 0, cause: "usimFailure" } }]);
  });

  it("without a name is told apart from notifications", async () => {
    const { channel, modem, notifications } = lineWithModem();
    const version = channel.execute(cgmr);
    await modem.answer("\r\n+CSCON: 1\r\n\r\nmfw_nrf9160_1.3.2\r\n\r\n+CSCON: 0\r\n\r\nOK\r\n");
    expect(await version).toEqual({ text: "mfw_nrf9160_1.3.2" });
    expect(notifications).toHaveLength(2);
  });

  it("is told apart from what another socket received by itself", async () => {
    const { channel, modem, notifications } = lineWithModem();
    const received = channel.execute(xrecv, { handle: 0, mode: "text", flags: 64, timeout: 0 });
    await modem.answer("\r\n#XRECV: 0,0,1\r\na\r\n#XRECV: 1,0,1\r\nb\r\n\r\nOK\r\n");
    expect(await received).toMatchObject({ handle: 0, data: Uint8Array.of(0x61) });
    expect(notifications).toMatchObject([{ key: "xrecv", values: { handle: 1 } }]);
  });

  it("that lacks its line is an error", async () => {
    const { channel, modem } = lineWithModem();
    const ended = ending(channel.execute(cfunRead));
    await modem.answer("\r\n+CF#N: 1\r\n\r\nOK\r\n");
    expect(await ended).toMatchObject({ error: { code: "lineError", message: expect.stringContaining("AT+CFUN?") } });
  });

  it.each([
    ["+CME ERROR: 518", "notAllowedInActiveState", 518],
    ["+CME ERROR: 513", "notFound", 513],
    ["+CME ERROR: 11", "simFailure", 11],
    ["+CME ERROR: 0", "fault", 0],
    ["+CME ERROR: 999", "refused", 999],
    ["ERROR", "refused", undefined],
  ])("of %s is a typed error with command, number, meaning and cure", async (line, code, cme) => {
    const { channel, modem } = lineWithModem();
    const ended = ending(channel.execute(cfunSet, { mode: "normal" }));
    await modem.answer(`\r\n${line}\r\n`);
    const { error } = (await ended) as { error: ModemError };
    expect(error).toBeInstanceOf(ModemError);
    expect({ code: error.code, cme: error.cme }).toEqual({ code, cme });
    expect(error.message).toContain("AT+CFUN=1");
    expect(error.message).toMatch(/^[^;]+; [^;]+$/);
  });

  it("of +CMS ERROR is an error of a command for messages, and a notification for any other", async () => {
    const { channel, modem, notifications } = lineWithModem();
    const acknowledged = ending(channel.execute(COMMANDS.cnma, { mode: 1 }));
    await modem.answer("\r\n+CMS ERROR: 524\r\n");
    expect(await acknowledged).toMatchObject({ error: { code: "refused", message: expect.stringContaining("524") } });
    expect(notifications).toEqual([]);
    const mode = channel.execute(cfunRead);
    await modem.answer("\r\n+CMS ERROR: 524\r\n\r\n+CFUN: 1\r\n\r\nOK\r\n");
    expect(await mode).toEqual({ mode: "normal" });
    expect(notifications).toEqual([{ key: "cmsError", values: { number: 524 } }]);
  });

  it("keeps what the modem said before it refused", async () => {
    const { channel, modem } = lineWithModem();
    const ended = ending(channel.execute(COMMANDS.xgetaddrinfo, { host: "nowhere.example" }));
    await modem.answer('\r\n#XGETADDRINFO: "not found"\r\n\r\nERROR\r\n');
    expect(await ended).toMatchObject({ error: { message: expect.stringContaining("not found") } });
  });

  it("of raw octets may have a result in it", async () => {
    const { channel, modem } = lineWithModem();
    const received = channel.execute(xrecv, { handle: 0, mode: "text", flags: 64, timeout: 0 });
    await modem.answer("\r\n#XRECV: 0,0,9\r\n\r\nERROR\r\n\r\nOK\r\n");
    expect(await received).toMatchObject({ data: Uint8Array.from(Buffer.from("\r\nERROR\r\n")) });
  });
});

describe("a data phase", () => {
  const chunk = Uint8Array.of(0x0d, 0x0a, 0x2b, 0x2b, 0x2b, 0xff);
  const params = { type: "delta", address: 0, length: chunk.length } as const;

  it.each([
    ["before", "#XDFU: 1,1,0\r\n\r\n#XDATAMODE: 0\r\n"],
    ["after", "\r\n#XDATAMODE: 0\r\n#XDFU: 1,1,0\r\n"],
  ])("begins after OK and is over when both its notifications have come, the result %s its end", async (_, wire) => {
    const { channel, modem, notifications } = lineWithModem();
    const written = channel.execute(xdfuwrite, params, { data: chunk });
    expect(await modem.answer("\r\nOK\r\n")).toBe("AT#XDFUWRITE=1,0,6\r");
    expect(await modem.answer(wire)).toBe(Buffer.from(chunk).toString("latin1"));
    await written;
    expect(notifications).toHaveLength(2);
  });

  it.each([
    ["#XDFU: 1,1,-1\r\n\r\n#XDATAMODE: 0\r\n", "dfu"],
    ["#XDFU: 1,1,0\r\n\r\n#XDATAMODE: -1\r\n", "refused"],
  ])("that ends with %j is an error", async (wire, code) => {
    const { channel, modem } = lineWithModem();
    const ended = ending(channel.execute(xdfuwrite, params, { data: chunk }));
    await modem.answer("\r\nOK\r\n");
    await modem.answer(wire);
    expect(await ended).toMatchObject({ error: { code } });
  });

  it("whose length was not announced ends with +++", async () => {
    const { channel, modem } = lineWithModem();
    const sent = channel.execute(
      xsendData,
      { handle: 0, mode: 2, flags: 0 },
      { data: Uint8Array.from(Buffer.from("hello")) },
    );
    expect(await modem.answer("\r\nOK\r\n")).toBe("AT#XSEND=0,2,0\r");
    expect(await modem.answer("\r\n#XDATAMODE: 0\r\n")).toBe("hello+++");
    await sent;
  });

  it.each([
    ["of another length than announced", xdfuwrite, params, new Uint8Array(3)],
    ["with +++ in it and no length", xsendData, { handle: 0, mode: 2, flags: 0 }, chunk],
    ["for a command that takes none", cfunRead, {}, chunk],
  ] as const)("%s is refused before it begins", async (_, command, parameters, data) => {
    const { channel, modem } = lineWithModem();
    const refused = channel.execute<typeof xdfuwrite>(command as never, parameters as never, { data });
    await expect(refused).rejects.toMatchObject({ code: "incorrectParameters" });
    expect(await modem.heard()).toBe("");
  });

  it("that lost an octet is filled up, so that the modem listens again", async () => {
    const { channel, modem, clock } = lineWithModem();
    const ended = ending(channel.execute(xdfuwrite, params, { data: chunk }));
    await modem.answer("\r\nOK\r\n");
    await modem.heard();
    await clock.advanceAsync(xdfuwrite.timeoutMs);
    expect(await ended).toMatchObject({ error: { code: "timeout" } });
    const mode = channel.execute(cfunRead);
    expect(await modem.heard()).toBe(`${"\r".repeat(chunk.length)}AT+CMEE?\r`);
    await modem.say("\r\n#XDATAMODE: 0\r\n#XDFU: 1,1,-1\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n");
    await modem.answer("\r\n+CFUN: 4\r\n\r\nOK\r\n");
    expect(await mode).toEqual({ mode: "offline" });
  });
});

describe("a data phase that begins late", () => {
  it("because its command was given up before OK is filled up when OK comes", async () => {
    const { channel, modem, clock } = lineWithModem();
    const written = ending(
      channel.execute(xdfuwrite, { type: "delta", address: 0, length: 3 }, { data: new Uint8Array(3) }),
    );
    await modem.heard();
    await clock.advanceAsync(xdfuwrite.timeoutMs);
    expect(await written).toMatchObject({ error: { code: "timeout" } });
    const version = channel.execute(cgmr);
    expect(await modem.heard()).toBe("AT+CMEE?\r");
    await modem.say("\r\nOK\r\n");
    expect(await modem.heard()).toBe("\r\r\r");
    await modem.say("\r\n#XDATAMODE: 0\r\n#XDFU: 1,1,-1\r\n");
    await clock.advanceAsync(PROBE_TIMEOUT_MS);
    expect(await modem.answer("\r\n+CFUN: 4\r\n\r\nOK\r\n")).toBe('"\rAT+CFUN?\r');
    expect(await modem.answer("\r\n1.0\r\n\r\nOK\r\n")).toBe("AT+CGMR\r");
    expect(await version).toEqual({ text: "1.0" });
  });
});

describe("after silence", () => {
  async function silentModem() {
    const line = lineWithModem();
    const ended = ending(line.channel.execute(cfunSet, { mode: "normal" }, { timeoutMs: 500 }));
    await line.modem.heard();
    await line.clock.advanceAsync(500);
    return { ...line, ended };
  }

  it("a command fails by name and time", async () => {
    const { ended } = await silentModem();
    expect(await ended).toMatchObject({
      error: { code: "timeout", message: expect.stringMatching(/AT\+CFUN=1, 500 ms/) },
    });
  });

  it("a late answer is not taken for the next command's", async () => {
    const { channel, modem } = await silentModem();
    const mode = channel.execute(cfunRead);
    expect(await modem.heard()).toBe("AT+CMEE?\r");
    await modem.say("\r\nOK\r\n");
    await modem.say("\r\n+CMEE: 1\r\n\r\nOK\r\n");
    expect(await modem.answer("\r\n+CFUN: 4\r\n\r\nOK\r\n")).toBe("AT+CFUN?\r");
    expect(await mode).toEqual({ mode: "offline" });
  });

  it("a string that stands open in the modem is closed", async () => {
    const { channel, modem, clock } = await silentModem();
    const version = channel.execute(cgmr);
    expect(await modem.heard()).toBe("AT+CMEE?\r");
    await clock.advanceAsync(PROBE_TIMEOUT_MS);
    expect(await modem.heard()).toBe('"\rAT%XSYSTEMMODE?\r');
    await modem.say("\r\nERROR\r\n\r\n%XSYSTEMMODE: 1,0,0,0\r\n\r\nOK\r\n");
    expect(await modem.answer("\r\n1.0\r\n\r\nOK\r\n")).toBe("AT+CGMR\r");
    expect(await version).toEqual({ text: "1.0" });
  });

  it("a modem that stays silent fails the next command too, and works when it comes back", async () => {
    const { channel, modem, clock } = await silentModem();
    const ended = ending(channel.execute(cgmr));
    await clock.advanceAsync(4 * PROBE_TIMEOUT_MS);
    expect(await ended).toMatchObject({ error: { code: "timeout" } });
    await modem.heard();
    const version = channel.execute(cgmr);
    expect(await modem.heard()).toBe("AT+CMEE?\r");
    // Everything at last, the answers to the questions before among it.
    await modem.say("\r\nOK\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n\r\nERROR\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n");
    await clock.advanceAsync(PROBE_TIMEOUT_MS);
    expect(await modem.answer("\r\n1.0\r\n\r\nOK\r\n")).toBe("AT+CGMR\r");
    expect(await version).toEqual({ text: "1.0" });
  });

  it("a boot loader that refuses every question is found all the same", async () => {
    const { channel, modem, clock } = await silentModem();
    const initialised = channel.execute(COMMANDS.xdfuinit, { type: "full" });
    for (let question = 0; question < 4; question++) {
      await modem.answer("\r\nERROR\r\n");
      await clock.advanceAsync(PROBE_TIMEOUT_MS);
    }
    expect(await modem.answer("\r\nOK\r\n")).toBe("AT#XDFUINIT=2\r");
    await initialised;
  });
});

describe("a restart", () => {
  it.each([
    ["Ready\r\n", /restarted before it had answered AT\+CFUN=1/],
    ["Bootloader mode ready\r\n", /restarted/],
    ["\r\n#XMODEM: FAULT,0x10,0x5b08a\r\n", /crashed \(assertion\) before it had answered AT\+CFUN=1/],
  ])("that shows as %j ends the command under way with the reason", async (wire, message) => {
    const { channel, modem, notifications } = lineWithModem();
    const ended = ending(channel.execute(cfunSet, { mode: "normal" }));
    await modem.heard();
    await modem.say(wire);
    expect(await ended).toMatchObject({ error: { code: "fault", message: expect.stringMatching(message) } });
    expect(notifications).toHaveLength(1);
    const mode = channel.execute(cfunRead);
    expect(await modem.heard()).toBe("AT+CMEE?\r");
    await modem.say("\r\n+CMEE: 0\r\n\r\nOK\r\n");
    await modem.answer("\r\n+CFUN: 0\r\n\r\nOK\r\n");
    expect(await mode).toEqual({ mode: "powerOff" });
  });

  it("that was asked for is an answer, even when its OK is lost", async () => {
    const { channel, modem } = lineWithModem();
    const restarted = channel.execute(xreset);
    await modem.answer("\r\nO\r\nReady\r\n");
    await expect(restarted).resolves.toBeUndefined();
  });

  it("in the middle of a line of raw octets loses one command at most", async () => {
    const { channel, modem, clock } = lineWithModem();
    const ended = ending(channel.execute(xrecv, { handle: 0, mode: "text", flags: 64, timeout: 0 }));
    await modem.answer("\r\n#XRECV: 0,0,100\r\nabcReady\r\n");
    await clock.advanceAsync(xrecv.timeoutMs);
    expect(await ended).toMatchObject({ error: { code: "timeout" } });
    const mode = channel.execute(cfunRead);
    await modem.answer("\r\n+CMEE: 0\r\n\r\nOK\r\n");
    await modem.answer("\r\n+CFUN: 0\r\n\r\nOK\r\n");
    expect(await mode).toEqual({ mode: "powerOff" });
  });
});

describe("a port that goes away", () => {
  it("ends what is under way and what waits, once", async () => {
    const { channel, modem } = lineWithModem();
    const told: unknown[] = [];
    channel.onClose((error) => told.push(error));
    const endings = [ending(channel.execute(cfunRead)), ending(channel.execute(cfunRead))];
    modem.stream.destroy();
    await settled();
    expect(await Promise.all(endings)).toMatchObject([
      { error: { code: "lineError" } },
      { error: { code: "lineError" } },
    ]);
    expect(told).toHaveLength(1);
    await expect(channel.execute(cfunRead)).rejects.toMatchObject({ code: "lineError" });
  });

  it("ends what waits while the beginning of an answer is looked for, and nothing is sent any more", async () => {
    const { channel, modem, clock } = lineWithModem();
    const endings = [ending(channel.execute(cfunRead)), ending(channel.execute(cgmr))];
    await clock.advanceAsync(cfunRead.timeoutMs);
    await modem.heard();
    channel.close();
    expect(await Promise.all(endings)).toMatchObject([{ error: { code: "timeout" } }, { error: { code: "closed" } }]);
    await clock.advanceAsync(10 * PROBE_TIMEOUT_MS);
    expect(await modem.heard()).toBe("");
  });

  it("ends everything as closed when it is closed here", async () => {
    const { channel, near } = lineWithModem();
    const ended = ending(channel.execute(cfunRead));
    channel.close();
    expect(await ended).toMatchObject({ error: { code: "closed" } });
    expect(near.destroyed).toBe(true);
    const told: unknown[] = [];
    channel.onClose((error) => told.push(error));
    expect(told).toHaveLength(1);
  });
});
