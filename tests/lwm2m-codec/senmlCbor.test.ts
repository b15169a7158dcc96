/** SenML CBOR, content format 112 (RFC 8428 §6; OMA LwM2M Core 1.1 §7.4.5). */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { formatOf } from "../../services/lwm2m/formats.ts";
import type { ContentNode } from "../../services/lwm2m/model.ts";
import { ACCESS_CONTROL } from "../../services/lwm2m/objects/accessControl.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { PORTFOLIO } from "../../services/lwm2m/objects/portfolio.ts";
import { formatPath, parsePath } from "../../services/lwm2m/path.ts";
import { decodeSenmlCbor, encodeSenmlCbor, SENML_CBOR } from "../../services/lwm2m/senmlCbor.ts";
import { MAX_SENML_RECORDS, type SenmlRecord } from "../../services/lwm2m/senmlRecord.ts";
import { EVERY_TYPE, lookup, nodeAt } from "./everyType.ts";
import * as spec from "./specVectors.ts";
import {
  damaged,
  expectRefused,
  hex,
  instanceValuesOf,
  octets,
  refusal,
  SINGLE_VALUES,
  throwsNothingElse,
  truncations,
} from "./support.ts";

const senml = formatOf(CONTENT_FORMAT.senmlCbor);

/** OMA LwM2M Core 1.1 §7.4.5, Read /3/0: the values of the TLV example. */
const DEVICE_CBOR = octets(`90
  a3 21 65 '/3/0/' 00 61 '0' 03 74 'Open Mobile Alliance'
  a2 00 61 '1' 03 76 'Lightweight M2M Client'
  a2 00 61 '2' 03 69 '345000123'
  a2 00 61 '3' 03 63 '1.0'
  a2 00 63 '6/0' 02 01
  a2 00 63 '6/1' 02 05
  a2 00 63 '7/0' 02 190ed8
  a2 00 63 '7/1' 02 191388
  a2 00 63 '8/0' 02 187d
  a2 00 63 '8/1' 02 190384
  a2 00 61 '9' 02 1864
  a2 00 62 '10' 02 0f
  a2 00 64 '11/0' 02 00
  a2 00 62 '13' 02 1a5182428f
  a2 00 62 '14' 03 66 '+02:00'
  a2 00 62 '16' 03 61 'U'`);

const vectors: { name: string; wire: Uint8Array; node: ContentNode }[] = [
  {
    name: "an instance",
    wire: DEVICE_CBOR,
    node: { kind: "instance", path: parsePath("/3/0"), definition: DEVICE, values: spec.DEVICE_VALUES },
  },
  {
    name: "an object, each instance with its base name",
    wire: octets(`89
      a3 21 65 '/2/0/' 00 61 '0' 02 01  a2 00 61 '1' 02 00  a2 00 65 '2/127' 02 07  a2 00 61 '3' 02 187f
      a3 21 65 '/2/2/' 00 61 '0' 02 03  a2 00 61 '1' 02 00  a2 00 65 '2/127' 02 07  a2 00 65 '2/310' 02 01
      a2 00 61 '3' 02 187f`),
    node: { kind: "object", path: parsePath("/2"), definition: ACCESS_CONTROL, instances: spec.ACCESS_CONTROL_VALUES },
  },
  {
    name: "an object without instances",
    wire: hex("80"),
    node: { kind: "object", path: parsePath("/16"), definition: PORTFOLIO, instances: new Map() },
  },
  { name: "a string", wire: octets("81 a2 21 66 '/3/0/0' 03 62 'hi'"), node: nodeAt("/3/0/0", "hi") },
  { name: "an integer", wire: octets("81 a2 21 66 '/3/0/9' 02 1837"), node: nodeAt("/3/0/9", 55) },
  {
    name: "the least integer",
    wire: octets("81 a2 21 6a '/32769/0/1' 02 3b7fffffffffffffff"),
    node: nodeAt("/32769/0/1", -(2n ** 63n)),
  },
  {
    name: "the largest unsigned integer",
    wire: octets("81 a2 21 6a '/32769/0/2' 02 1bffffffffffffffff"),
    node: nodeAt("/32769/0/2", 2n ** 64n - 1n),
  },
  {
    name: "a float",
    wire: octets("81 a2 21 66 '/6/0/0' 02 fb404db70a3d70a3d7"),
    node: nodeAt("/6/0/0", 59.43),
  },
  {
    name: "a float without a fraction, a float all the same",
    wire: octets("81 a2 21 66 '/6/0/0' 02 fa42400000"),
    node: nodeAt("/6/0/0", 48),
  },
  { name: "a boolean", wire: octets("81 a2 21 66 '/1/0/6' 04 f5"), node: nodeAt("/1/0/6", true) },
  {
    name: "a time, without a tag",
    wire: octets("81 a2 21 67 '/3/0/13' 02 1a6553f100"),
    node: nodeAt("/3/0/13", 1_700_000_000),
  },
  { name: "octets", wire: octets("81 a2 21 66 '/6/0/4' 08 43 00fffe"), node: nodeAt("/6/0/4", hex("00fffe")) },
  {
    name: "an object link, under its name",
    wire: octets("81 a2 21 6a '/32769/0/7' 63 'vlo' 64 '66:0'"),
    node: nodeAt("/32769/0/7", { objectId: 66, instanceId: 0 }),
  },
  { name: "links", wire: octets("81 a2 21 6a '/32769/0/8' 03 66 '</3/0>'"), node: nodeAt("/32769/0/8", "</3/0>") },
  {
    name: "a multiple resource",
    wire: octets("82 a3 21 65 '/3/0/' 00 63 '6/0' 02 01  a2 00 63 '6/1' 02 05"),
    node: nodeAt(
      "/3/0/6",
      new Map([
        [0, 1],
        [1, 5],
      ]),
    ),
  },
  { name: "a multiple resource without values", wire: hex("80"), node: nodeAt("/3/0/6", new Map()) },
  {
    name: "a resource instance",
    wire: octets("81 a2 21 69 '/19/0/0/3' 08 41 01"),
    node: nodeAt("/19/0/0/3", hex("01")),
  },
];

