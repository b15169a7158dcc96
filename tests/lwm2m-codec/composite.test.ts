/** Payloads of several places: composites and Send in SenML and SenML-ETCH (OMA LwM2M Core 1.1 §6.3; RFC 8790). */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  type CompositeFormat,
  type CompositeWrite,
  findCompositeFormat,
  MAX_COMPOSITE_PATHS,
  senmlPayload,
} from "../../services/lwm2m/composite.ts";
import type { Lwm2mErrorCode } from "../../services/lwm2m/errors.ts";
import type { SingleValue } from "../../services/lwm2m/model.ts";
import { formatPath, parsePath } from "../../services/lwm2m/path.ts";
import type { SenmlRecord } from "../../services/lwm2m/senmlRecord.ts";
import { anyValueNode, lookup } from "./everyType.ts";
import { damaged, expectRefused, hex, octets, throwsNothingElse, truncations, utf8 } from "./support.ts";

const NUMBERS = [110, 112, 320, 322] as const;
const format = (number: number): CompositeFormat => findCompositeFormat(number)!;
const isJson = (number: number): boolean => number === 110 || number === 320;
const paths = (...texts: string[]) => texts.map(parsePath);

/** What a FETCH asks for, in JSON and in CBOR. */
const pathVectors: { name: string; paths: string[]; json: string; cbor: string }[] = [
  {
    name: "paths of every depth",
    paths: ["/", "/3", "/3/0", "/3/0/9", "/3/0/6/1"],
    json: '[{"n":"/"},{"n":"/3"},{"n":"/3/0"},{"n":"/3/0/9"},{"n":"/3/0/6/1"}]',
    cbor: "85 a100 61'/' a100 62'/3' a100 64'/3/0' a100 66'/3/0/9' a100 68'/3/0/6/1'",
  },
  { name: "one path", paths: ["/1/0/1"], json: '[{"n":"/1/0/1"}]', cbor: "81 a100 66'/1/0/1'" },
];

/** What an iPATCH asks for. */
const writeVectors: { name: string; writes: [path: string, value: SingleValue][]; json: string; cbor: string }[] = [
  {
    name: "values of several objects",
    writes: [
      ["/1/0/1", 3600],
      ["/1/0/6", true],
      ["/3/0/14", "+02:00"],
      ["/6/0/0", 48],
    ],
    json: '[{"bn":"/1/0/","n":"1","v":3600},{"n":"6","vb":true},{"bn":"/3/0/14","vs":"+02:00"},{"bn":"/6/0/0","v":48}]',
    cbor: `84 a3 21 65'/1/0/' 00 61'1' 02 190e10  a2 00 61'6' 04 f5  a2 21 67'/3/0/14' 03 66'+02:00'
      a2 21 66'/6/0/0' 02 fa42400000`,
  },
  {
    name: "a resource instance",
    writes: [["/19/0/0/3", hex("01")]],
    json: '[{"bn":"/19/0/0/3","vd":"AQ"}]',
    cbor: "81 a2 21 69'/19/0/0/3' 08 4101",
  },
];

/** RFC 8790 §3.2: null takes away. */
const REMOVAL: CompositeWrite[] = [
  { path: parsePath("/19/0/0/3"), value: null },
  { path: parsePath("/19/0/0/4"), value: hex("02") },
];
const REMOVAL_WIRES: [number: number, wire: Uint8Array][] = [
  [320, utf8('[{"bn":"/19/0/","n":"0/3","v":null},{"n":"0/4","vd":"Ag"}]')],
  [322, octets("82 a3 21 66'/19/0/' 00 63'0/3' 02 f6  a2 00 63'0/4' 08 4102")],
];

const wireOf = (number: number, { json, cbor }: { json: string; cbor: string }): Uint8Array =>
  isJson(number) ? utf8(json) : octets(cbor);

