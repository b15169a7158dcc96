/** Every codec of a handshake: its two functions, what they carry, and an example laid by hand. */
import fc from "fast-check";
import { ByteReader } from "../../../../services/dtls/bytes.ts";
import { encodeWhole, readFragment } from "../../../../services/dtls/handshake/handshakeMessage.ts";
import {
  decodeCertificateChain,
  decodeRawPublicKey,
  encodeCertificateChain,
  encodeRawPublicKey,
} from "../../../../services/dtls/messages/certificate.ts";
import {
  decodeCertificateRequest,
  encodeCertificateRequest,
} from "../../../../services/dtls/messages/certificateRequest.ts";
import { decodeClientHello, encodeClientHello } from "../../../../services/dtls/messages/clientHello.ts";
import {
  decodeClientKeyExchange,
  encodeClientKeyExchange,
} from "../../../../services/dtls/messages/clientKeyExchange.ts";
import {
  decodeConnectionId,
  decodeExtensions,
  decodeMaxFragmentLength,
  decodeServerName,
  decodeU8List,
  decodeU16List,
  encodeExtensions,
  encodeMaxFragmentLength,
  encodeServerName,
  encodeU8List,
  encodeU16List,
} from "../../../../services/dtls/messages/extensions.ts";
import {
  decodeHelloVerifyRequest,
  encodeHelloVerifyRequest,
} from "../../../../services/dtls/messages/helloVerifyRequest.ts";
import { MESSAGES, messageTypeOf } from "../../../../services/dtls/messages/messageType.ts";
import { decodeServerHello, encodeServerHello } from "../../../../services/dtls/messages/serverHello.ts";
import {
  decodeServerKeyExchange,
  encodeEcParameters,
  encodeServerKeyExchange,
} from "../../../../services/dtls/messages/serverKeyExchange.ts";
import { decodeSignature, encodeSignature } from "../../../../services/dtls/messages/signature.ts";
import { hex } from "./wire.ts";

export const octets = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });
export const u16 = fc.nat(0xffff);
const extensions = fc.array(fc.tuple(u16, octets(0, 40)), { maxLength: 8 }).map((list) => new Map(list));
const hello = { version: u16, random: octets(32), sessionId: octets(0, 32), extensions };
const point = octets(64).map((xy) => Uint8Array.of(4, ...xy));
const signature = fc.record({ algorithm: u16, value: octets(0, 100) });
const POINT = `04 ${"a1".repeat(32)} ${"b2".repeat(32)}`;

/** A pair of functions, what they are to carry, and one example laid by hand after the specification's own layout. */
export interface Codec<T> {
  readonly name: string;
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => T;
  readonly values: fc.Arbitrary<T>;
  readonly example: { readonly wire: string; readonly value: T };
  /** What is laid otherwise, and has to be refused. */
  readonly refused?: readonly string[];
}

/** Each with a type of its own. */
function codec<T>(row: Codec<T>): Codec<unknown> {
  return row as unknown as Codec<unknown>;
}

const reading =
  <T>(read: (reader: ByteReader) => T) =>
  (bytes: Uint8Array): T => {
    const reader = new ByteReader(bytes);
    const value = read(reader);
    reader.end();
    return value;
  };

