/** Single values in CBOR, content format 60 (RFC 8949; OMA LwM2M Core 1.1 Appendix C). */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { formatOf } from "../../services/lwm2m/formats.ts";
import type { ResourceValue } from "../../services/lwm2m/model.ts";
import { parsePath } from "../../services/lwm2m/path.ts";
import { anyValueNode, EVERY_TYPE, lookup, nodeAt } from "./everyType.ts";
import { damaged, expectRefused, hex, octets, refusal, throwsNothingElse, truncations } from "./support.ts";

const cbor = formatOf(CONTENT_FORMAT.cbor);

const vectors: [name: string, path: string, wire: string, value: ResourceValue][] = [
  ["a string", "/3/0/0", "74 'Open Mobile Alliance'", "Open Mobile Alliance"],
  ["an empty string", "/3/0/0", "60", ""],
  ["an integer", "/3/0/9", "1864", 100],
  ["a negative integer", "/32769/0/1", "26", -7],
  ["the least integer", "/32769/0/1", "3b7fffffffffffffff", -(2n ** 63n)],
  ["the largest unsigned integer", "/32769/0/2", "1bffffffffffffffff", 2n ** 64n - 1n],
  ["a float", "/6/0/0", "fb404db70a3d70a3d7", 59.43],
  ["a float without a fraction, a float all the same", "/32769/0/3", "fa42400000", 48],
  ["a float that is zero with a sign", "/32769/0/3", "fa80000000", -0],
  ["true", "/1/0/6", "f5", true],
  ["false", "/1/0/6", "f4", false],
  ["octets", "/5/0/0", "4200ff", hex("00ff")],
  ["a time, tagged", "/3/0/13", "c11a5182428f", 1_367_491_215],
  ["an object link", "/32769/0/7", "64 '66:0'", { objectId: 66, instanceId: 0 }],
  ["links", "/32769/0/8", "66 '</3/0>'", "</3/0>"],
  ["a resource instance", "/3/0/6/1", "05", 5],
];

const alsoRead: [what: string, path: string, wire: string, value: ResourceValue][] = [
  ["a float that came as an integer", "/32769/0/3", "1830", 48],
  ["a half float", "/32769/0/3", "f93e00", 1.5],
  ["a time without a tag", "/3/0/13", "1a5182428f", 1_367_491_215],
  ["a time as a whole float", "/3/0/13", "c1fb41d46090a3c00000", 1_367_491_215],
  ["a date", "/3/0/13", "c074 '2013-03-21T20:04:00Z'", 1_363_896_240],
  ["a date with an offset and a fraction", "/3/0/13", "c0781c '2013-03-21t22:34:00.75+02:30'", 1_363_896_240],
  ["a date before 1970", "/3/0/13", "c074 '1969-12-31T23:59:59Z'", -1],
  ["a leap second", "/3/0/13", "c074 '2016-12-31T23:59:60Z'", 1_483_228_800],
  ["a string in chunks", "/3/0/0", "7f 6161 6162 ff", "ab"],
];

