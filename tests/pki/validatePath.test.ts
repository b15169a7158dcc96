import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { validatePath } from "../../services/pki/validatePath.ts";
import { createCa, generateKey, type Issued, type IssueOptions, issue } from "../support/certificateAuthority.ts";
import { boolean, sequence } from "./support/derWriter.ts";
import { judge, verdict } from "./support/judge.ts";

const DAY_MS = 86_400_000;
const now = Date.now();
const root = createCa({ name: "Root" });
const middle = createCa({ name: "Middle", ca: root });
const rsaKey = generateKey("RSA");
const leafOf = (ca: Issued | undefined, more: Partial<IssueOptions> = {}) =>
  issue({ ...(ca && { ca }), subject: "device", san: ["DNS:host.example", "IP:192.0.2.1"], ...more });
/** The verdict on a chain of end entity, `Middle` made otherwise, and the trusted root. */
const withMiddle = (more: Partial<IssueOptions>, leaf: Partial<IssueOptions> = {}) => {
  const ca = createCa({ name: "Middle", ca: root, ...more });
  return verdict([leafOf(ca, leaf), ca], [root]);
};
const withLeaf = (more: Partial<IssueOptions>, question = {}) => verdict([leafOf(root, more)], [root], question);

describe("a certificate path", () => {
  it("leads from the end entity through CAs that the peer sent to a trusted root", () => {
    const leaf = leafOf(middle);
    expect(judge([leaf, middle], [root])).toEqual({
      ok: true,
      subject: "CN=device",
      fingerprint: createHash("sha256").update(leaf.der).digest("hex").toUpperCase(),
      publicKey: leaf.spki,
    });
  });

  it("may end at a trusted intermediate whose own issuer is unknown", () => {
    expect(verdict([leafOf(middle)], [middle])).toBe("ok");
  });

  it("may be sent in any order, with the root, strangers and doubles among it", () => {
    const lower = createCa({ name: "Lower", ca: middle });
    const leaf = leafOf(lower);
    const stranger = createCa({ name: "Stranger" });
    expect(verdict([leaf, root, stranger, middle, lower, middle, leaf], [root])).toBe("ok");
  });

  it("is found where another CA has the name of the issuer but not its key", () => {
    const twin = createCa({ name: "Middle", ca: root });
    const otherRoot = createCa({ name: "Root" });
    expect(verdict([leafOf(middle), twin, middle], [otherRoot, root])).toBe("ok");
  });

  it("is found through a cross-signed CA when the root it also leads to is not trusted", () => {
    const key = generateKey("P-256");
    const [old, young] = [createCa({ name: "Old" }), createCa({ name: "Young" })];
    const byOld = createCa({ name: "Cross", ca: old, key });
    const byYoung = createCa({ name: "Cross", ca: young, key });
    expect(verdict([leafOf(byOld), byOld, old, byYoung], [young])).toBe("ok");
  });

  it("takes RSA, P-384, P-521 and Ed25519 CAs above an end entity on P-256", () => {
    const top = createCa({ name: "Top", key: rsaKey, hash: "sha512" });
    const second = createCa({ name: "Second", ca: top, key: "P-384", hash: "sha384" });
    const third = createCa({ name: "Third", ca: second, key: "P-521", hash: "sha384" });
    const fourth = createCa({ name: "Fourth", ca: third, key: "Ed25519", hash: "sha512" });
    expect(verdict([leafOf(fourth), fourth, third, second], [top])).toBe("ok");
  });

  it("trusts a self-signed end entity that is an anchor itself, with all its own rules", () => {
    const own = leafOf(undefined);
    expect(verdict([own], [own], { name: "host.example" })).toBe("ok");
    expect(verdict([own], [own], { name: "other.example" })).toMatch(
      /^certificate_unknown: CN=device is not for the host/,
    );
    expect(verdict([own], [own], { now: now + 400 * DAY_MS })).toMatch(/^certificate_expired: CN=device expired on/);
  });

  it("is refused as unknown_ca when it leads to no trusted CA, with the place where it ends", () => {
    const stranger = createCa({ name: "Stranger" });
    expect(verdict([leafOf(middle), middle], [stranger])).toBe(
      "unknown_ca: CN=Middle was issued by no trusted CA (its issuer is CN=Root)",
    );
    expect(verdict([leafOf(middle)], [root])).toBe(
      "unknown_ca: CN=device was issued by no trusted CA (its issuer is CN=Middle)",
    );
    expect(verdict([leafOf(middle), middle, root], [stranger])).toBe(
      "unknown_ca: CN=Root is self-issued and not trusted",
    );
    expect(verdict([leafOf(undefined)], [root])).toBe("unknown_ca: CN=device is self-issued and not trusted");
    expect(verdict([leafOf(root)], [])).toMatch(/^unknown_ca: CN=device/);
  });

  it("is refused when a signature is by another key than the named issuer's", () => {
    expect(withLeaf({ signWith: generateKey("P-256") })).toBe(
      "bad_certificate: CN=device is not signed by the key of CN=Root, which it names as its issuer",
    );
    expect(withMiddle({ signWith: rsaKey })).toMatch(/^bad_certificate: CN=Middle is not signed by the key of CN=Root/);
  });

  it("is refused when any octet of the end entity is changed", () => {
    const { der } = leafOf(root);
    const trust = { anchors: [root.der] };
    const accepted = Array.from(der, (_, at) => {
      const changed = der.with(at, der[at]! ^ 0x01);
      return validatePath({ chain: [changed], trust, purpose: "serverAuth", now }).ok;
    });
    expect(accepted).not.toContain(true);
  });

  it("is refused when the algorithm beside the signature is not the signed one", () => {
    const signatureAlgorithm = sequence(Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3));
    expect(withLeaf({ signatureAlgorithm })).toMatch(/^bad_certificate: .*two forms/);
  });
});

