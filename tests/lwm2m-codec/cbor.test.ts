/** CBOR item by item (RFC 8949). */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { CborReader, MAX_CBOR_DEPTH, MAX_CBOR_ITEMS, MAX_CBOR_STRING } from "../../services/lwm2m/cborReader.ts";
import { CborWriter } from "../../services/lwm2m/cborWriter.ts";
import { damaged, expectRefused, hex, octets, throwsNothingElse, truncations } from "./support.ts";

type Item = number | bigint | string | boolean | null | Uint8Array | Float | Tagged | Item[] | Map<Item, Item>;

/** A number written as a float, whatever its value. */
class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

class Tagged {
  readonly tag: number | bigint;
  readonly item: Item;
  constructor(tag: number | bigint, item: Item) {
    this.tag = tag;
    this.item = item;
  }
}

function read(reader: CborReader): Item {
  switch (reader.kind) {
    case "unsigned":
    case "negative":
      return reader.integer();
    case "float":
      return new Float(reader.float());
    case "array": {
      const items: Item[] = [];
      expect(reader.eachItem(() => items.push(read(reader)))).toBe(items.length);
      return items;
    }
    case "map": {
      const entries: [Item, Item][] = [];
      expect(reader.eachEntry(() => entries.push([read(reader), read(reader)]))).toBe(entries.length);
      return new Map(entries);
    }
    case "tag":
      return reader.tag((tag) => new Tagged(tag, read(reader)));
    case "text":
      return reader.text();
    case "bytes":
      return reader.bytes();
    case "boolean":
      return reader.boolean();
    case "null":
      return reader.null();
  }
}

function readAll(bytes: Uint8Array): Item {
  const reader = new CborReader(bytes);
  const item = read(reader);
  reader.end();
  return item;
}

function write(writer: CborWriter, item: Item): CborWriter {
  if (item === null) return writer.null();
  if (item instanceof Float) return writer.float(item.value);
  if (item instanceof Tagged) return write(writer.tag(Number(item.tag)), item.item);
  if (item instanceof Uint8Array) return writer.bytes(item);
  if (Array.isArray(item)) return item.reduce<CborWriter>(write, writer.array(item.length));
  if (item instanceof Map) return [...item].flat().reduce<CborWriter>(write, writer.map(item.size));
  if (typeof item === "string") return writer.text(item);
  return typeof item === "boolean" ? writer.boolean(item) : writer.integer(item);
}

const wrote = (item: Item): Uint8Array => write(new CborWriter(), item).finish();

/** RFC 8949 Appendix A, as far as LwM2M has a use for it. */
const vectors: [wire: string, item: Item][] = [
  ["00", 0],
  ["01", 1],
  ["0a", 10],
  ["17", 23],
  ["1818", 24],
  ["1819", 25],
  ["1864", 100],
  ["1903e8", 1000],
  ["1a000f4240", 1_000_000],
  ["1b000000e8d4a51000", 1_000_000_000_000],
  ["1bffffffffffffffff", 18_446_744_073_709_551_615n],
  ["3bffffffffffffffff", -18_446_744_073_709_551_616n],
  ["20", -1],
  ["29", -10],
  ["3863", -100],
  ["3903e7", -1000],
  ["1b001fffffffffffff", Number.MAX_SAFE_INTEGER],
  ["1b0020000000000000", 9_007_199_254_740_992n],
  ["3b001ffffffffffffe", Number.MIN_SAFE_INTEGER],
  ["3b001fffffffffffff", -9_007_199_254_740_992n],
  ["fb3ff199999999999a", new Float(1.1)],
  ["fa47c35000", new Float(100_000)],
  ["fa7f7fffff", new Float(3.4028234663852886e38)],
  ["fb7e37e43c8800759c", new Float(1.0e300)],
  ["fbc010666666666666", new Float(-4.1)],
  ["f4", false],
  ["f5", true],
  ["f6", null],
  ["c11a514b67b0", new Tagged(1, 1_363_896_240)],
  ["c1fb41d452d9ec200000", new Tagged(1, new Float(1_363_896_240.5))],
  ["c074 '2013-03-21T20:04:00Z'", new Tagged(0, "2013-03-21T20:04:00Z")],
  ["d74401020304", new Tagged(23, hex("01020304"))],
  ["40", hex("")],
  ["4401020304", hex("01020304")],
  ["60", ""],
  ["6161", "a"],
  ["6449455446", "IETF"],
  ["62225c", '"\\'],
  ["62c3bc", "\u00fc"],
  ["63e6b0b4", "\u6c34"],
  ["64f0908591", "\u{10151}"],
  ["80", []],
  ["83010203", [1, 2, 3]],
  ["8301820203820405", [1, [2, 3], [4, 5]]],
  ["98190102030405060708090a0b0c0d0e0f101112131415161718181819", Array.from({ length: 25 }, (_, index) => index + 1)],
  ["a0", new Map()],
  [
    "a201020304",
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    "a26161016162820203",
    new Map<Item, Item>([
      ["a", 1],
      ["b", [2, 3]],
    ]),
  ],
];