for (const number of NUMBERS) {
  describe(`composites in content format ${number}`, () => {
    const { encodePaths, decodePaths, encodeWrites, decodeWrites } = format(number);

    for (const vector of pathVectors) {
      const wire = wireOf(number, vector);
      it(`asks for ${vector.name}`, () => expect(encodePaths(paths(...vector.paths))).toEqual(wire));
      it(`reads the wish for ${vector.name}`, () => expect(decodePaths(wire)).toEqual(paths(...vector.paths)));
      it(`refuses every truncation of the wish for ${vector.name}`, () => {
        for (const cut of truncations(wire)) expectRefused(() => decodePaths(cut), "malformed");
      });
    }
    for (const vector of writeVectors) {
      const wire = wireOf(number, vector);
      const writes = vector.writes.map(([path, value]) => ({ path: parsePath(path), value }));
      it(`writes ${vector.name}`, () => expect(encodeWrites(writes, lookup)).toEqual(wire));
      it(`reads the write of ${vector.name}`, () => expect(decodeWrites(wire, lookup)).toEqual(writes));
      it(`refuses every truncation of the write of ${vector.name}`, () => {
        for (const cut of truncations(wire)) expectRefused(() => decodeWrites(cut, lookup), "malformed");
      });
    }

    it("gives back any paths", () => {
      const id = fc.integer({ min: 0, max: 65_534 });
      const path = fc.array(id, { maxLength: 4 }).map((ids) => parsePath(`/${ids.join("/")}`));
      fc.assert(
        fc.property(fc.array(path, { minLength: 1, maxLength: 20 }), (given) => {
          expect(decodePaths(encodePaths(given))).toEqual(given);
        }),
      );
    });

    it("gives back any writes of every type", () => {
      const writes = fc.uniqueArray(anyValueNode, { selector: ({ path }) => formatPath(path), maxLength: 8 });
      fc.assert(
        fc.property(writes, (nodes) => {
          const given = nodes.map(({ path, value }) => ({ path, value }) as CompositeWrite);
          expect(decodeWrites(encodeWrites(given, lookup), lookup)).toEqual(given);
        }),
      );
    });

    it("gives back the records of an answer, each with its time", () => {
      const records: SenmlRecord[] = [
        { path: parsePath("/3/0/9"), value: 55, time: 1_700_000_000 },
        { path: parsePath("/6/0/0"), value: 48, time: 1_700_000_060, float: true },
      ];
      const bytes = format(number).encode(records);
      expect(format(number).decode(bytes, lookup)).toEqual(records.map(({ float: _, ...record }) => record));
      expectRefused(() => format(number).decode(bytes, () => undefined), "unknownObject");
    });

    it("wants between one path and as many as are allowed", () => {
      expectRefused(() => decodePaths(encodePaths([])), "malformed");
      const most = Array.from({ length: MAX_COMPOSITE_PATHS }, (_, id) => ({ objectId: id }));
      expect(decodePaths(encodePaths(most))).toHaveLength(MAX_COMPOSITE_PATHS);
      expectRefused(() => decodePaths(encodePaths([...most, {}])), "tooLarge");
    });

    it("never fails otherwise, whatever comes", () => {
      const wires = [...pathVectors, ...writeVectors].map((vector) => wireOf(number, vector));
      fc.assert(
        fc.property(fc.constantFrom(...wires).chain(damaged), (bytes) => {
          throwsNothingElse(() => decodePaths(bytes));
          throwsNothingElse(() => decodeWrites(bytes, lookup));
          throwsNothingElse(() => format(number).decode(bytes, lookup));
        }),
        { numRuns: 500 },
      );
    });
  });
}

