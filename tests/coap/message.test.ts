import { describe, expect, it } from "@jest/globals";
import {
  CODE,
  CoapFormatError,
  type CoapMessage,
  CoapUsageError,
  decodeMessage,
  encodeMessage,
} from "../../services/coap/index.ts";
import { bytes, hex } from "./support.ts";

const NONE = new Uint8Array(0);
const base: CoapMessage = { type: "CON", code: CODE.GET, messageId: 0x7d34, token: NONE, options: [], payload: NONE };

/** The first four are the figures of RFC 7252, Appendix A. */
const vectors: { name: string; wire: string; message: CoapMessage }[] = [
  {
    name: "a confirmable GET (figure 16)",
    wire: "40017d34bb74656d7065726174757265",
    message: { ...base, options: [{ number: 11, value: bytes("temperature") }] },
  },
  {
    name: "its piggybacked response (figure 16)",
    wire: "60457d34ff32322e332043",
    message: { ...base, type: "ACK", code: CODE.CONTENT, payload: bytes("22.3 C") },
  },
  {
    name: "a confirmable GET with a token (figure 17)",
    wire: "41017d3520bb74656d7065726174757265",
    message: { ...base, messageId: 0x7d35, token: hex("20"), options: [{ number: 11, value: bytes("temperature") }] },
  },
  {
    name: "its piggybacked response with the token (figure 17)",
    wire: "61457d3520ff32322e332043",
    message: {
      ...base,
      type: "ACK",
      code: CODE.CONTENT,
      messageId: 0x7d35,
      token: hex("20"),
      payload: bytes("22.3 C"),
    },
  },
  { name: "an empty acknowledgement", wire: "60000001", message: { ...base, type: "ACK", code: 0, messageId: 1 } },
  { name: "a reset", wire: "7000ffff", message: { ...base, type: "RST", code: 0, messageId: 0xffff } },
  {
    name: "a token of eight octets and a non-confirmable message",
    wire: "580212340102030405060708",
    message: { ...base, type: "NON", code: CODE.POST, messageId: 0x1234, token: hex("0102030405060708") },
  },
  {
    name: "one-octet extended delta and length",
    wire: `40010001dd2f07${"61".repeat(20)}ff00`,
    message: {
      ...base,
      messageId: 1,
      options: [{ number: 60, value: bytes("a".repeat(20)) }],
      payload: hex("00"),
    },
  },
  {
    name: "two-octet extended delta and length",
    wire: `40010001eefcdc001f${"62".repeat(300)}`,
    message: { ...base, messageId: 1, options: [{ number: 65_001, value: bytes("b".repeat(300)) }] },
  },
  {
    name: "repeated and empty options",
    wire: "40010001b16101620060",
    message: {
      ...base,
      messageId: 1,
      options: [
        { number: 11, value: bytes("a") },
        { number: 11, value: bytes("b") },
        { number: 11, value: NONE },
        { number: 17, value: NONE },
      ],
    },
  },
];

const malformed: { name: string; wire: string; code: CoapFormatError["code"]; header?: boolean }[] = [
  { name: "three octets", wire: "400100", code: "truncated", header: false },
  { name: "version 0", wire: "00010001", code: "version", header: false },
  { name: "version 2", wire: "80010001", code: "version", header: false },
  ...[9, 10, 11, 12, 13, 14, 15].map((length) => ({
    name: `token length ${length}`,
    wire: `4${length.toString(16)}010001${"00".repeat(15)}`,
    code: "tokenLength" as const,
  })),
  { name: "a token that ends early", wire: "4401000101", code: "truncated" },
  { name: "an empty message with a token", wire: "4100000107", code: "emptyWithContent" },
  { name: "an empty message with a payload", wire: "40000001ff00", code: "emptyWithContent" },
  { name: "code class 1", wire: "40200001", code: "reservedCode" },
  { name: "code class 6", wire: "40c00001", code: "reservedCode" },
  { name: "code class 7", wire: "40e00001", code: "reservedCode" },
  { name: "a payload marker without payload", wire: "40010001ff", code: "payloadMarker" },
  { name: "a payload marker without payload after an option", wire: "40010001b161ff", code: "payloadMarker" },
  { name: "option delta 15", wire: "40010001f100", code: "optionDelta" },
  { name: "option length 15", wire: "400100011f00", code: "optionLength" },
  { name: "an option number above 65535", wire: "40010001e0ffff", code: "optionNumber" },
  { name: "an option that ends in its extended delta", wire: "40010001d0", code: "truncated" },
  { name: "an option that ends in its extended length", wire: "400100010e00", code: "truncated" },
  { name: "an option whose value ends early", wire: "40010001b361", code: "truncated" },
];

describe("CoAP message codec", () => {
  for (const { name, wire, message } of vectors) {
    it(`encodes ${name}`, () => expect(encodeMessage(message)).toEqual(hex(wire)));
    it(`decodes ${name}`, () => expect(decodeMessage(hex(wire))).toEqual(message));

    it(`takes every truncation of ${name} as a shorter message or as a format error`, () => {
      const whole = hex(wire);
      for (let length = 0; length < whole.length; length++) {
        const cut = whole.subarray(0, length);
        try {
          // What is left may be a message; then it encodes to the same octets again.
          expect(encodeMessage(decodeMessage(cut))).toEqual(cut);
        } catch (error) {
          expect(error).toBeInstanceOf(CoapFormatError);
        }
      }
    });
  }

  for (const { name, wire, code, header = true } of malformed) {
    it(`rejects ${name}`, () => {
      const error = catchError(() => decodeMessage(hex(wire)));
      expect(error).toBeInstanceOf(CoapFormatError);
      expect(error).toMatchObject({ code });
      expect((error as CoapFormatError).header !== undefined).toBe(header);
    });
  }

  it("refuses to encode options out of order", () => {
    const options = [
      { number: 12, value: NONE },
      { number: 11, value: NONE },
    ];
    expect(() => encodeMessage({ ...base, options })).toThrow(CoapUsageError);
  });

  it("refuses to encode a token of nine octets", () => {
    expect(() => encodeMessage({ ...base, token: new Uint8Array(9) })).toThrow(/token of 9 octets/);
  });
});

function catchError(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
