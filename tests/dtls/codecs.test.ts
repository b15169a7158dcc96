import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DecodeError, toHex } from "../../services/dtls/bytes.ts";
import { encodeFragment } from "../../services/dtls/handshake/handshakeMessage.ts";
import { MESSAGES, type MessageType, messageTypeOf } from "../../services/dtls/messages/messageType.ts";
import { readRecord, writeRecord } from "../../services/dtls/record/record.ts";
import { CODECS, octets, u16 } from "./attacks/support/codecs.ts";
import { hex } from "./attacks/support/wire.ts";

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, inner) => shown(inner)));

/** Octets and maps as what JSON can compare, whatever kind of view they are. */
function shown(value: unknown): unknown {
  if (value instanceof Uint8Array) return `octets ${toHex(value)}`;
  if (value instanceof Map) return [...value];
  if (typeof value === "object" && value !== null && "type" in value && value.type === "Buffer")
    throw new Error("a Buffer");
  return value;
}

describe.each(CODECS)("the codec of $name", ({ encode, decode, values, example, refused = [] }) => {
  it("lays and reads an example as the specification does", () => {
    expect(toHex(encode(example.value))).toBe(toHex(hex(example.wire)));
    expect(plain(decode(hex(example.wire)))).toEqual(plain(example.value));
  });

  it("reads what it writes", () => {
    fc.assert(fc.property(values, (value) => expect(plain(decode(encode(value)))).toEqual(plain(value))));
  });

  it("throws nothing but what becomes an alert, whatever the octets", () => {
    const wire = hex(example.wire);
    const spoilt = fc.array(fc.tuple(fc.nat(wire.length), fc.nat(255)), { maxLength: 4 }).map((changes) => {
      const copy = Uint8Array.from(wire);
      for (const [at, octet] of changes) copy[at] = octet;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(octets(0, 300), spoilt), (bytes) => void outcome(decode, bytes)),
      { numRuns: 300 },
    );
  });

  it("refuses every example that is cut short, and those that break a rule", () => {
    const wire = hex(example.wire);
    for (let length = 0; length < wire.length; length++) {
      const cut = outcome(decode, wire.subarray(0, length));
      // A hello may end before its extensions, a list may be absent: what is read then is shorter, and never the same.
      if (cut !== "refused") expect(plain(cut)).not.toEqual(plain(example.value));
    }
    for (const bad of refused) expect(outcome(decode, hex(bad))).toBe("refused");
  });
});

function outcome(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): unknown {
  try {
    return decode(bytes);
  } catch (error) {
    // A DecodeError becomes decode_error; where a specification names another alert, it is said at once.
    if (!(error instanceof DecodeError)) expect(error).toMatchObject({ name: "DtlsError", alert: "illegal_parameter" });
    return "refused";
  }
}

describe("the handshake header", () => {
  it("tells where a fragment lies in its message", () => {
    const body = hex("0102030405060708090a0b0c");
    const fragment = encodeFragment({ type: "finished", sequence: 0x0203, body }, 4, 5);
    expect(toHex(fragment)).toBe(toHex(hex("14 00000c 0203 000004 000005 0506070809")));
  });

  it("knows each message by its number, and no other", () => {
    const known = Object.keys(MESSAGES) as MessageType[];
    for (const type of known) expect(messageTypeOf(MESSAGES[type].code)).toBe(type);
    const codes = new Set<number>(known.map((type) => MESSAGES[type].code));
    for (let code = 0; code < 256; code++) if (!codes.has(code)) expect(messageTypeOf(code)).toBeUndefined();
  });
});

describe("the record header (RFC 6347 §4.1, RFC 9146 §4)", () => {
  it("is laid as the specifications do", () => {
    expect(toHex(writeRecord(23, 1, 0x0102_0304_0506, undefined, hex("aabb")))).toBe("17fefd00010102030405060002aabb");
    expect(toHex(writeRecord(25, 1, 5, hex("c1c2c3"), hex("aabb")))).toBe("19fefd0001000000000005c1c2c30002aabb");
  });

  it("is read as it is written, at any place in a datagram", () => {
    const fields = fc.record({
      type: fc.constantFrom(20, 21, 22, 23, 25),
      epoch: u16,
      sequence: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      id: octets(0, 20),
      fragment: octets(0, 100),
      before: octets(0, 20),
    });
    fc.assert(
      fc.property(fields, ({ type, epoch, sequence, id, fragment, before }) => {
        const connectionId = type === 25 ? id : undefined;
        const record = writeRecord(type, epoch, sequence, connectionId, fragment);
        const datagram = Uint8Array.from([...before, ...record]);
        const view = readRecord(datagram, before.length, id.length);
        expect(plain(view)).toEqual(
          plain({ type, version: 0xfefd, epoch, sequence, connectionId, fragment, size: record.length }),
        );
      }),
    );
  });

  it("is never read beyond the datagram, whatever the octets", () => {
    fc.assert(
      fc.property(octets(0, 60), fc.nat(40), fc.nat(300), (datagram, at, cidLength) => {
        const view = readRecord(datagram, at, cidLength);
        if (view !== undefined) expect(at + view.size).toBeLessThanOrEqual(datagram.length);
      }),
      { numRuns: 500 },
    );
  });
});