/** RFC 8428 §6: the pack of §5.1.3 in CBOR. */
const RFC_EXAMPLE = hex(`
  87 a7 21 78 1b 75 72 6e 3a 64 65 76 3a 6f 77 3a 31 30 65 32 30 37 33 61 30 31 30 38 30 30 36 3a
  22 fb 41 d3 03 a1 5b 00 10 62 23 61 41 20 05 00 67 76 6f 6c 74 61 67 65 01 61 56 02 fb 40 5e 06
  66 66 66 66 66 a3 00 67 63 75 72 72 65 6e 74 06 24 02 fb 3f f3 33 33 33 33 33 33 a3 00 67 63 75
  72 72 65 6e 74 06 23 02 fb 3f f4 cc cc cc cc cc cd a3 00 67 63 75 72 72 65 6e 74 06 22 02 fb 3f
  f6 66 66 66 66 66 66 a3 00 67 63 75 72 72 65 6e 74 06 21 02 f9 3e 00 a3 00 67 63 75 72 72 65 6e
  74 06 20 02 fb 3f f9 99 99 99 99 99 9a a3 00 67 63 75 72 72 65 6e 74 06 00 02 fb 3f fb 33 33 33
  33 33 33`);

describe("SenML CBOR", () => {
  for (const { name, wire, node } of vectors) {
    it(`encodes ${name}`, () => expect(senml.encode(node)).toEqual(wire));
    it(`decodes ${name}`, () => expect(senml.decode(node.path, wire, lookup)).toEqual(node));
    it(`refuses every truncation of ${name}`, () => {
      for (const cut of truncations(wire)) expectRefused(() => senml.decode(node.path, cut, lookup), "malformed");
    });
  }

  it("reads the fields of the RFC's example", () => {
    expect(SENML_CBOR.read(RFC_EXAMPLE)).toEqual([
      {
        bn: "urn:dev:ow:10e2073a0108006:",
        bt: 1_276_020_076.001,
        bu: "A",
        bver: 5,
        n: "voltage",
        u: "V",
        v: 120.1,
      },
      { n: "current", t: -5, v: 1.2 },
      { n: "current", t: -4, v: 1.3 },
      { n: "current", t: -3, v: 1.4 },
      { n: "current", t: -2, v: 1.5 },
      { n: "current", t: -1, v: 1.6 },
      { n: "current", t: 0, v: 1.7 },
    ]);
    for (const cut of truncations(RFC_EXAMPLE)) expectRefused(() => SENML_CBOR.read(cut), "malformed");
  });

  it("gives back any instance with values of every type", () => {
    fc.assert(
      fc.property(instanceValuesOf(EVERY_TYPE), (given) => {
        // A multiple resource without values has no record.
        const values = new Map([...given].filter(([, value]) => !(value instanceof Map) || value.size > 0));
        const node: ContentNode = { kind: "instance", path: parsePath("/32769/7"), definition: EVERY_TYPE, values };
        expect(senml.decode(node.path, senml.encode(node), lookup)).toEqual(node);
      }),
    );
  });

  it("gives back any records with their times and units", () => {
    const id = fc.integer({ min: 0, max: 65_534 });
    const record = fc.record(
      {
        path: fc.record(
          { objectId: id, instanceId: id, resourceId: id, resourceInstanceId: id },
          { requiredKeys: ["objectId", "instanceId", "resourceId"] },
        ),
        value: fc.oneof(...Object.values(SINGLE_VALUES)),
        time: fc.double({ min: -(2 ** 27), max: 2 ** 40, noNaN: true }).filter((time) => !Object.is(time, -0)),
        unit: fc.string(),
      },
      { requiredKeys: ["path", "value"] },
    ) as fc.Arbitrary<SenmlRecord>;
    fc.assert(
      fc.property(fc.array(record), (records) => {
        expect(decodeSenmlCbor(encodeSenmlCbor(records))).toEqual(records);
      }),
    );
  });

  it("says a time as base time where all records have one, and one by one otherwise", () => {
    const time = 1_700_000_000;
    const records = [
      { path: parsePath("/3/0/9"), value: 55, time },
      { path: parsePath("/3/0/10"), value: 15, time },
      { path: parsePath("/3/0/9"), value: 54, time: time - 60 },
    ];
    expect(encodeSenmlCbor(records)).toEqual(
      octets(`83 a4 21 65 '/3/0/' 22 1a6553f100 00 61 '9' 02 1837
        a2 00 62 '10' 02 0f
        a3 22 1a6553f0c4 00 61 '9' 02 1836`),
    );
    const [first, second] = records as [SenmlRecord, SenmlRecord];
    const { time: _, ...untimed } = second;
    expect(encodeSenmlCbor([first, untimed])).toEqual(
      octets("82 a4 21 65 '/3/0/' 00 61 '9' 06 1a6553f100 02 1837  a2 00 62 '10' 02 0f"),
    );
  });

  it("reads packs and records of indefinite length, labels in any order and unknown ones", () => {
    const wire = octets(`9f bf 02 1837 21 65 '/3/0/' 00 61 '9' ff
      a4 00 62 '10' 1863 8101 64 'else' a161 'x' f6 02 0f ff`);
    expect(decodeSenmlCbor(wire)).toEqual([
      { path: parsePath("/3/0/9"), value: 55 },
      { path: parsePath("/3/0/10"), value: 15 },
    ]);
  });

  const numbers: [what: string, wire: string, value: number | bigint][] = [
    ["a half float", "f93e00", 1.5],
    ["a float for a whole number", "fa425c0000", 55],
    ["a decimal fraction", "c4 82 21 19 6ab3", 273.15],
    ["a decimal fraction of a large mantissa", "c4 82 00 1b 0020000000000001", 9_007_199_254_740_992],
  ];
  for (const [what, wire, value] of numbers) {
    it(`takes ${what} as a number`, () => {
      expect(decodeSenmlCbor(octets(`81 a2 00 66 '/6/0/0' 02 ${wire}`))).toEqual([
        { path: parsePath("/6/0/0"), value },
      ]);
    });
  }

  it("takes a decimal fraction as a time", () => {
    const wire = octets("81 a3 00 66 '/3/0/9' 22 c48220 1b00000003f5476a05 02 01");
    expect(decodeSenmlCbor(wire)[0]!.time).toBe(1_700_000_000.5);
  });

  const malformed: [what: string, wire: string][] = [
    ["no list", "a2 00 66 '/3/0/9' 02 01"],
    ["a record that is none", "81 01"],
    ["a record that is a list", "81 80"],
    ["a record without fields", "81 a0"],
    ["octets after the list", "80 00"],
    ["neither value nor base field", "81 a1 00 66 '/3/0/9'"],
    ["two values", "81 a3 00 66 '/3/0/9' 02 01 03 61 '1'"],
    ["a field that comes twice", "81 a3 00 66 '/3/0/9' 02 01 02 02"],
    ["a number that is text", "81 a2 00 66 '/3/0/9' 02 62 '55'"],
    ["a number that is null", "81 a2 00 66 '/3/0/9' 02 f6"],
    ["a number that is a list", "81 a2 00 66 '/3/0/9' 02 8101"],
    ["a number that is a date", "81 a2 00 66 '/3/0/9' 02 c101"],
    ["a number beyond 64 bits", "81 a2 00 66 '/3/0/9' 02 c249010000000000000000"],
    ["a decimal fraction of one part", "81 a2 00 66 '/3/0/9' 02 c48101"],
    ["a decimal fraction of three parts", "81 a2 00 66 '/3/0/9' 02 c483010101"],
    ["a decimal fraction of floats", "81 a2 00 66 '/3/0/9' 02 c48201f93c00"],
    ["a decimal fraction that is none", "81 a2 00 66 '/3/0/9' 02 c401"],
    ["a decimal fraction of a huge exponent", "81 a2 00 66 '/3/0/9' 02 c4821a7fffffff01"],
    ["a boolean that is a number", "81 a2 00 66 '/1/0/6' 04 01"],
    ["a text that is octets", "81 a2 00 66 '/3/0/0' 03 4161"],
    ["octets that are text", "81 a2 00 66 '/6/0/4' 08 6161"],
    ["a link that is none", "81 a2 00 66 '/1/0/10' 63 'vlo' 62 '66'"],
    ["a name that is a number", "81 a2 00 09 02 01"],
    ["a name that is no path", "81 a2 00 67 'battery' 02 01"],
    ["a name that is an instance's", "81 a2 00 64 '/3/0' 02 01"],
    ["a time that is text", "81 a3 00 66 '/3/0/9' 06 63 'now' 02 01"],
    ["a time beyond all numbers", "81 a3 00 66 '/3/0/9' 06 fa7f800000 02 01"],
    ["a base value", "81 a3 00 66 '/3/0/9' 24 01 02 01"],
    ["a sum", "81 a2 00 66 '/3/0/9' 05 01"],
    ["a later version", "81 a3 00 66 '/3/0/9' 20 0b 02 01"],
    ["a label that is a list", "81 a1 80 00"],
    ["a field that has to be understood", "81 a3 00 66 '/3/0/9' 65 'must_' 01 02 01"],
  ];
  for (const [what, wire] of malformed) {
    it(`refuses ${what}`, () => expectRefused(() => decodeSenmlCbor(octets(wire)), "malformed"));
  }

  const refused: [what: string, path: string, wire: string, code: "malformed" | "typeMismatch"][] = [
    ["a record outside of the path", "/3/0", "81 a2 00 66 '/3/1/9' 02 01", "malformed"],
    ["a record that comes twice", "/3/0", "82 a2 21 66 '/3/0/9' 02 01 a1 02 02", "malformed"],
    ["nothing for a resource", "/3/0/9", "80", "malformed"],
    ["text for an integer", "/3/0/9", "81 a2 00 66 '/3/0/9' 03 62 '55'", "typeMismatch"],
    ["a fraction for an integer", "/3/0/9", "81 a2 00 66 '/3/0/9' 02 f93e00", "typeMismatch"],
    ["no number for a float", "/6/0/0", "81 a2 00 66 '/6/0/0' 02 f97e00", "typeMismatch"],
    ["one value for a multiple resource", "/3/0/6", "81 a2 00 66 '/3/0/6' 02 01", "typeMismatch"],
  ];
  for (const [what, path, wire, code] of refused) {
    it(`refuses ${what}`, () => expectRefused(() => senml.decode(parsePath(path), octets(wire), lookup), code));
  }

  it("refuses more records than it holds", () => {
    const record = octets("a2 00 66 '/3/0/9' 02 01");
    const many = Buffer.concat([hex("9f"), ...Array.from({ length: MAX_SENML_RECORDS + 1 }, () => record), hex("ff")]);
    expectRefused(() => decodeSenmlCbor(many), "tooLarge");
  });

  it("tells no value in an error, but where it stands", () => {
    const wire = octets("82 a1 21 65 '/0/0/' a2 00 61 '5' 08 66 'secret'");
    expect(refusal(() => decodeSenmlCbor(wire)).message).toBe('SenML, record 1: "vd" is not what it has to be');
  });

  it("never fails otherwise, whatever comes", () => {
    const wires = vectors.map(({ wire }) => wire);
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(...wires).chain(damaged));
    const paths = fc.constantFrom("/3", "/3/0", "/3/0/9", "/3/0/6/1", "/6/0/0", "/32769/0/7");
    fc.assert(
      fc.property(bytes, paths, (wire, path) => {
        throwsNothingElse(() => expect(formatPath(senml.decode(parsePath(path), wire, lookup).path)).toBe(path));
      }),
      { numRuns: 2_000 },
    );
  });
});
