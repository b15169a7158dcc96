import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ResourceDefinition, ResourceType, SingleValue } from "../../services/lwm2m/model.ts";
import { decodeOpaque, encodeOpaque } from "../../services/lwm2m/opaque.ts";
import { decodePlainText, encodePlainText, formatValue, parseValue } from "../../services/lwm2m/plainText.ts";
import { decodeUtf8, encodeUtf8, utf8Length } from "../../services/lwm2m/utf8.ts";
import { expectRefused, hex, refusal, SINGLE_VALUES, utf8 } from "./support.ts";

const resource = (type: ResourceType): ResourceDefinition => ({
  id: 0,
  name: "Thing",
  operations: "RW",
  multiple: false,
  mandatory: false,
  type,
});

const vectors: { type: ResourceType; text: string; value: SingleValue }[] = [
  { type: "string", text: "Open Mobile", value: "Open Mobile" },
  { type: "string", text: "", value: "" },
  { type: "integer", text: "-123", value: -123 },
  { type: "integer", text: "9223372036854775807", value: 2n ** 63n - 1n },
  { type: "integer", text: "-9223372036854775808", value: -(2n ** 63n) },
  { type: "unsigned", text: "18446744073709551615", value: 2n ** 64n - 1n },
  { type: "float", text: "-1.5", value: -1.5 },
  { type: "float", text: "1e-7", value: 1e-7 },
  { type: "float", text: "-0", value: -0 },
  { type: "boolean", text: "1", value: true },
  { type: "boolean", text: "0", value: false },
  { type: "opaque", text: "AP+q", value: hex("00ffaa") },
  { type: "opaque", text: "AP8=", value: hex("00ff") },
  { type: "time", text: "1367491215", value: 1_367_491_215 },
  { type: "objlnk", text: "66:0", value: { objectId: 66, instanceId: 0 } },
  { type: "objlnk", text: "65535:65535", value: { objectId: 65_535, instanceId: 65_535 } },
  { type: "corelnk", text: "</3/0>", value: "</3/0>" },
];

describe("plain text", () => {
  for (const { type, text, value } of vectors) {
    it(`writes the ${type} "${text}"`, () => expect(encodePlainText(resource(type), value)).toEqual(utf8(text)));
    it(`reads the ${type} "${text}"`, () => expect(decodePlainText(resource(type), utf8(text))).toEqual(value));
  }

  const lenient: [ResourceType, string, SingleValue][] = [
    ["integer", "+5", 5],
    ["integer", "-0", 0],
    ["integer", "007", 7],
    ["float", "3", 3],
    ["float", "1.5E3", 1500],
    ["unsigned", "+18446744073709551615", 2n ** 64n - 1n],
  ];
  for (const [type, text, value] of lenient) {
    it(`reads the ${type} "${text}" too`, () => expect(parseValue(resource(type), text)).toBe(value));
  }

  const refused: [ResourceType, string][] = [
    ["integer", ""],
    ["integer", " 1"],
    ["integer", "1.0"],
    ["integer", "0x10"],
    ["integer", "1n"],
    ["integer", "9223372036854775808"],
    ["unsigned", "-1"],
    ["unsigned", "18446744073709551616"],
    ["float", ""],
    ["float", "."],
    ["float", "1,5"],
    ["float", "NaN"],
    ["float", "Infinity"],
    ["float", "1e999"],
    ["boolean", "true"],
    ["boolean", ""],
    ["opaque", "AP8"],
    ["opaque", "AP+q\n"],
    ["opaque", "-_=="],
    ["time", "2013-05-02"],
    ["objlnk", "66"],
    ["objlnk", "66:0:1"],
    ["objlnk", "66:65536"],
    ["corelnk", "/3/0"],
    ["none", ""],
  ];
  for (const [type, text] of refused) {
    it(`refuses "${JSON.stringify(text)}" as ${type}`, () => {
      expectRefused(() => decodePlainText(resource(type), utf8(text)), "typeMismatch");
    });
  }

  it("refuses octets that are not UTF-8", () => {
    expectRefused(() => decodePlainText(resource("string"), hex("c3")), "malformed");
  });

  it("keeps a byte order mark, which is part of the text", () => {
    expect(decodePlainText(resource("string"), hex("efbbbf41"))).toBe("\ufeffA");
  });

  it("refuses to write a value of another type", () => {
    expectRefused(() => formatValue(resource("integer"), "5"), "typeMismatch");
    expectRefused(() => formatValue(resource("none"), 5), "typeMismatch");
    expectRefused(() => formatValue(resource("string"), "\ud800"), "typeMismatch");
  });

  it("never puts a value into an error", () => {
    expect(refusal(() => parseValue(resource("opaque"), "hunter2!")).message).not.toContain("hunter2");
  });

  for (const [type, arbitrary] of Object.entries(SINGLE_VALUES)) {
    it(`gives back any ${type}`, () => {
      const definition = resource(type as ResourceType);
      fc.assert(
        fc.property(arbitrary, (value) => {
          expect(decodePlainText(definition, encodePlainText(definition, value))).toEqual(value);
        }),
      );
    });
  }
});

describe("opaque", () => {
  it("gives back any octets, as a copy", () => {
    const wire = hex("00ff10");
    const value = decodeOpaque(resource("opaque"), wire);
    expect(encodeOpaque(resource("opaque"), value)).toEqual(wire);
    wire.fill(0);
    expect(value).toEqual(hex("00ff10"));
  });

  it("is refused for a resource of another type", () => {
    expectRefused(() => decodeOpaque(resource("string"), hex("41")), "unsupportedFormat");
    expectRefused(() => encodeOpaque(resource("integer"), 5), "unsupportedFormat");
  });
});

describe("UTF-8", () => {
  it("is written, measured and read as the platform does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const bytes = encodeUtf8(text);
        expect(bytes).toEqual(utf8(text));
        expect(utf8Length(text)).toBe(bytes.length);
        expect(decodeUtf8(bytes)).toBe(text);
      }),
    );
  });
});
