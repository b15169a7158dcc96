import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { prf } from "../../../services/dtls/crypto/prf.ts";
import { hex, toHex } from "./samples.ts";

interface Vector {
  readonly source: string;
  readonly secret: string;
  readonly label: string;
  readonly seed: string;
  readonly output: string;
}

const VECTORS: readonly Vector[] = [
  {
    source: "the P_SHA256 vector of the TLS working group's list",
    secret: "9bbe436ba940f017b17652849a71db35",
    label: "test label",
    seed: "a0ba9f936cda311827a6f796ffd5198c",
    output: `
      e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af
      0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701
      87347b66`,
  },
  {
    source: "the SHA-256 vector of Mbed TLS' test_suite_ssl.data",
    secret: "1234567890abcdef".repeat(6),
    label: "test tls_prf label",
    seed: "1234567890abcdef".repeat(8),
    output: "7f9998393198a02c8d731ccc2ef90b2c",
  },
];

describe("pseudorandom function", () => {
  it.each(VECTORS)("gives $source", ({ secret, label, seed, output }) => {
    const expected = hex(output);
    expect(toHex(prf(createSecretKey(hex(secret)), label, hex(seed), expected.length))).toBe(toHex(expected));
  });

  it("gives a prefix of the same stream for every length", () => {
    const [{ secret, label, seed, output }] = VECTORS as [Vector];
    const key = createSecretKey(hex(secret));
    const stream = toHex(hex(output));
    for (let length = 0; length <= 100; length++)
      expect(toHex(prf(key, label, hex(seed), length))).toBe(stream.slice(0, 2 * length));
  });

  it("gives memory that holds nothing else, so that wiping it wipes all of it", () => {
    const output = prf(createSecretKey(hex("00")), "label", hex("01"), 40);
    expect(output.buffer.byteLength).toBe(40);
  });
});
