import { createECDH, createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { afterAll, describe, expect, it } from "@jest/globals";
import {
  readCertificateChain,
  readCertificates,
  readPrivateKey,
  readPublicKey,
} from "../../services/pki/credentials.ts";
import { PkiError } from "../../services/pki/errors.ts";
import { spkiOf } from "../../services/pki/p256.ts";
import { createCa, generateKey, issue, toPem } from "../support/certificateAuthority.ts";
import { bitString, integer, OCTET_STRING, oid, sequence, tlv } from "./support/derWriter.ts";
import { OpenSsl } from "./support/openssl.ts";

const openssl = new OpenSsl();
afterAll(() => openssl.remove());

const octets = (text: string) => new TextEncoder().encode(text);
const key = generateKey("P-256");
const spki = new Uint8Array(createPublicKey(key).export({ type: "spki", format: "der" }));
const pem = (type: "pkcs8" | "sec1") => key.export({ type, format: "pem" }).toString();
const der = (type: "pkcs8" | "sec1") => new Uint8Array(key.export({ type, format: "der" }));
const publicPem = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
const other = (kind: "P-384" | "RSA" | "Ed25519") => generateKey(kind);
/** The private scalar alone, as small devices keep it (RFC 5915 §3: the public key is optional). */
const scalar = Buffer.from(key.export({ format: "jwk" }).d!, "base64url");
const sec1 = (...more: readonly Uint8Array[]) =>
  sequence(integer(Uint8Array.of(1)), tlv(OCTET_STRING, scalar), tlv(0xa0, oid("1.2.840.10045.3.1.7")), ...more);

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof PkiError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "none";
}

describe("a private key", () => {
  // biome-ignore format: a table
  it.each<[string, string | Uint8Array]>([
    ["PKCS#8 PEM", pem("pkcs8")],
    ["PKCS#8 PEM octets", octets(pem("pkcs8"))],
    ["PKCS#8 PEM with CRLF", pem("pkcs8").replaceAll("\n", "\r\n")],
    ["PKCS#8 PEM behind a text that begins like DER", octets(`0 is no SEQUENCE\n${pem("pkcs8")}`)],
    ["SEC1 PEM", pem("sec1")],
    ["SEC1 PEM behind its parameters", `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem("sec1")}`],
    ["PKCS#8 DER", der("pkcs8")],
    ["SEC1 DER", der("sec1")],
    ["SEC1 DER without the public key", sec1()],
    ["PEM with certificates around it", `${issue({ subject: "a" }).pem}${pem("pkcs8")}${issue({ subject: "b" }).pem}`],
  ])("is read from %s", (_, input) => expect(spkiOf(readPrivateKey(input))).toEqual(spki));

  it("is read from what openssl ecparam and genpkey write", () => {
    for (const args of [
      ["ecparam", "-name", "prime256v1", "-genkey"],
      ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    ]) {
      const written = openssl.run(args).toString();
      const expected = openssl.run(["pkey", "-pubout", "-outform", "DER"], written);
      expect(spkiOf(readPrivateKey(written))).toEqual(new Uint8Array(expected));
    }
  });

  it("that is encrypted opens with its password alone", () => {
    const encrypted = key
      .export({ type: "pkcs8", format: "pem", cipher: "aes-128-cbc", passphrase: "open" })
      .toString();
    expect(spkiOf(readPrivateKey(encrypted, { password: "open" }))).toEqual(spki);
    expect(refusal(() => readPrivateKey(encrypted))).toMatch(/^encrypted: /);
    expect(refusal(() => readPrivateKey(encrypted, { password: "sesame" }))).toMatch(/^wrongPassword: /);
  });

  // biome-ignore format: a table
  it.each<[string, string | Uint8Array, RegExp]>([
    ["on P-384", other("P-384").export({ type: "pkcs8", format: "der" }), /^unsupported: the private key has to be an EC key on P-256; it is an EC key on secp384r1/],
    ["of RSA", other("RSA").export({ type: "pkcs8", format: "pem" }).toString(), /^unsupported: .*an RSA key of 2048 bits/],
    ["of Ed25519", other("Ed25519").export({ type: "pkcs8", format: "pem" }).toString(), /^unsupported: .*ed25519/],
    ["that is a public one", publicPem, /^notPem: no private key/],
    ["that is a certificate", issue({ subject: "a" }).pem, /^notPem: no private key/],
    ["that is a public one in DER", spki, /^malformed: the private key is neither PKCS#8 nor SEC1/],
    ["twice", pem("pkcs8") + pem("sec1"), /^unsupported: 2 private keys/],
    ["that is empty", "", /^notPem/],
    ["that is no text", Uint8Array.of(1, 2, 3), /^notPem/],
    ["cut short", der("pkcs8").subarray(0, -1), /^malformed/],
    ["whose public half is another's", sec1(tlv(0xa1, bitString(createCa({ name: "x" }).spki.subarray(26)))), /^malformed: the private key does not belong/],
    ["that is far too large", new Uint8Array(2_000_000).fill(0x30), /^tooLarge/],
  ])("%s is refused", (_, input, expected) => expect(refusal(() => readPrivateKey(input))).toMatch(expected));

  it("never shows in an error, however the octets are damaged", () => {
    const secret = scalar.toString("hex");
    const good = der("pkcs8");
    for (let at = 0; at < good.length; at++) {
      const damaged = good.with(at, good[at]! ^ 0xff);
      try {
        readPrivateKey(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(PkiError);
        const { message, cause } = error as PkiError;
        expect(cause).toBeUndefined();
        expect(message).not.toContain(secret.slice(0, 8));
        expect(message).not.toContain(Buffer.from(good).toString("base64").slice(40, 50));
      }
    }
  });
});

describe("the SubjectPublicKeyInfo of a key", () => {
  it("is the same 91 octets however the key was read", () => {
    const point = createECDH("prime256v1");
    point.setPrivateKey(scalar);
    const compressed = sec1(tlv(0xa1, bitString(new Uint8Array(point.getPublicKey(null, "compressed")))));
    const read = createPrivateKey({ key: Buffer.from(compressed), format: "der", type: "sec1" });
    for (const each of [key, createPublicKey(key), read]) expect(spkiOf(each)).toEqual(spki);
    expect(spki).toHaveLength(91);
  });

  it("keeps the leading zeros of coordinates", () => {
    let found = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const exported = () => new Uint8Array(found.publicKey.export({ type: "spki", format: "der" }));
    while (exported()[27] !== 0) found = generateKeyPairSync("ec", { namedCurve: "P-256" });
    expect(spkiOf(found.privateKey)).toEqual(exported());
  });

  it("is refused for a key of another kind", () => {
    expect(refusal(() => spkiOf(other("Ed25519")))).toMatch(/^unsupported: needs an EC key on P-256/);
  });
});

describe("a public key", () => {
  it.each<[string, string | Uint8Array]>([
    ["PEM", publicPem],
    ["PEM octets", octets(publicPem)],
    ["DER", spki],
  ])("is read from %s as its 91 octets", (_, input) => expect(readPublicKey(input)).toEqual(spki));

  // biome-ignore format: a table
  it.each<[string, string | Uint8Array, RegExp]>([
    ["with trailing octets", Uint8Array.of(...spki, 0), /^malformed: .*92 octets in place of 91/],
    ["cut short", spki.subarray(0, -1), /^malformed/],
    ["that is no point of the curve", spki.with(90, spki[90]! ^ 1), /^malformed: .*not on the curve/],
    ["that is compressed", sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), bitString(Uint8Array.of(2 + (spki[90]! & 1), ...spki.subarray(27, 59)))), /^malformed: .*59 octets in place of 91/],
    ["on P-384", createCa({ name: "x", key: "P-384" }).spki, /^unsupported: the public key has to be an EC key on P-256/],
    ["that is a private one", pem("pkcs8"), /^unsupported: .*expected a PUBLIC KEY, found PRIVATE KEY/],
    ["that is a private one in DER", der("pkcs8"), /^malformed/],
    ["twice", publicPem + publicPem, /^unsupported: 2 PEM blocks/],
    ["that is no key at all", "hello", /^notPem/],
  ])("%s is refused", (_, input, expected) => expect(refusal(() => readPublicKey(input))).toMatch(expected));
});

