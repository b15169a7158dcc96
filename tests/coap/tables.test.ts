import { describe, expect, it } from "@jest/globals";
import {
  COAP_PARAMETERS,
  CODE,
  type CoapParameters,
  CoapUriError,
  decodeBlock,
  deriveTimes,
  encodeBlock,
  encodeOptions,
  encodeUint,
  formatCode,
  isCritical,
  OPTION,
  optionDefinition,
  optionName,
  parseCoapUri,
  parseCode,
  readOptions,
  resolveParameters,
} from "../../services/coap/index.ts";
import { bytes, hex } from "./support.ts";

describe("codes", () => {
  it("are written and read as c.dd", () => {
    for (const code of Object.values(CODE)) expect(parseCode(formatCode(code))).toBe(code);
    expect(formatCode(CODE.CONTENT)).toBe("2.05");
    expect(formatCode(CODE.UNPROCESSABLE_ENTITY)).toBe("4.22");
  });

  it.each(["2.5", "8.00", "2.32", "", "2.05 "])("refuse the text %j", (written) => {
    expect(() => parseCode(written)).toThrow(/is no code/);
  });
});

describe("options", () => {
  it("have the numbers and kinds of RFC 7252 §5.10", () => {
    expect(Object.values(OPTION).map(({ number }) => number)).toEqual([
      1, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 17, 20, 23, 27, 28, 35, 39, 60,
    ]);
    const critical = Object.values(OPTION).filter(({ number }) => isCritical(number));
    expect(critical.map(({ name }) => name)).toEqual([
      "If-Match",
      "Uri-Host",
      "If-None-Match",
      "Uri-Port",
      "Uri-Path",
      "Uri-Query",
      "Accept",
      "Block2",
      "Block1",
      "Proxy-Uri",
      "Proxy-Scheme",
    ]);
    expect(optionDefinition(11)).toBe(OPTION.uriPath);
    expect(optionName(65_000)).toBe("Option 65000");
  });

  it("round-trip as fields, in ascending order on the wire", () => {
    const fields = {
      uriHost: "example",
      etags: [hex("0102")],
      observe: 70_000,
      path: ["rd", "ä", ""],
      contentFormat: 11_542,
      maxAge: 0x12345678,
      query: ["ep=x", "lt=300"],
      accept: 0,
      block2: { num: 3, more: true, size: 64 },
      block1: { num: 0xfffff, more: false, size: 1_024 },
      size2: 0,
      size1: 8_388_608,
    };
    const options = encodeOptions(fields);
    const numbers = options.map(({ number }) => number);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(readOptions(options)).toMatchObject({ ...fields, unrecognised: undefined, proxy: false });
  });

  it("name the first critical option that is not understood", () => {
    const critical = { number: 9, value: hex("00") };
    expect(readOptions([critical]).unrecognised).toBe(9);
    expect(readOptions([{ number: OPTION.ifNoneMatch.number, value: hex("") }]).unrecognised).toBe(5);
  });

  it("pass over elective ones that are unknown, too long or repeated", () => {
    const read = readOptions([
      { number: OPTION.observe.number, value: hex("01020304") },
      { number: OPTION.contentFormat.number, value: hex("28") },
      { number: OPTION.contentFormat.number, value: hex("29") },
      { number: 65_000, value: bytes("x") },
    ]);
    expect(read).toMatchObject({ observe: undefined, contentFormat: 0x28, unrecognised: undefined });
  });

  it("treat a critical one of a wrong length, a wrong encoding or repeated as not understood", () => {
    expect(readOptions([{ number: OPTION.accept.number, value: hex("010203") }]).unrecognised).toBe(17);
    expect(readOptions([{ number: OPTION.uriPath.number, value: hex("ff") }]).unrecognised).toBe(11);
    const twice = { number: OPTION.block2.number, value: encodeUint(0) };
    expect(readOptions([twice, twice]).unrecognised).toBe(23);
  });

  it("take block values to and from NUM, M and SZX", () => {
    expect(decodeBlock(encodeBlock({ num: 5, more: true, size: 16 }))).toEqual({ num: 5, more: true, size: 16 });
    expect(encodeBlock({ num: 1, more: false, size: 1_024 })).toBe(0x16);
    expect(decodeBlock(0x17)).toBeUndefined();
  });
});

describe("parameters", () => {
  it("give the times of RFC 7252 §4.8.2 by default", () => {
    expect(deriveTimes(resolveParameters())).toEqual({
      maxTransmitSpanMs: 45_000,
      maxTransmitWaitMs: 93_000,
      maxRttMs: 202_000,
      exchangeLifetimeMs: 247_000,
      nonLifetimeMs: 145_000,
    });
  });

  it("accept both ends of every range and nothing beyond", () => {
    for (const [key, { min, max }] of Object.entries(COAP_PARAMETERS)) {
      expect(resolveParameters({ [key]: min })[key as keyof CoapParameters]).toBe(min);
      expect(resolveParameters({ [key]: max })[key as keyof CoapParameters]).toBe(max);
      expect(() => resolveParameters({ [key]: min - 1 })).toThrow(new RegExp(`^${key} is `));
      expect(() => resolveParameters({ [key]: max + 1 })).toThrow(/allowed is/);
    }
    expect(() => resolveParameters({ blockSize: 100 })).toThrow("blockSize is 100; allowed is a power of two");
    expect(() => resolveParameters({ nstart: 1.5 })).toThrow("a whole number from 1");
  });
});

describe("CoAP URIs", () => {
  it.each([
    ["coap://example.com", { secure: false, host: "example.com", named: true, port: 5683, path: [], query: [] }],
    ["coaps://example.com/", { secure: true, host: "example.com", named: true, port: 5684, path: [], query: [] }],
    [
      "COAP://EXAMPLE.com:61616//%7Esensors?a=1&b",
      { host: "example.com", port: 61616, path: ["", "~sensors"], query: ["a=1", "b"] },
    ],
    ["coap://[2001:DB8::2:1]/r%2Fd/x", { host: "2001:db8::2:1", named: false, path: ["r/d", "x"] }],
    ["coap://192.0.2.1:5683/%C3%A4?", { host: "192.0.2.1", named: false, path: ["ä"], query: [""] }],
    ["coap://[fe80::1%25eth0]:1", { host: "fe80::1%eth0", port: 1 }],
  ])("%s is taken apart", (uri, expected) => expect(parseCoapUri(uri)).toMatchObject(expected));

  it.each([
    ["http://example.com", "scheme"],
    ["coap:example.com", "scheme"],
    ["example.com", "scheme"],
    ["coap://", "host"],
    ["coap://:5683", "host"],
    ["coap://2001:db8::1", "host"],
    ["coap://[1.2.3.4]", "host"],
    ["coap://a b", "host"],
    ["coap://user@host", "userInfo"],
    ["coap://host:0", "port"],
    ["coap://host:65536", "port"],
    ["coap://host:12x", "port"],
    ["coap://host/#part", "fragment"],
    ["coap://host/%zz", "encoding"],
    ["coap://host/%ff", "encoding"],
    [`coap://host/${"a".repeat(256)}`, "length"],
    [`coap://host/${"a/".repeat(1_100)}`, "length"],
  ])("%.60s is refused as %s", (uri, code) => {
    let error: unknown;
    try {
      parseCoapUri(uri);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(CoapUriError);
    expect(error).toMatchObject({ code });
  });
});
