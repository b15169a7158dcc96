import { describe, expect, it } from "@jest/globals";
import type { Command, ParamsOf, ResponseOf } from "../../modem/at/commands/command.ts";
import type { Notification } from "../../modem/at/commands/notification.ts";
import { COMMANDS, NOTIFICATIONS } from "../../modem/at/commands/table.ts";
import {
  formatCommand,
  formatFinal,
  formatNotification,
  formatResponse,
  parseCommand,
} from "../../modem/at/commands/text.ts";
import { EXCHANGES } from "./exchanges.ts";
import { lineWithModem } from "./farSide.ts";
import { NOTICES, WRITTEN_VALUE } from "./notices.ts";

const named = EXCHANGES.map((sample) => ({ ...sample, name: `${sample.text} ${JSON.stringify(sample.wire)}` }));
const escaped = NOTICES.map((sample) => ({ ...sample, name: JSON.stringify(sample.wire) }));

describe("an exchange, octet by octet", () => {
  it.each(named)("is read and written by the host: $name", async ({ key, dialect, params, text, wire, response }) => {
    const command: Command = COMMANDS[key];
    const { channel, modem } = lineWithModem({ dialect });
    const answered = channel.execute(command, params as ParamsOf<Command>);
    expect(await modem.answer(wire)).toBe(`${text}${dialect === "slm" ? "\r\n" : "\r"}`);
    expect(await answered).toEqual(response);
  });

  it.each(named)("is read and written by the modem: $name", ({ key, dialect, params, text, wire, response }) => {
    const command: Command = COMMANDS[key];
    const parsed = parseCommand(text, dialect);
    expect(parsed).toEqual({ kind: "command", key, command, params });
    expect(formatCommand(command, params as ParamsOf<Command>)).toBe(text);
    const written = formatResponse(command, response as ResponseOf<Command>) + formatFinal({ kind: "ok" });
    expect(written).toBe(wire);
  });
});

describe("a notification, octet by octet", () => {
  it.each(escaped)("is read by the host: $name", async ({ key, values, wire }) => {
    const { modem, notifications } = lineWithModem();
    await modem.say(wire);
    expect(notifications).toEqual([{ key, values }]);
  });

  it.each(escaped)("is written by the modem: $name", ({ key, values, wire }) => {
    const notification: Notification = NOTIFICATIONS[key];
    expect(formatNotification(notification, values as never)).toBe(wire);
  });

  it("reads a value that a server has written, which has no line end", async () => {
    const { modem, notifications } = lineWithModem();
    await modem.say(`${WRITTEN_VALUE}\r\n#XCARRIEREVT: 5,0\r\n`);
    expect(notifications).toEqual([
      {
        key: "xcarrierevt",
        values: { event: 12, values: ["0", "/19/0/0/0", "8"], data: Uint8Array.from(Buffer.from('"deadbeef"')) },
      },
      { key: "xcarrierevt", values: { event: 5, values: ["0"] } },
    ]);
  });

  it("reads a value of the earlier library, which is counted in octets", async () => {
    const { modem, notifications } = lineWithModem({ dialect: "slm" });
    await modem.say("\r\n#XCARRIEREVT: 11,6,/10250/0/0\r\na\r\nOK\n\r\n");
    expect(notifications).toMatchObject([
      { key: "xcarrierevt", values: { event: 11, data: Uint8Array.from(Buffer.from("a\r\nOK\n")) } },
    ]);
  });

  it("keeps a line that nobody knows", async () => {
    const { modem, notifications } = lineWithModem();
    await modem.say("\r\n%NEWS: 1\r\n");
    expect(notifications).toEqual([{ key: "unknown", line: "%NEWS: 1" }]);
  });
});

describe("the table", () => {
  it("has an exchange for every command that needs no data phase", () => {
    const shown = new Set<string>(EXCHANGES.map(({ key }) => key));
    const missing = Object.entries<Command>(COMMANDS).filter(
      ([key, { data }]) => data === undefined && !shown.has(key),
    );
    expect(missing.map(([key]) => key)).toEqual([]);
  });

  it("has a line for every notification", () => {
    const shown = new Set<string>(NOTICES.map(({ key }) => key));
    expect(Object.keys(NOTIFICATIONS).filter((key) => !shown.has(key))).toEqual([]);
  });

  it("leads from every command line to one entry alone", () => {
    for (const { key, text, dialect } of EXCHANGES) {
      const found = Object.entries<Command>(COMMANDS).filter(
        ([, command]) =>
          command.dialects.includes(dialect) && parseCommand(text, dialect, { it: command }).kind === "command",
      );
      expect({ text, keys: found.map(([each]) => each) }).toEqual({ text, keys: [key] });
    }
  });

  it("offers the commands of a dialect in that dialect alone", () => {
    expect(parseCommand("AT#XSLMVER", "serialModem")).toEqual({ kind: "unknown", name: "#XSLMVER" });
    expect(parseCommand("AT#XAPOLL=,1,1", "slm")).toEqual({ kind: "unknown", name: "#XAPOLL" });
  });

  it("refuses what is no command, by what is wrong with it", () => {
    expect(parseCommand("AT+CFUN=77", "serialModem")).toMatchObject({ kind: "badParameters", name: "+CFUN" });
    expect(parseCommand("AT+CFUN=1,2,3", "serialModem")).toMatchObject({ kind: "badParameters" });
    expect(parseCommand("AT+CFUN?1", "serialModem")).toEqual({ kind: "badSyntax" });
    expect(parseCommand("ATZ", "serialModem")).toEqual({ kind: "badSyntax" });
    expect(parseCommand("AT+", "serialModem")).toEqual({ kind: "badSyntax" });
    expect(parseCommand("at+cfun?", "serialModem")).toMatchObject({ kind: "command", key: "cfunRead" });
  });
});