describe("a certificate of a path", () => {
  const past = { notBefore: now - 2 * DAY_MS, notAfter: now - DAY_MS };
  const future = { notBefore: now + DAY_MS, notAfter: now + 2 * DAY_MS };
  const unknown = (critical: boolean) => ({
    extensions: [{ id: "1.3.6.1.4.1.99999.1", critical, value: boolean(true) }],
  });

  // biome-ignore format: a table
  it.each<[string, string, RegExp]>([
    ["that has expired", withLeaf(past), /^certificate_expired: CN=device expired on \d{4}-/],
    ["that is not valid yet", withLeaf(future), /^certificate_expired: CN=device is not valid before/],
    ["whose CA has expired", withMiddle(past), /^certificate_expired: CN=Middle expired/],
    ["whose CA is not valid yet", withMiddle(future), /^certificate_expired: CN=Middle is not valid before/],
    ["whose issuer says CA:FALSE", withMiddle({ isCa: false }), /^certificate_unknown: CN=Middle is not a CA/],
    ["whose issuer is of version 1", withMiddle({ version: 1 }), /^certificate_unknown: CN=Middle is not a CA/],
    ["whose issuer lacks keyCertSign", withMiddle({ keyUsage: ["cRLSign", "digitalSignature"] }), /^certificate_unknown: CN=Middle may not sign certificates \(key usage is digitalSignature, cRLSign\)/],
    ["that may not sign", withLeaf({ keyUsage: ["keyAgreement"] }), /^unsupported_certificate: CN=device may not sign in a handshake \(key usage is keyAgreement\)/],
    ["that may do nothing at all", withLeaf({ keyUsage: [] }), /^unsupported_certificate: .*key usage is empty/],
    ["for another purpose", withLeaf({ extendedKeyUsage: ["clientAuth", "codeSigning"] }), /^unsupported_certificate: CN=device is not for serverAuth/],
    ["of a client for servers only", withLeaf({ extendedKeyUsage: ["serverAuth"] }, { purpose: "clientAuth" }), /^unsupported_certificate: CN=device is not for clientAuth/],
    ["below a CA for another purpose", withMiddle({ extendedKeyUsage: ["clientAuth"] }), /^unsupported_certificate: CN=Middle is not for serverAuth/],
    ["with an unknown critical extension", withLeaf(unknown(true)), /^certificate_unknown: CN=device has a critical extension that is not understood \(1.3.6.1.4.1.99999.1\)/],
    ["whose CA has an unknown critical extension", withMiddle(unknown(true)), /^certificate_unknown: CN=Middle has a critical extension/],
    ["with an RSA key", withLeaf({ key: rsaKey }), /^unsupported_certificate: CN=device has an RSA key of 2048 bits/],
    ["with a key on P-384", withLeaf({ key: "P-384" }), /^unsupported_certificate: CN=device has an EC key on secp384r1/],
    ["with an Ed25519 key", withLeaf({ key: "Ed25519" }), /^unsupported_certificate: CN=device has a key of type ed25519/],
    ["below a CA on a curve that is not served", withMiddle({ key: "secp256k1" }), /^unsupported_certificate: CN=Middle has an EC key on secp256k1 to sign with/],
    ["signed with ECDSA and SHA-1", withLeaf({ hash: "sha1" }), /^bad_certificate: CN=device is signed with SHA-1, which is too weak/],
    ["signed with RSA and SHA-1", withMiddle({ key: rsaKey }, { hash: "sha1" }), /^bad_certificate: CN=device is signed with SHA-1/],
    ["signed with RSA and MD5", withMiddle({ key: rsaKey }, { hash: "md5" }), /^bad_certificate: CN=device is signed with MD5/],
    ["whose CA is signed with SHA-1", withMiddle({ hash: "sha1" }), /^bad_certificate: CN=Middle is signed with SHA-1/],
    ["signed by an algorithm that is not served", withLeaf({ hash: "sha224" }), /^unsupported_certificate: .*1\.2\.840\.10045\.4\.3\.1/],
    ["with a public key that is no point of the curve", withLeaf({ spki: root.spki.with(90, root.spki[90]! ^ 1) }), /^bad_certificate: CN=device/],
    ["with an extension twice", withLeaf({ extensions: [...unknown(false).extensions, ...unknown(false).extensions] }), /^bad_certificate: .*1\.3\.6\.1\.4\.1\.99999\.1 is there twice/],
  ])("%s is refused", (_, found, expected) => expect(found).toMatch(expected));

  // biome-ignore format: a table
  it.each<[string, string]>([
    ["with an unknown extension that is not critical", withLeaf(unknown(false))],
    ["without key usage", withLeaf({ keyUsage: false })],
    ["without extensions", withLeaf({ version: 1 })],
    ["of a CA without key usage", withMiddle({ keyUsage: false })],
    ["for any extended key usage", withLeaf({ extendedKeyUsage: ["anyExtendedKeyUsage"] })],
    ["for both purposes, as a client's", withLeaf({ extendedKeyUsage: ["serverAuth", "clientAuth"] }, { purpose: "clientAuth" })],
    ["that says CA:FALSE itself", withLeaf({ isCa: false })],
    ["with a critical subject alternative name", withLeaf({ sanCritical: true })],
    ["with critical certificate policies", withLeaf({ extensions: [{ id: "2.5.29.32", critical: true, value: sequence() }] })],
    ["that is valid since the last century", withLeaf({ notBefore: Date.UTC(1999, 0, 1) })],
    ["with an empty subject", withLeaf({ subject: [] })],
    ["that is valid beyond 2049", withLeaf({ notAfter: Date.UTC(9999, 11, 31, 23, 59, 59) })],
  ])("%s is accepted", (_, found) => expect(found).toBe("ok"));

  it("is valid in its first and its last second", () => {
    const second = Math.floor(now / 1000) * 1000;
    const leaf = leafOf(root, { notBefore: second, notAfter: second + 1000 });
    const at = (ms: number) => judge([leaf], [root], { now: ms }).ok;
    expect([at(second - 1), at(second), at(second + 1000), at(second + 1001)]).toEqual([false, true, true, false]);
  });

  it("that is an anchor has to be a CA in time, while its own signature does not matter", () => {
    const expired = createCa({ name: "Gone", ...past });
    expect(verdict([leafOf(expired)], [expired])).toMatch(/^certificate_expired: CN=Gone expired/);
    const noCa = issue({ subject: "Plain" });
    expect(verdict([leafOf(noCa)], [noCa])).toMatch(/^certificate_unknown: CN=Plain is not a CA/);
    const sha1 = createCa({ name: "Ancient", hash: "sha1" });
    expect(verdict([leafOf(sha1)], [sha1])).toBe("ok");
  });
});