describe("a certificate chain", () => {
  const root = createCa({ name: "Root", key: "RSA" });
  const leaf = issue({ ca: root, subject: "leaf" });

  it("is read from PEM in its order, a private key left aside, and from the DER of one certificate", () => {
    expect(readCertificateChain(toPem(leaf.der, root.der) + leaf.privateKeyPem)).toEqual([leaf.der, root.der]);
    expect(readCertificateChain(octets(leaf.pem))).toEqual([leaf.der]);
    expect(readCertificateChain(leaf.der)).toEqual([leaf.der]);
  });

  it("begins with a certificate on P-256", () => {
    expect(refusal(() => readCertificateChain(toPem(root.der, leaf.der)))).toBe(
      "unsupported: the first certificate's key has to be an EC key on P-256; it is an RSA key of 2048 bits",
    );
  });

  it("is refused beyond ten certificates, without any, or with a damaged one", () => {
    const many = (count: number) => leaf.pem.repeat(count);
    expect(readCertificateChain(many(10))).toHaveLength(10);
    expect(refusal(() => readCertificateChain(many(11)))).toMatch(/^tooLarge/);
    expect(refusal(() => readCertificateChain(leaf.privateKeyPem))).toMatch(/^notPem: no certificate/);
    expect(refusal(() => readCertificateChain(leaf.der.subarray(0, -1)))).toMatch(/^malformed/);
    expect(refusal(() => readCertificateChain(Uint8Array.of(...leaf.der, 0)))).toMatch(/^malformed/);
  });

  it("of trust anchors may have any key", () => {
    expect(readCertificates(toPem(root.der, leaf.der))).toEqual([root.der, leaf.der]);
    expect(readCertificates(root.der)).toEqual([root.der]);
  });
});
