import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decodeTlv, encodeTlv, MAX_TLV_ENTRIES, type TlvEntry } from "../../services/lwm2m/tlv.ts";
import { expectRefused, hex, utf8 } from "./support.ts";

const vectors: { name: string; wire: string; entry: TlvEntry }[] = [
  { name: "no value", wire: "c000", entry: { kind: "resource", id: 0, value: hex("") } },
  { name: "8-bit id, inline length", wire: "c10001", entry: { kind: "resource", id: 0, value: hex("01") } },
  {
    name: "8-bit id, 8-bit length",
    wire: "c8000b6f70656e206d6f62696c65",
    entry: { kind: "resource", id: 0, value: utf8("open mobile") },
  },
  {
    name: "16-bit id, inline length",
    wire: "e7a41031323334353637",
    entry: { kind: "resource", id: 42_000, value: utf8("1234567") },
  },
  {
    name: "8-bit id, 16-bit length",
    wire: `d02a0100${"00".repeat(256)}`,
    entry: { kind: "resource", id: 42, value: new Uint8Array(256) },
  },
  {
    name: "16-bit id, 24-bit length",
    wire: `f80100010000${"00".repeat(65_536)}`,
    entry: { kind: "resource", id: 256, value: new Uint8Array(65_536) },
  },
  { name: "a resource instance", wire: "6101360a", entry: { kind: "resourceInstance", id: 310, value: hex("0a") } },
  {
    name: "a multiple resource",
    wire: "8606410001410105",
    entry: {
      kind: "multipleResource",
      id: 6,
      entries: [
        { kind: "resourceInstance", id: 0, value: hex("01") },
        { kind: "resourceInstance", id: 1, value: hex("05") },
      ],
    },
  },
  {
    name: "three levels",
    wire: "0800088606410001410105",
    entry: {
      kind: "objectInstance",
      id: 0,
      entries: [
        {
          kind: "multipleResource",
          id: 6,
          entries: [
            { kind: "resourceInstance", id: 0, value: hex("01") },
            { kind: "resourceInstance", id: 1, value: hex("05") },
          ],
        },
      ],
    },
  },
];

const leaf = (kind: "resource" | "resourceInstance") =>
  fc.record({
    kind: fc.constant(kind),
    id: fc.integer({ min: 0, max: 65_534 }),
    value: fc.uint8Array({ maxLength: 300 }),
  });
const branch = (kind: "objectInstance" | "multipleResource", entry: fc.Arbitrary<TlvEntry>) =>
  fc.record({
    kind: fc.constant(kind),
    id: fc.integer({ min: 0, max: 65_534 }),
    entries: fc.array(entry, { maxLength: 4 }),
  });
const resource: fc.Arbitrary<TlvEntry> = fc.oneof(
  leaf("resource"),
  branch("multipleResource", leaf("resourceInstance")),
);
const anyEntry: fc.Arbitrary<TlvEntry> = fc.oneof(
  resource,
  leaf("resourceInstance"),
  branch("objectInstance", resource),
);

describe("the TLV wire form", () => {
  for (const { name, wire, entry } of vectors) {
    it(`encodes ${name}`, () => expect(encodeTlv([entry])).toEqual(hex(wire)));
    it(`decodes ${name}`, () => expect(decodeTlv(hex(wire))).toEqual([entry]));
    it(`refuses every truncation of ${name}`, () => {
      const whole = hex(wire);
      const lengths = whole.length > 1000 ? [1, 2, 3, 4, 5, 6, 1000, whole.length - 1] : whole.keys();
      for (const length of lengths) {
        if (length > 0) expectRefused(() => decodeTlv(whole.subarray(0, length)), "malformed");
      }
    });
  }

  it("decodes what it encodes, whatever the entries", () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 5 }), (entries) => {
        expect(decodeTlv(encodeTlv(entries))).toEqual(entries);
      }),
    );
  });

  it("refuses an entry in a place where its kind does not belong", () => {
    expectRefused(() => decodeTlv(hex("0803 080041")), "malformed");
    expectRefused(() => decodeTlv(hex("0300 410001")), "malformed");
    expectRefused(() => decodeTlv(hex("8306 c10001")), "malformed");
    expectRefused(() => decodeTlv(hex("8206 8000")), "malformed");
  });

  it("refuses a length beyond the payload, and one beyond the entry that holds it", () => {
    expectRefused(() => decodeTlv(hex("c80002 01")), "malformed");
    expectRefused(() => decodeTlv(hex("8306 42 0001 0203")), "malformed");
  });

  it("refuses the reserved id 65535", () => expectRefused(() => decodeTlv(hex("e1ffff01")), "malformed"));

  it("takes the longest payload allowed and refuses one entry more", () => {
    const most = new Uint8Array(2 * MAX_TLV_ENTRIES).fill(0xc0);
    expect(decodeTlv(most)).toHaveLength(MAX_TLV_ENTRIES);
    expectRefused(() => decodeTlv(Uint8Array.of(...hex("c000"), ...most)), "tooLarge");
  });

  it("refuses to encode a value that 24 bits of length cannot tell", () => {
    expectRefused(() => encodeTlv([{ kind: "resource", id: 0, value: new Uint8Array(0x100_0000) }]), "tooLarge");
  });

  it("takes any octets without another error than its own", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeTlv(bytes);
        } catch (error) {
          expect((error as Error).name).toBe("Lwm2mError");
        }
      }),
      { numRuns: 2000 },
    );
  });
});