describe("composite formats", () => {
  it("are SenML and its ETCH forms, of which answers come in SenML alone", () => {
    expect(NUMBERS.map((number) => format(number).number)).toEqual(NUMBERS);
    expect(NUMBERS.filter((number) => format(number).answers)).toEqual([110, 112]);
    expect(findCompositeFormat(11_542)).toBeUndefined();
  });

  for (const [number, wire] of REMOVAL_WIRES) {
    it(`take a resource instance away in ${number}`, () => {
      expect(format(number).encodeWrites(REMOVAL, lookup)).toEqual(wire);
      expect(format(number).decodeWrites(wire, lookup)).toEqual(REMOVAL);
      for (const cut of truncations(wire)) expectRefused(() => format(number).decodeWrites(cut, lookup), "malformed");
    });
  }

  it("take nothing away in plain SenML", () => {
    for (const [etch, wire] of REMOVAL_WIRES) {
      const number = etch === 320 ? 110 : 112;
      expectRefused(() => format(number).decodeWrites(wire, lookup), "malformed");
      expectRefused(() => format(number).encodeWrites(REMOVAL, lookup), "unsupportedFormat");
    }
  });

  it("read the fetch pack of RFC 8790: base names, each record a name", () => {
    const pack = '[{"bn":"/3/0/","n":"9"},{"n":"10"},{"bn":"/1"},{"bver":10,"bn":"/","n":"6/0"}]';
    expect(format(320).decodePaths(utf8(pack))).toEqual(paths("/3/0/9", "/3/0/10", "/1", "/6/0"));
  });

  const badPaths: [what: string, json: string][] = [
    ["a value", '[{"n":"/3/0/9","v":1}]'],
    ["a value that is null", '[{"n":"/3/0/9","v":null}]'],
    ["a time", '[{"n":"/3/0/9","t":1}]'],
    ["a base time", '[{"bn":"/3/0/","bt":1,"n":"9"}]'],
    ["a unit", '[{"n":"/3/0/9","u":"V"}]'],
    ["a record without any name", '[{"n":"/3/0/9"},{}]'],
    ["a name that is no path", '[{"n":"battery"}]'],
    ["a base name that is no path by itself", '[{"bn":"/3/0/"},{"n":"9"}]'],
    ["a path too deep", '[{"n":"/3/0/6/0/0"}]'],
    ["a field that has to be understood", '[{"n":"/3/0/9","must_":1}]'],
    ["a later version", '[{"n":"/3/0/9","bver":11}]'],
    ["no list", '{"n":"/3/0/9"}'],
  ];
  for (const [what, json] of badPaths) {
    it(`refuse in what a FETCH asks for: ${what}`, () => {
      expectRefused(() => format(110).decodePaths(utf8(json)), "malformed");
      expectRefused(() => format(320).decodePaths(utf8(json)), "malformed");
    });
  }

  const badWrites: [what: string, json: string, code: Lwm2mErrorCode][] = [
    ["a place that comes twice", '[{"bn":"/1/0/1","v":1},{"v":2}]', "malformed"],
    ["a write and a removal of one place", '[{"bn":"/19/0/0/3","v":null},{"vd":"AQ"}]', "malformed"],
    ["the removal of a resource", '[{"n":"/1/0/2","v":null}]', "malformed"],
    ["a removal by another field than v", '[{"n":"/19/0/0/3","vd":null}]', "malformed"],
    ["a value for an instance", '[{"n":"/1/0","v":1}]', "malformed"],
    ["an object that is not there", '[{"n":"/9999/0/1","v":1}]', "unknownObject"],
    ["a resource that is not there", '[{"n":"/1/0/99","v":1}]', "unknownResource"],
    ["a value of another type", '[{"n":"/1/0/1","vs":"1"}]', "typeMismatch"],
    ["an instance of a single resource", '[{"n":"/1/0/1/0","v":1}]', "typeMismatch"],
    ["the removal of an instance of a single resource", '[{"n":"/1/0/1/0","v":null}]', "typeMismatch"],
    ["one value for a multiple resource", '[{"n":"/19/0/0","vd":"AQ"}]', "typeMismatch"],
    ["a value for what can only be executed", '[{"n":"/3/0/4","v":1}]', "typeMismatch"],
  ];
  for (const [what, json, code] of badWrites) {
    it(`refuse in what an iPATCH asks for: ${what}`, () => {
      expectRefused(() => format(320).decodeWrites(utf8(json), lookup), code);
    });
  }

  it("refuse to write a value of another type", () => {
    const write = { path: parsePath("/1/0/1"), value: "1" };
    for (const number of NUMBERS) expectRefused(() => format(number).encodeWrites([write], lookup), "typeMismatch");
  });

  it("read what Leshan writes: half floats, object links as text, fields in an order of its own", () => {
    const wire = octets("83 a3 00 61'1' 02 190e10 21 65'/1/0/'  a2 00 62'10' 03 64'11:0'  a2 02 f95200 21 66'/6/0/0'");
    expect(format(112).decodeWrites(wire, lookup)).toEqual([
      { path: parsePath("/1/0/1"), value: 3600 },
      { path: parsePath("/1/0/10"), value: { objectId: 11, instanceId: 0 } },
      { path: parsePath("/6/0/0"), value: 48 },
    ]);
  });

  it("give a Send its payload", () => {
    const records: SenmlRecord[] = [{ path: parsePath("/6/0/0"), value: 48, float: true }];
    expect(senmlPayload(110, records)).toEqual(utf8('[{"bn":"/6/0/0","v":48}]'));
    expect(senmlPayload(112, records)).toEqual(octets("81 a2 21 66'/6/0/0' 02 fa42400000"));
  });
});