export const CODECS = [
  codec({
    name: "ClientHello (RFC 6347 §4.2.1)",
    encode: encodeClientHello,
    decode: decodeClientHello,
    values: fc.record({
      ...hello,
      cookie: octets(0, 255),
      suites: fc.array(u16, { minLength: 1, maxLength: 20 }),
      compressions: octets(1, 5),
    }),
    example: {
      wire: `fefd ${"11".repeat(32)} 02 a0a1 03 c0c1c2 0004 c0a8 00ff 01 00 0009 0017 0000 0036 0001 00`,
      value: {
        version: 0xfefd,
        random: new Uint8Array(32).fill(0x11),
        sessionId: hex("a0a1"),
        cookie: hex("c0c1c2"),
        suites: [0xc0a8, 0x00ff],
        compressions: hex("00"),
        extensions: new Map([
          [23, hex("")],
          [54, hex("00")],
        ]),
      },
    },
    refused: [
      // A session id of 33 octets, no suites, half a suite, no compression, an extension twice, a length too much.
      `fefd ${"11".repeat(32)} 21 ${"00".repeat(33)} 00 0002 c0a8 01 00`,
      `fefd ${"11".repeat(32)} 00 00 0000 01 00`,
      `fefd ${"11".repeat(32)} 00 00 0003 c0a8c0 01 00`,
      `fefd ${"11".repeat(32)} 00 00 0002 c0a8 00`,
      `fefd ${"11".repeat(32)} 00 00 0002 c0a8 01 00 0008 0017 0000 0017 0000`,
      `fefd ${"11".repeat(32)} 00 00 0002 c0a8 01 00 0005 0017 0000`,
      `fefd ${"11".repeat(32)} 00 00 0002 c0a8 01 00 0004 0017 0000 00`,
    ],
  }),
  codec({
    name: "ServerHello (RFC 5246 §7.4.1.3)",
    encode: encodeServerHello,
    decode: decodeServerHello,
    values: fc.record({ ...hello, suite: u16, compression: fc.nat(255) }),
    example: {
      wire: `fefd ${"22".repeat(32)} 00 c0ae 00 0005 ff01 0001 00`,
      value: {
        version: 0xfefd,
        random: new Uint8Array(32).fill(0x22),
        sessionId: hex(""),
        suite: 0xc0ae,
        compression: 0,
        extensions: new Map([[0xff01, hex("00")]]),
      },
    },
    refused: [
      `fefd ${"22".repeat(32)} 21 ${"00".repeat(33)} c0ae 00`,
      `fefd ${"22".repeat(32)} 00 c0ae 00 000a ff01 0001 00 ff01 0001 00`,
      `fefd ${"22".repeat(32)} 00 c0ae 00 0000 00`,
    ],
  }),
  codec({
    name: "HelloVerifyRequest (RFC 6347 §4.2.1)",
    encode: encodeHelloVerifyRequest,
    decode: decodeHelloVerifyRequest,
    values: octets(0, 255),
    example: { wire: "feff 04 01020304", value: hex("01020304") },
    refused: ["feff 04 010203", "feff 02 010203"],
  }),
  codec({
    name: "Certificate with a chain (RFC 5246 §7.4.2)",
    encode: encodeCertificateChain,
    decode: decodeCertificateChain,
    values: fc.array(octets(1, 50), { maxLength: 10 }),
    example: { wire: "000009 000002 3000 000001 05", value: [hex("3000"), hex("05")] },
    refused: ["000003 000000", "000004 000002 30", "000002 0000", `00002c ${"000001 30".repeat(11)}`],
  }),
  codec({
    name: "Certificate with a raw public key (RFC 7250 §3)",
    encode: (key) => encodeRawPublicKey(key ?? hex("")),
    decode: decodeRawPublicKey,
    values: octets(1, 100) as fc.Arbitrary<Uint8Array | undefined>,
    example: { wire: "000002 3000", value: hex("3000") },
    refused: ["000002 30", "000001 3000"],
  }),
  codec({
    name: "CertificateRequest (RFC 5246 §7.4.4)",
    encode: encodeCertificateRequest,
    decode: decodeCertificateRequest,
    values: fc.record({
      types: octets(1, 5),
      signatureAlgorithms: fc.array(u16, { minLength: 1, maxLength: 20 }) as fc.Arbitrary<readonly number[]>,
    }),
    example: { wire: "01 40 0004 0403 0503 0000", value: { types: hex("40"), signatureAlgorithms: [0x0403, 0x0503] } },
    refused: ["00 0002 0403 0000", "01 40 0000 0000", "01 40 0003 040305 0000", "01 40 0002 0403"],
  }),
  codec({
    name: "ServerKeyExchange of PSK (RFC 4279 §2)",
    encode: (value) => encodeServerKeyExchange("psk", value),
    decode: (bytes) => ({ hint: decodeServerKeyExchange("psk", bytes).hint! }),
    values: fc.record({ hint: octets(0, 128) }),
    example: { wire: "0004 436f4150", value: { hint: hex("436f4150") } },
    refused: ["0004 436f41", "0001 436f", `0401 ${"00".repeat(1_025)}`],
  }),
  codec({
    name: "ServerKeyExchange of ECDHE_PSK (RFC 5489 §2)",
    encode: ({ hint, parameters }) => encodeServerKeyExchange("ecdhePsk", { hint, parameters }),
    decode: (bytes) => {
      const { hint, point: shown, parameters } = decodeServerKeyExchange("ecdhePsk", bytes);
      return { hint: hint!, point: shown!, parameters: parameters! };
    },
    values: fc
      .record({ hint: octets(0, 128), point })
      .map((value) => ({ ...value, parameters: encodeEcParameters(value.point) })),
    example: {
      wire: `0001 68 03 0017 41 ${POINT}`,
      value: { hint: hex("68"), point: hex(POINT), parameters: hex(`03 0017 41 ${POINT}`) },
    },
    refused: ["0000", "0000 03", "0000 03 0017", `0000 03 0017 41 ${POINT} 00`],
  }),
  codec({
    name: "ServerKeyExchange of ECDHE_ECDSA (RFC 8422 §5.4)",
    encode: ({ parameters, signature: signed }) =>
      encodeServerKeyExchange("ecdheEcdsa", { parameters, signature: signed }),
    decode: (bytes) => {
      const { point: shown, parameters, signature: signed } = decodeServerKeyExchange("ecdheEcdsa", bytes);
      return { point: shown!, parameters: parameters!, signature: signed! };
    },
    values: fc.record({ point, signature }).map((value) => ({ ...value, parameters: encodeEcParameters(value.point) })),
    example: {
      wire: `03 0017 41 ${POINT} 0403 0002 3000`,
      value: {
        point: hex(POINT),
        parameters: hex(`03 0017 41 ${POINT}`),
        signature: { algorithm: 0x0403, value: hex("3000") },
      },
    },
    refused: [
      // Another curve, an explicit one, a compressed point, infinity, no signature.
      `03 0018 41 ${POINT} 0403 0002 3000`,
      `01 0017 41 ${POINT} 0403 0002 3000`,
      `03 0017 21 02 ${"a1".repeat(32)} 0403 0002 3000`,
      "03 0017 01 00 0403 0002 3000",
      `03 0017 41 ${POINT}`,
    ],
  }),
  codec({
    name: "ClientKeyExchange of PSK (RFC 4279 §2)",
    encode: encodeClientKeyExchange,
    decode: (bytes) => decodeClientKeyExchange("psk", bytes),
    values: fc.record({ identity: octets(0, 128) }),
    example: { wire: "0003 646576", value: { identity: hex("646576") } },
    refused: ["0003 6465", "0003 64657600", `0081 ${"61".repeat(129)}`],
  }),
  codec({
    name: "ClientKeyExchange of ECDHE_PSK (RFC 5489 §2)",
    encode: encodeClientKeyExchange,
    decode: (bytes) => decodeClientKeyExchange("ecdhePsk", bytes),
    values: fc.record({ identity: octets(0, 128), point }),
    example: { wire: `0001 64 41 ${POINT}`, value: { identity: hex("64"), point: hex(POINT) } },
    refused: ["0001 64", `0001 64 21 02 ${"a1".repeat(32)}`, "0001 64 00"],
  }),
  codec({
    name: "ClientKeyExchange of ECDHE_ECDSA (RFC 8422 §5.7)",
    encode: encodeClientKeyExchange,
    decode: (bytes) => decodeClientKeyExchange("ecdheEcdsa", bytes),
    values: fc.record({ point }),
    example: { wire: `41 ${POINT}`, value: { point: hex(POINT) } },
    refused: [`41 06 ${"a1".repeat(64)}`, `41 ${POINT} 00`, "00", ""],
  }),
  codec({
    name: "CertificateVerify (RFC 5246 §7.4.8)",
    encode: encodeSignature,
    decode: decodeSignature,
    values: signature,
    example: { wire: "0403 0003 300100", value: { algorithm: 0x0403, value: hex("300100") } },
    refused: ["0403 0003 3001", "0403 0001 3001", "04"],
  }),
  codec({
    name: "a list of extensions (RFC 5246 §7.4.1.4)",
    encode: encodeExtensions,
    decode: reading(decodeExtensions),
    values: extensions as fc.Arbitrary<ReadonlyMap<number, Uint8Array>>,
    example: { wire: "0007 0036 0003 02 aabb", value: new Map([[54, hex("02aabb")]]) },
    refused: [
      "0007 0036 0003 02 aa",
      "0003 0036 00",
      "00",
      `0104 ${Array.from({ length: 65 }, (_, n) => `00${n.toString(16).padStart(2, "0")}0000`).join("")}`,
    ],
  }),
  codec({
    name: "max_fragment_length (RFC 6066 §4)",
    encode: encodeMaxFragmentLength,
    decode: decodeMaxFragmentLength,
    values: fc.constantFrom(512, 1024, 2048, 4096),
    example: { wire: "03", value: 2048 as const },
  }),
  codec({
    name: "a list of groups or algorithms (RFC 8422 §5.1.1)",
    encode: encodeU16List,
    decode: decodeU16List,
    values: fc.array(u16, { minLength: 1, maxLength: 30 }),
    example: { wire: "0004 0017 001d", value: [23, 29] },
    refused: ["0000", "0003 001700", "0002 0017 00", "0002 00"],
  }),
  codec({
    name: "a list of formats or certificate types (RFC 8422 §5.1.2)",
    encode: (list) => encodeU8List([...list]),
    decode: decodeU8List,
    values: octets(1, 20),
    example: { wire: "02 0200", value: hex("0200") },
    refused: ["00", "02 02", "01 0200"],
  }),
  codec({
    name: "server_name (RFC 6066 §3)",
    encode: (name) => encodeServerName(name ?? ""),
    decode: decodeServerName,
    values: fc.stringMatching(/^[a-z0-9.-]{1,60}$/) as fc.Arbitrary<string | undefined>,
    example: { wire: "0007 00 0004 686f7374", value: "host" },
    refused: ["0000", "0003 00 0000", "0007 00 0004 68 6f 00 74", "0007 00 0004 686f73", "0004 00 0001 ff"],
  }),
  codec({
    name: "connection_id (RFC 9146 §3)",
    encode: (id) => Uint8Array.of(id.length, ...id),
    decode: decodeConnectionId,
    values: octets(0, 255),
    example: { wire: "03 a1b2c3", value: hex("a1b2c3") },
    refused: ["", "03 a1b2", "02 a1b2c3"],
  }),
  codec({
    name: "a fragment of a handshake message (RFC 6347 §4.2.2)",
    encode: ({ type, sequence, bytes }) => encodeWhole({ type: messageTypeOf(type)!, sequence, body: bytes }),
    decode: reading(readFragment),
    values: fc
      .record({
        type: fc.constantFrom(...Object.values(MESSAGES).map(({ code }) => code)),
        sequence: u16,
        bytes: octets(0, 60),
      })
      .map((value) => ({ ...value, length: value.bytes.length, offset: 0 })),
    example: {
      wire: "14 00000c 0003 000000 00000c 0102030405060708090a0b0c",
      value: { type: 20, length: 12, sequence: 3, offset: 0, bytes: hex("0102030405060708090a0b0c") },
    },
    refused: ["14 00000c 0003 000000 00000c 01", "14 00000c 0003 000000 0000"],
  }),
];