const refused: [what: string, path: string, wire: string, code: "malformed" | "typeMismatch"][] = [
  ["an integer that came as a float", "/3/0/9", "fa42c80000", "typeMismatch"],
  ["an integer that came as text", "/3/0/9", "63 '100'", "typeMismatch"],
  ["a negative unsigned integer", "/32769/0/2", "20", "typeMismatch"],
  ["an integer beyond 64 bits with a sign", "/32769/0/1", "1b8000000000000000", "typeMismatch"],
  ["text that came as octets", "/3/0/0", "4161", "typeMismatch"],
  ["octets that came as text", "/5/0/0", "6161", "typeMismatch"],
  ["a boolean that came as a number", "/1/0/6", "01", "typeMismatch"],
  ["a float that is none", "/6/0/0", "f97e00", "typeMismatch"],
  ["a float without end", "/6/0/0", "fa7f800000", "typeMismatch"],
  ["an object link that is none", "/32769/0/7", "62 '66'", "typeMismatch"],
  ["a link beyond 65535", "/32769/0/7", "67 '66000:0'", "typeMismatch"],
  ["links that are none", "/32769/0/8", "61 '<'", "typeMismatch"],
  ["a time with a fraction", "/3/0/13", "c1fb3ff8000000000000", "typeMismatch"],
  ["a time with another tag", "/3/0/13", "c200", "typeMismatch"],
  ["a date that is none", "/3/0/13", "c06161", "typeMismatch"],
  ["31 February", "/3/0/13", "c074 '2013-02-31T20:04:00Z'", "typeMismatch"],
  ["hour 25", "/3/0/13", "c074 '2013-02-01T25:04:00Z'", "typeMismatch"],
  ["null", "/3/0/9", "f6", "typeMismatch"],
  ["a list", "/3/0/9", "8101", "typeMismatch"],
  ["a value for what can only be executed", "/3/0/4", "00", "typeMismatch"],
  ["two items", "/3/0/9", "1864 00", "malformed"],
  ["no item", "/3/0/9", "", "malformed"],
  ["a text that is no UTF-8", "/3/0/0", "61ff", "malformed"],
];

describe("CBOR of one value", () => {
  for (const [name, path, wire, value] of vectors) {
    it(`encodes ${name}`, () => expect(cbor.encode(nodeAt(path, value))).toEqual(octets(wire)));
    it(`decodes ${name}`, () => {
      expect(cbor.decode(parsePath(path), octets(wire), lookup)).toEqual(nodeAt(path, value));
    });
  }
  for (const [what, path, wire, value] of alsoRead) {
    it(`decodes ${what}`, () => expect(cbor.decode(parsePath(path), octets(wire), lookup)).toMatchObject({ value }));
  }
  for (const [name, path, wire] of [...vectors, ...alsoRead]) {
    it(`refuses every truncation of ${name}`, () => {
      for (const cut of truncations(octets(wire))) {
        expectRefused(() => cbor.decode(parsePath(path), cut, lookup), "malformed");
      }
    });
  }
  for (const [what, path, wire, code] of refused) {
    it(`refuses ${what}`, () => expectRefused(() => cbor.decode(parsePath(path), octets(wire), lookup), code));
  }

  it("carries one value alone", () => {
    const instance = {
      kind: "instance",
      path: parsePath("/32769/0"),
      definition: EVERY_TYPE,
      values: new Map(),
    } as const;
    for (const node of [instance, nodeAt("/3/0/6", new Map([[0, 1]])), nodeAt("/3/0/4", "")]) {
      expect(cbor.carries(node)).toBe(false);
      expectRefused(() => cbor.encode(node), "unsupportedFormat");
    }
    for (const path of ["/3", "/3/0", "/3/0/6"]) {
      expectRefused(() => cbor.decode(parsePath(path), hex("01"), lookup), "unsupportedFormat");
    }
  });

  it("refuses to encode a value of another type", () => {
    expectRefused(() => cbor.encode(nodeAt("/3/0/9", "100")), "typeMismatch");
  });

  it("tells no value in an error, but where it belongs", () => {
    const error = refusal(() => cbor.decode(parsePath("/0/0/5"), octets("66 'secret'"), lookup));
    expect(error.message).toBe('/0/0/5 "Secret Key": the CBOR item is no opaque');
    expect(error.path).toEqual(parsePath("/0/0/5"));
  });

  it("gives back any value of every type", () => {
    fc.assert(
      fc.property(anyValueNode, (node) => expect(cbor.decode(node.path, cbor.encode(node), lookup)).toEqual(node)),
    );
  });

  it("never fails otherwise, whatever comes", () => {
    const paths = EVERY_TYPE.resources.filter(({ multiple }) => !multiple).map(({ id }) => parsePath(`/32769/0/${id}`));
    const wires = vectors.map(([, , wire]) => octets(wire));
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.constantFrom(...wires).chain(damaged));
    fc.assert(
      fc.property(fc.constantFrom(...paths), bytes, (path, wire) => {
        throwsNothingElse(() => cbor.decode(path, wire, lookup));
      }),
      { numRuns: 2_000 },
    );
  });
});
