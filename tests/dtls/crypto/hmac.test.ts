import { createHmac, createSecretKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { HmacSha256 } from "../../../services/dtls/crypto/hmac.ts";
import { hex, toHex } from "./samples.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const filled = (octet: number, count: number) => new Uint8Array(count).fill(octet);

/** RFC 4231 §4, by the number of the test case. */
const VECTORS = [
  {
    number: 1,
    key: filled(0x0b, 20),
    message: utf8("Hi There"),
    mac: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  },
  {
    number: 2,
    key: utf8("Jefe"),
    message: utf8("what do ya want for nothing?"),
    mac: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  },
  {
    number: 3,
    key: filled(0xaa, 20),
    message: filled(0xdd, 50),
    mac: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
  },
  {
    number: 6,
    key: filled(0xaa, 131),
    message: utf8("Test Using Larger Than Block-Size Key - Hash Key First"),
    mac: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  },
] as const;

describe("HMAC-SHA-256", () => {
  it.each(VECTORS)("gives that of test case $number of RFC 4231", ({ key, message, mac }) => {
    const hmac = new HmacSha256(createSecretKey(key), message.length);
    expect(toHex(hmac.digest(message))).toBe(toHex(hex(mac)));
  });

  it("gives what node:crypto gives, one message after the other under one key", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 });
    const run = (octets: Uint8Array, several: readonly Uint8Array[]) => {
      const key = createSecretKey(octets);
      const hmac = new HmacSha256(key, 300);
      for (const message of several)
        expect(toHex(hmac.digest(message))).toBe(createHmac("sha256", key).update(message).digest("hex"));
    };
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), messages, run));
    for (const length of [63, 64, 65]) run(filled(7, length), [filled(1, 0), filled(2, 64), filled(3, 9)]);
  });
});
