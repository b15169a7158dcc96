import { describe, expect, it } from "@jest/globals";
import { COMMANDS } from "../../modem/at/commands/table.ts";
import { isRecord } from "../../trace/index.ts";
import { ending, lineWithModem } from "./farSide.ts";

const CANARY = "c0ffee5eed";
const octets = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));

describe("records of the line", () => {
  it("are a command, the lines of its answer with the command as their cause, and notifications", async () => {
    const { channel, modem, records, lines } = lineWithModem();
    const mode = channel.execute(COMMANDS.cfunRead);
    await modem.answer("\r\n+CSCON: 1\r\n\r\n+CFUN: 1\r\n\r\nOK\r\n");
    await mode;
    expect(lines()).toEqual(["> AT+CFUN?", "< +CSCON: 1", "< +CFUN: 1", "< OK"]);
    expect(records.map(({ cause }) => cause)).toEqual([undefined, undefined, 1, 1]);
    expect(records.every(isRecord)).toBe(true);
    expect(records[0]).toMatchObject({ kind: "at", from: "library", to: "modem" });
  });

  it("count raw octets", async () => {
    const { channel, modem, lines } = lineWithModem();
    const written = channel.execute(
      COMMANDS.xdfuwrite,
      { type: "delta", address: 0, length: 10 },
      { data: octets(CANARY) },
    );
    await modem.answer("\r\nOK\r\n");
    await modem.answer("\r\n#XDATAMODE: 0\r\n#XDFU: 1,1,0\r\n");
    await written;
    const received = channel.execute(COMMANDS.xrecv, { handle: 0, mode: "text", flags: 64, timeout: 0 });
    await modem.answer(`\r\n#XRECV: 0,0,10\r\n${CANARY}\r\nOK\r\n`);
    await received;
    expect(lines()).toEqual([
      "> AT#XDFUWRITE=1,0,10",
      "< OK",
      "> [10 octets]",
      "< #XDATAMODE: 0",
      "< #XDFU: 1,1,0",
      "> AT#XRECV=0,0,64,0",
      "< #XRECV: 0,0,10",
      "< [10 octets]",
      "< OK",
    ]);
  });

  it("count an answer that cannot be written again", async () => {
    const { channel, modem, lines } = lineWithModem();
    const read = channel.execute(COMMANDS.cmngRead, { opcode: 2, tag: 25, type: "ca" });
    await modem.answer('\r\n%CMNG: 25,0,"0\n0","a"\r\n\r\nOK\r\n');
    expect(await read).toHaveLength(1);
    expect(lines()).toEqual(["> AT%CMNG=2,25,0", "< [21 octets]", "< OK"]);
  });

  it.each([
    [
      "a key that is written",
      COMMANDS.cmngWrite,
      { opcode: 0, tag: 25, type: "psk", content: octets(CANARY) },
      "\r\nOK\r\n",
    ],
    [
      "a key that is refused",
      COMMANDS.cmngWrite,
      { opcode: 0, tag: 25, type: "psk", content: octets(CANARY) },
      "\r\n+CME ERROR: 518\r\n",
    ],
    [
      "a key in a broken echo",
      COMMANDS.cmngWrite,
      { opcode: 0, tag: 25, type: "psk", content: octets(CANARY) },
      `AT%CMNG=0,2,3,"${CANARY}"\r\r\n%CMNG: 0,2,3,"${CANARY}"\r\n${CANARY}\r\n\r\nOK\r\n`,
    ],
    [
      "a key that cannot be sent",
      COMMANDS.cmngWrite,
      { opcode: 0, tag: 25, type: "psk", content: octets(`${CANARY}"`) },
      "",
    ],
    [
      "a credential that is read",
      COMMANDS.cmngRead,
      { opcode: 2, tag: 25, type: "pskIdentity" },
      `\r\n%CMNG: 25,4,"00","${CANARY}"\r\n\r\nOK\r\n`,
    ],
    ["a password", COMMANDS.cgauth, { cid: 0, method: 1, user: CANARY, password: CANARY }, "\r\nERROR\r\n"],
    ["a PIN", COMMANDS.cpinSet, { pin: "c0ffee" }, "\r\n+CME ERROR: 16\r\n"],
    [
      "what a card says",
      COMMANDS.csim,
      { digits: 10, command: octets("abcde") },
      `\r\n+CSIM: 10,"${CANARY.replace("seed", "dd")}dd"\r\n\r\nOK\r\n`,
    ],
    [
      "what is sent",
      COMMANDS.xsendText,
      { handle: 0, mode: 0, flags: 0, data: CANARY },
      "\r\n#XSEND: 0,0,10\r\n\r\nOK\r\n",
    ],
    [
      "what is received under a broken header",
      COMMANDS.xrecv,
      { handle: 0, mode: "text", flags: 64, timeout: 0 },
      `\r\n#XRECV: 0,0,1x\r\n${CANARY}\r\nOK\r\n`,
    ],
  ] as const)("and errors never have %s", async (_, command, params, wire) => {
    const { channel, modem, records, notifications } = lineWithModem();
    const ended = ending(channel.execute<typeof COMMANDS.cmngWrite>(command as never, params as never));
    await modem.answer(wire);
    channel.close();
    const end = await ended;
    const shown = JSON.stringify([records, "error" in end ? [end.error.message, end.error.stack] : []]);
    expect(shown).not.toContain(CANARY.slice(0, 6));
    expect(records.every(isRecord)).toBe(true);
    if (command === COMMANDS.cmngWrite) expect(JSON.stringify(notifications)).not.toContain(CANARY);
  });
});
