import { describe, expect, it } from "@jest/globals";
import { one, set } from "../../modem/at/commands/command.ts";
import {
  bare,
  bracketed,
  constant,
  constantText,
  type Field,
  FieldError,
  formatFields,
  hex,
  hexNumber,
  integer,
  listOf,
  named,
  numberOrText,
  optional,
  parseFields,
  phrase,
  prefixedHex,
  quoted,
  quotedMask,
  quotedOctets,
  remainder,
  secret,
  word,
} from "../../modem/at/commands/field.ts";
import { formatResponse, parseResponse } from "../../modem/at/commands/text.ts";

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const fields: readonly (readonly [string, Field<unknown>, string, unknown])[] = [
  ["a number", integer(-5, 5), "-5", -5],
  ["a number that is always the same", constant(3), "3", 3],
  ["a word that is always the same", constantText("time"), '"time"', "time"],
  ["a number with a name", named({ home: 1, roaming: 5 }), "5", "roaming"],
  ["a word with a name", word({ ipv4v6: "IPV4V6" }), '"IPV4V6"', "ipv4v6"],
  ["text in quotes", quoted(), '"a,b"', "a,b"],
  ["text beyond ASCII, which is UTF-8", quoted(), '"\xc3\xa9"', "é"],
  ["octets in quotes", quotedOctets(9), '"a\r\n\xff"', bytes("a\r\n\xff")],
  ["text without quotes", bare(), "SICA B0A", "SICA B0A"],
  ["octets as digits", hex(), '"00FF"', Uint8Array.of(0, 255)],
  ["a number as digits", hexNumber(4), '"002F"', 0x2f],
  ["a number as 0x…", prefixedHex(), "0x5b08a", 0x5b08a],
  ["a mask in quotes", quotedMask(), '"0x0011"', 17],
  ["a phrase with numbers", phrase(), "ME PDN ACT 0", { words: "ME PDN ACT", numbers: [0] }],
  ["values in brackets", bracketed(integer()), "(0,1,4)", [0, 1, 4]],
  ["a number where text may stand", numberOrText(), "14", "14"],
  ["text where a number may stand", numberOrText(), '"example.com"', "example.com"],
];

describe("a field", () => {
  it.each(fields)("is %s, both ways", (_, field, text, value) => {
    expect(field.parse(text)).toEqual(value);
    expect(field.format(value)).toBe(text);
  });

  it.each<[string, Field<unknown>, string]>([
    ["a number out of range", integer(0, 5), "6"],
    ["a number with a fraction", integer(), "1.5"],
    ["a number that is too long", integer(), "99999999999999999999"],
    ["no number", integer(), '"1"'],
    ["another constant", constant(3), "4"],
    ["another constant word", constantText("time"), "time"],
    ["a number without a name", named({ home: 1 }), "toString"],
    ["a word without a name", word({ ipv4: "IP" }), '"X25"'],
    ["text whose quotes are missing", quoted(), "abc"],
    ["text with a quote in it", quoted(), '"a"b"'],
    ["text that is too long", quoted(2), '"abc"'],
    ["half an octet", hex(), '"ABC"'],
    ["too many octets", hex(1), '"ABCD"'],
    ["no hexadecimal number", hexNumber(4), '"XYZ"'],
    ["a mask without 0x", quotedMask(), '"11"'],
    ["brackets that do not close", bracketed(integer()), "(1,2"],
    ["too many values", listOf(integer(), 2), "1,2,3"],
  ])("refuses %s", (_, field, text) => {
    expect(() => field.parse(text)).toThrow(FieldError);
  });

  it.each<[string, Field<unknown>, unknown]>([
    ["a number out of range", integer(0, 5), Number.NaN],
    ["a name that the table has not", named({ home: 1 }), "toString"],
    ["a quote in quotes", quoted(), 'a"b'],
    ["a line end in quotes", quoted(), "a\rAT+CFUN=0"],
    ["a quote among octets", quotedOctets(9), bytes('"')],
    ["a comma in bare text", bare(), "a,b"],
    ["a line end in the rest of a line", remainder(), "a\nb"],
    ["a number that needs more digits", hexNumber(4), 0x1_0000],
    ["too many octets", hex(1), new Uint8Array(2)],
    ["a quote where text or a number may stand", numberOrText(), 'a"'],
  ])("does not send %s", (_, field, value) => {
    expect(() => field.format(value)).toThrow(FieldError);
  });
});

describe("the fields of a line", () => {
  const line = { a: integer(), b: optional(integer()), c: optional(quoted()), rest: listOf(integer()) };

  it("leave nothing behind the last one that is there, and nothing between for one that is not", () => {
    expect(formatFields(line, { a: 1, rest: [] })).toBe("1");
    expect(formatFields(line, { a: 1, c: "x", rest: [] })).toBe('1,,"x"');
    expect(formatFields(line, { a: 1, c: "", rest: [7, 8] })).toBe('1,,"",7,8');
  });

  it("are read with spaces and without what is missing", () => {
    expect(parseFields(line, "1", true)).toEqual({ a: 1, rest: [] });
    expect(parseFields(line, '1, ,"x, y", 7, 8', true)).toEqual({ a: 1, c: "x, y", rest: [7, 8] });
  });

  it("are refused by name when one is missing or wrong, and when there are too many of a command", () => {
    expect(() => parseFields(line, "", true)).toThrow("a is missing");
    expect(() => parseFields(line, "1,x", true)).toThrow(/^b: /);
    expect(() => parseFields({ a: integer() }, "1,2", true)).toThrow("1 parameters are too many");
    expect(parseFields({ a: integer() }, "1,2", false)).toEqual({ a: 1 });
    expect(() => formatFields(line, { rest: [] } as never)).toThrow("a is missing");
  });

  it("never tell a secret, neither in an error nor where it is to be hidden", () => {
    const keys = { tag: integer(), key: secret(hex(2)) };
    for (const attempt of [
      () => parseFields(keys, '1,"5ec2e7"', true),
      () => parseFields(keys, '1,"5ec2e"', true),
      () => formatFields(keys, { tag: 1, key: Uint8Array.of(0x5e, 0xc2, 0xe7) }),
    ]) {
      expect(attempt).toThrow(FieldError);
      expect(attempt).not.toThrow(/5ec2/i);
    }
    expect(formatFields(keys, { tag: 1, key: Uint8Array.of(0x5e) }, "[redacted]")).toBe("1,[redacted]");
  });
});

describe("an answer", () => {
  const command = set("+X", { a: integer() }, { response: one({ b: integer() }) });

  it("is what its lines make, or nothing", () => {
    expect(parseResponse(command, ["+X: 1"])).toEqual({ response: { b: 1 } });
    expect(parseResponse(command, ["+X: x"])).toBeUndefined();
    expect(parseResponse(command, [])).toBeUndefined();
    expect(parseResponse(command, ["+X: 1", "+X: 2"])).toBeUndefined();
    expect(formatResponse(command, { b: 1 })).toBe("\r\n+X: 1\r\n");
  });
});
