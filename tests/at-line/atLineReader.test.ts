import { describe, expect, it } from "@jest/globals";
import { lineBytes, lineText } from "../../modem/at/commands/tokens.ts";
import {
  AtLineReader,
  type AtLineReaderOptions,
  MAX_COMMAND_OCTETS,
  MAX_WAITING_OCTETS,
} from "../../modem/at/line/atLineReader.ts";
import { settled } from "./farSide.ts";

function reader(options: Partial<AtLineReaderOptions> = {}) {
  const seen: string[] = [];
  const line: AtLineReader = new AtLineReader({
    dialect: "serialModem",
    onCommand: (text) => void seen.push(text),
    onOverlong: () => void seen.push("overlong"),
    onRaw: (octets, done) => void seen.push(`${lineText(octets)}${done ? "." : ""}`),
    onEcho: (octets) => void seen.push(`echo ${lineText(octets)}`),
    ...options,
  });
  return { line, seen, push: (text: string) => line.push(lineBytes(text)) };
}

describe("a command line", () => {
  it("ends with CR for Serial Modem and with CR LF for the older application", () => {
    const newer = reader();
    newer.push("AT+CFUN?\rAT\r\nAT+CGMR\r");
    expect(newer.seen).toEqual(["AT+CFUN?", "AT", "AT+CGMR"]);
    const older = reader({ dialect: "slm" });
    older.push("AT+CFUN?\r\nAT+CG\rMR\r\n");
    expect(older.seen).toEqual(["AT+CFUN?", "AT+CG\rMR"]);
  });

  it("begins at AT, whatever stood before", () => {
    const { push, seen } = reader();
    push("\0\xff?at+cfun?\rnothing\r\rAAT+CGMR\r");
    expect(seen).toEqual(["at+cfun?", "AT+CGMR"]);
  });

  it("is not hidden by a quote that stood before it", () => {
    const { push, seen } = reader();
    push('\xff"noise\rAT\r"\rAT+CFUN?\r');
    expect(seen).toEqual(["AT", "AT+CFUN?"]);
  });

  it("may have line ends in quotes", () => {
    const { push, seen } = reader();
    push('AT%CMNG=0,25,0,"a\r\nb\r"\r');
    expect(seen).toEqual(['AT%CMNG=0,25,0,"a\r\nb\r"']);
  });

  it("is edited with BS and DEL, quotes included", () => {
    const { push, seen, line } = reader();
    push('AT+CFUN=4"\x08\x7f1');
    expect(line.typing).toBe(true);
    push("\r");
    expect(seen).toEqual(["AT+CFUN=1"]);
    expect(line.typing).toBe(false);
  });

  it("that is longer than the buffer is dropped, and the next one is read", () => {
    const { push, seen } = reader();
    push(`AT${"x".repeat(MAX_COMMAND_OCTETS)}\rAT\r`);
    expect(seen).toEqual(["overlong", "AT"]);
  });

  it("that is longer than the buffer is refused at once, even where its quotes are open", () => {
    const { push, seen } = reader();
    push(`AT%CMNG=0,25,0,"${"x".repeat(MAX_COMMAND_OCTETS)}`);
    expect(seen).toEqual(["overlong"]);
    push("\rAT\r");
    expect(seen).toEqual(["overlong", "AT"]);
  });

  it("is nothing without AT, however long", () => {
    const { push, seen, line } = reader();
    push(`${"x".repeat(2 * MAX_COMMAND_OCTETS)}`);
    expect(line.typing).toBe(false);
    push("\rAT\r");
    expect(seen).toEqual(["AT"]);
  });

  it("comes back while echo is on", () => {
    const { push, seen, line } = reader();
    line.echo = true;
    push("AT\r");
    expect(seen).toEqual(["echo A", "echo T", "echo \r", "AT"]);
  });

  it("is half typed from its first character on, but not by the LF of the one before", () => {
    const { push, line } = reader();
    push("AT\r\n");
    expect(line.typing).toBe(false);
    push("A");
    expect(line.typing).toBe(true);
    push("T\r");
    expect(line.typing).toBe(false);
  });

  it("waits while another runs", async () => {
    const ends: (() => void)[] = [];
    const begun: string[] = [];
    const { push, line } = reader({
      onCommand: (text) => {
        begun.push(text);
        return new Promise<void>((resolve) => ends.push(resolve));
      },
    });
    push("AT+CFUN?\rAT\rAT+CGMR\r");
    expect(begun).toEqual(["AT+CFUN?"]);
    expect(line.occupied).toBe(true);
    for (const [index, expected] of [
      ["AT+CFUN?", "AT"],
      ["AT+CFUN?", "AT", "AT+CGMR"],
    ].entries()) {
      ends[index]?.();
      await settled();
      expect(begun).toEqual(expected);
    }
  });

  it("is lost when too much waits already", async () => {
    const begun: string[] = [];
    const { push } = reader({
      onCommand: (text) => {
        begun.push(text.slice(0, 8));
        return begun.length === 1 ? new Promise<void>((resolve) => setImmediate(resolve)) : undefined;
      },
    });
    push("AT\r");
    push(`AT+A${" ".repeat(MAX_WAITING_OCTETS)}\r`);
    push("AT+B\r");
    await settled();
    expect(begun).toEqual(["AT", "AT+B"]);
  });
});

describe("raw octets", () => {
  it("are counted, whatever they are, and commands follow", () => {
    const seen: string[] = [];
    const { push, line } = reader({
      onCommand: (text) => {
        seen.push(text);
        if (text.startsWith("AT#XDFUWRITE")) line.expectRaw(6);
      },
      onRaw: (octets, done) => void seen.push(`${lineText(octets)}${done ? "." : ""}`),
    });
    push("AT#XDFUWRITE=1,0,6\rA");
    expect(line.occupied).toBe(true);
    push("T\r+++AT\r");
    expect(seen).toEqual(["AT#XDFUWRITE=1,0,6", "A", "T\r+++.", "AT"]);
    expect(line.occupied).toBe(false);
  });

  it("end with +++ when nobody has counted them, in pieces or at once", () => {
    for (const pieces of [["he+llo+", "++AT\r"], ["he+llo+++AT\r"], ["he+l", "lo+", "+", "+", "AT\r"]]) {
      const { push, seen, line } = reader();
      line.expectRaw("escape");
      for (const piece of pieces) push(piece);
      expect(seen.join("")).toBe("he+llo.AT");
    }
  });

  it("have what has come of +++ among them when nothing follows it for a while", () => {
    const { push, seen, line } = reader();
    line.expectRaw("escape");
    push("a++");
    line.silence();
    line.silence();
    push("+++AT\r");
    expect(seen.join("|")).toBe("a|++|.|AT");
  });

  it("are forgotten after a restart, as is what waits", async () => {
    const { push, seen, line } = reader({ onRaw: () => new Promise<void>((resolve) => setImmediate(resolve)) });
    line.expectRaw(3);
    push("abcAT+GONE\r");
    line.reset();
    await settled();
    push("AT\r");
    expect(seen).toEqual(["AT"]);
  });
});