describe("the path length of a CA", () => {
  it("counts the CAs between it and the end entity", () => {
    const top = createCa({ name: "Top", pathLength: 1 });
    const second = createCa({ name: "Second", ca: top, pathLength: 0 });
    const third = createCa({ name: "Third", ca: second });
    expect(verdict([leafOf(second), second], [top])).toBe("ok");
    expect(verdict([leafOf(third), third, second], [top])).toBe(
      "certificate_unknown: CN=Second has more CAs below it than its path length of 0 allows",
    );
    const wide = createCa({ name: "Second", ca: top });
    const below = createCa({ name: "Third", ca: wide });
    expect(verdict([leafOf(below), below, wide], [top])).toMatch(/^certificate_unknown: CN=Top has more CAs below it/);
  });

  it("does not count a self-issued CA, as one that changes its key has it", () => {
    const top = createCa({ name: "Top", pathLength: 0 });
    const renewed = createCa({ name: "Top", ca: top });
    expect(verdict([leafOf(renewed), renewed], [top])).toBe("ok");
  });
});

describe("a peer's chain", () => {
  it("is refused without a certificate, and beyond ten", () => {
    expect(verdict([], [root])).toMatch(/^bad_certificate: the peer's chain has 0 certificates/);
    const leaf = leafOf(root);
    expect(verdict(new Array<Issued>(10).fill(leaf), [root])).toBe("ok");
    expect(verdict(new Array<Issued>(11).fill(leaf), [root])).toMatch(/^bad_certificate: the peer's chain has 11/);
  });

  it("is refused with the place of what cannot be read", () => {
    const broken = { ...middle, der: middle.der.subarray(0, -1) };
    expect(verdict([leafOf(root), broken], [root])).toMatch(
      /^bad_certificate: certificate 2 of the chain cannot be read/,
    );
    expect(verdict([leafOf(root)], [root, broken])).toMatch(/^bad_certificate: trusted certificate 2 cannot be read/);
    const trailing = { ...root, der: Uint8Array.of(...leafOf(root).der, 0) };
    expect(verdict([trailing], [root])).toMatch(/^bad_certificate: certificate 1 of the chain cannot be read/);
  });

  it("ends the search after a bounded number of signatures, however many CAs sign each other", () => {
    const key = generateKey("P-256");
    const self = createCa({ name: "Loop", key });
    const loop = Array.from({ length: 9 }, () => createCa({ name: "Loop", ca: self, key }));
    expect(verdict([leafOf(self), ...loop], [root])).toBe(
      "bad_certificate: no path was found with 50 signatures checked",
    );
  });

  it("is not searched in circles: CAs of one name and key that lead nowhere are each seen once", () => {
    const key = generateKey("P-256");
    const self = createCa({ name: "Loop", key });
    const twin = createCa({ name: "Loop", ca: self, key });
    expect(verdict([leafOf(self), self, twin, self], [root])).toBe(
      "unknown_ca: CN=Loop is self-issued and not trusted",
    );
  });

  it("never shows more than a part of a name that the peer made long, and no control characters", () => {
    const found = verdict([leafOf(root, { subject: `a\n\u0007${"x".repeat(5000)}` })], []);
    expect(found.length).toBeLessThan(500);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the subject
    expect(found).not.toMatch(/[\u0000-\u001f]/);
  });
});