/** Of the same appendix: what is read and never written. */
const readOnly: [wire: string, item: Item][] = [
  ["f90000", new Float(0)],
  ["f98000", new Float(-0)],
  ["f93c00", new Float(1)],
  ["f93e00", new Float(1.5)],
  ["f97bff", new Float(65_504)],
  ["f90001", new Float(2 ** -24)],
  ["f90400", new Float(0.00006103515625)],
  ["f9c400", new Float(-4)],
  ["f97c00", new Float(Number.POSITIVE_INFINITY)],
  ["f97e00", new Float(Number.NaN)],
  ["f9fc00", new Float(Number.NEGATIVE_INFINITY)],
  ["5f42010243030405ff", hex("0102030405")],
  ["7f657374726561646d696e67ff", "streaming"],
  ["9fff", []],
  ["9f018202039f0405ffff", [1, [2, 3], [4, 5]]],
  ["83018202039f0405ff", [1, [2, 3], [4, 5]]],
  [
    "bf61610161629f0203ffff",
    new Map<Item, Item>([
      ["a", 1],
      ["b", [2, 3]],
    ]),
  ],
  ["1800", 0],
  ["1b0000000000000001", 1],
  ["590001ff", hex("ff")],
];

const malformed: [what: string, wire: string][] = [
  ["nothing", ""],
  ["two items", "0000"],
  ["a break alone", "ff"],
  ["a reserved length", "1c"],
  ["an integer of no definite length", "1f"],
  ["a tag of no definite length", "df00"],
  ["a chunk that is not text", "7f4161ff"],
  ["chunks within chunks", "7f7f6161ffff"],
  ["a map that ends after a key", "bf00ff"],
  ["an undefined value", "f7"],
  ["a simple value that is none of ours", "f0"],
  ["text that is no UTF-8", "61ff"],
  ["text whose chunks cut a character", "7f61c361bcff"],
  ["more items than octets", "9b00ffffffffffffff00"],
];

describe("CBOR", () => {
  for (const [wire, item] of vectors) {
    it(`writes ${wire}`, () => expect(wrote(item)).toEqual(octets(wire)));
  }
  for (const [wire, item] of [...vectors, ...readOnly]) {
    it(`reads ${wire}`, () => expect(readAll(octets(wire))).toEqual(item));
    it(`passes over ${wire}`, () => {
      const reader = new CborReader(octets(wire));
      reader.skip();
      expect(() => reader.end()).not.toThrow();
    });
    it(`refuses every truncation of ${wire}`, () => {
      for (const cut of truncations(octets(wire))) {
        expectRefused(() => readAll(cut), "malformed");
        expectRefused(() => new CborReader(cut).skip(), "malformed");
      }
    });
  }
  for (const [what, wire] of malformed) {
    it(`refuses ${what}`, () => expectRefused(() => readAll(hex(wire)), "malformed"));
  }

  it("says which kind of item was wanted", () => {
    expectRefused(() => new CborReader(hex("60")).integer(), "typeMismatch");
    expectRefused(() => new CborReader(hex("00")).text(), "typeMismatch");
    expectRefused(() => new CborReader(hex("f5")).float(), "typeMismatch");
    expectRefused(() => new CborReader(hex("00")).boolean(), "typeMismatch");
    expectRefused(() => new CborReader(hex("00")).eachItem(() => {}), "typeMismatch");
  });

  it("bounds depth, items and the length of a string", () => {
    const nested = (depth: number) => hex(`${"81".repeat(depth)}00`);
    expect(() => new CborReader(nested(MAX_CBOR_DEPTH)).skip()).not.toThrow();
    expectRefused(() => new CborReader(nested(MAX_CBOR_DEPTH + 1)).skip(), "tooLarge");
    expectRefused(() => new CborReader(hex(`${"c1".repeat(MAX_CBOR_DEPTH + 1)}00`)).skip(), "tooLarge");
    const many = new Uint8Array(MAX_CBOR_ITEMS + 2);
    many[0] = 0x9f;
    expectRefused(() => new CborReader(many).skip(), "tooLarge");
    const long = new Uint8Array(MAX_CBOR_STRING + 6);
    long.set([0x5a, 0x01, 0, 0, 0]);
    expectRefused(() => new CborReader(long).bytes(), "tooLarge");
  });

  it("gives octets as a copy", () => {
    const wire = hex("4101");
    const bytes = new CborReader(wire).bytes();
    wire[1] = 2;
    expect(bytes).toEqual(hex("01"));
  });

  it("reads what it writes, whatever the items", () => {
    const { item } = fc.letrec<{ item: Item }>((tie) => ({
      item: fc.oneof(
        { maxDepth: 5 },
        fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }).map((value) => {
          const number = Number(value);
          return Number.isSafeInteger(number) ? number : value;
        }),
        fc.double().map((value) => new Float(value)),
        fc.string({ unit: "grapheme" }),
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("item"), { maxLength: 30 }),
        fc.array(fc.tuple(fc.integer(), tie("item")), { maxLength: 30 }).map((entries) => new Map<Item, Item>(entries)),
      ),
    }));
    fc.assert(fc.property(item, (given) => expect(readAll(wrote(given))).toEqual(given)));
  });

  it("never fails otherwise, whatever comes", () => {
    const sample = wrote([1, "text", hex("00ff"), new Float(1.5), new Map([[-2, new Tagged(1, 7)]])]);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged(sample)), (bytes) => {
        throwsNothingElse(() => readAll(bytes));
        throwsNothingElse(() => new CborReader(bytes).skip());
      }),
      { numRuns: 2_000 },
    );
  });
});
