import { describe, expect, it } from "@jest/globals";
import { lineBytes } from "../../modem/at/commands/tokens.ts";
import { type AtItem, AtReader, MAX_BODY_OCTETS, MAX_LINE_OCTETS } from "../../modem/at/line/atReader.ts";

function read(...texts: readonly string[]): readonly AtItem[] {
  const items: AtItem[] = [];
  const reader = new AtReader({
    onItem: (item) => items.push(item),
    bodyOf: (line) => {
      if (line.startsWith("+CMT")) return "line";
      return line.startsWith("#XRECV: ") ? Number(line.slice(8)) : undefined;
    },
    mayGoOn: (line) => line.startsWith("%CMNG"),
  });
  for (const text of texts) reader.push(lineBytes(text));
  return items;
}

const line = (text: string, body?: string) => ({
  kind: "line",
  text,
  ...(body !== undefined && { body: lineBytes(body) }),
});

describe("octets from a modem", () => {
  it("are lines, whatever ends them, and empty ones do not count", () => {
    expect(read("\r\nOK\r\n\r\n\n#XDFU: 1,1,0\r\nReady\r+X\n")).toEqual(
      ["OK", "#XDFU: 1,1,0", "Ready", "+X"].map((text) => line(text)),
    );
  });

  it("keep every octet", () => {
    expect(read("\0\x7f\xff\r\n")).toEqual([line("\0\x7f\xff")]);
  });

  it("are a body where a line says how long it is", () => {
    expect(read("#XRECV: 4\r\n\r\nOK\r\n")).toEqual([line("#XRECV: 4", "\r\nOK")]);
    expect(read("#XRECV: 2\r\n\nO", "K\r\n")).toEqual([line("#XRECV: 2", "\nO"), line("K")]);
    expect(read("#XRECV: 0\r\nOK\r\n")).toEqual([line("#XRECV: 0", ""), line("OK")]);
    expect(read("#XRECV: 1\nabc\n")).toEqual([line("#XRECV: 1", "a"), line("bc")]);
  });

  it("are no body where a line says too much", () => {
    expect(read(`#XRECV: ${MAX_BODY_OCTETS + 1}\r\nOK\r\n`)).toEqual([
      line(`#XRECV: ${MAX_BODY_OCTETS + 1}`),
      line("OK"),
    ]);
  });

  it("are a second line only where that is a PDU", () => {
    expect(read("+CMT: 1\r\n0791AB\r\nOK\r\n")).toEqual([line("+CMT: 1", "0791AB"), line("OK")]);
    expect(read("+CMT: 1\r\n\r\nOK\r\n")).toEqual([line("+CMT: 1"), line("OK")]);
  });

  it("go on over line ends in quotes only where a line may", () => {
    expect(read('%CMNG: 1,0,"a\r\n\r\nOK\r\nb"\r\nOK\r\n')).toEqual([
      line('%CMNG: 1,0,"a\r\n\r\nOK\r\nb"'),
      line("OK"),
    ]);
    expect(read('+COPS: "a\r\nOK\r\n')).toEqual([line('+COPS: "a'), line("OK")]);
  });

  it("are dropped and counted where no line ends, and the next line is read", () => {
    const long = "x".repeat(MAX_LINE_OCTETS);
    expect(read(`${long}\r\nOK\r\n`)).toEqual([line(long), line("OK")]);
    expect(read(long, "xx", "x\r\nOK\r\n")).toEqual([{ kind: "dropped", octets: MAX_LINE_OCTETS + 3 }, line("OK")]);
    expect(read(`%CMNG: 1,0,"${long}`, "\r\nb\r\nOK\r\n")).toEqual([
      { kind: "dropped", octets: MAX_LINE_OCTETS + 12 },
      line("b"),
      line("OK"),
    ]);
  });

  it("begin anew after a reset, wherever they stood", () => {
    for (const half of ["half", "#XRECV: 100\r\nabc", "+CMT: 1\r\n", '%CMNG: "', "x".repeat(MAX_LINE_OCTETS + 1)]) {
      const items: AtItem[] = [];
      const reader = new AtReader({
        onItem: (item) => items.push(item),
        bodyOf: (text) => (text.startsWith("+CMT") ? "line" : text.startsWith("#XRECV") ? 100 : undefined),
        mayGoOn: (text) => text.startsWith("%"),
      });
      reader.push(lineBytes(half));
      reader.reset();
      reader.push(lineBytes("OK\r\n"));
      expect(items).toEqual([line("OK")]);
    }
  });
});
