/** Whatever a peer sends is judged, never thrown at; and the judgement is OpenSSL's where the two have the same rules. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { readDer, valuesOf } from "../../services/pki/der.ts";
import { readTbsCertificate } from "../../services/pki/tbsCertificate.ts";
import { type PathRequest, validatePath } from "../../services/pki/validatePath.ts";
import { createCa, generateKey, type IssueOptions, issue, toPem } from "../support/certificateAuthority.ts";
import { boolean, sequence } from "./support/derWriter.ts";
import { judge } from "./support/judge.ts";
import { OpenSsl } from "./support/openssl.ts";

const openssl = new OpenSsl();
const folder = mkdtempSync(join(tmpdir(), "paths-"));
afterAll(() => {
  openssl.remove();
  rmSync(folder, { recursive: true });
});

/** Mulberry32: the same numbers in every run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const root = createCa({ name: "Root", nameConstraints: { excluded: ["DNS:evil.example", "IP:10.0.0.0/8"] } });
const middle = createCa({ name: "Middle", ca: root, pathLength: 1, extendedKeyUsage: ["serverAuth"] });
const leaf = issue({ ca: middle, subject: "host", san: ["DNS:host.example", "IP:192.0.2.1", "URI:coaps://a"] });
const request = (chain: readonly Uint8Array[], anchors: readonly Uint8Array[] = [root.der]): PathRequest => ({
  chain,
  trust: { anchors },
  purpose: "serverAuth",
  name: "host.example",
  now: Date.now(),
});

describe("judging octets that are no certificate", () => {
  it("refuses random octets as a bad certificate", () => {
    const random = randomOf(1);
    for (let round = 0; round < 500; round++) {
      const octets = Uint8Array.from({ length: random(200) }, () => random(256));
      if (round % 2 === 0) octets.set([0x30, Math.max(0, octets.length - 2)].slice(0, octets.length));
      expect(validatePath(request([octets]))).toMatchObject({ ok: false, alert: "bad_certificate" });
      expect(validatePath(request([leaf.der, octets]))).toMatchObject({ ok: false, alert: "bad_certificate" });
    }
  });

  it("refuses every truncation of a certificate as a bad one", () => {
    for (let length = 0; length < leaf.der.length; length++) {
      const cut = leaf.der.subarray(0, length);
      expect(validatePath(request([cut, middle.der]))).toMatchObject({ ok: false, alert: "bad_certificate" });
    }
  });

  it("accepts no certificate of the path with octets changed, wherever they are", () => {
    const random = randomOf(2);
    for (let round = 0; round < 1000; round++) {
      const chain = [leaf.der, middle.der].map((der) => new Uint8Array(der));
      const victim = chain[random(2)]!;
      for (let change = random(3); change >= 0; change--) victim[random(victim.length)]! ^= 1 + random(255);
      const unchanged = victim.every((octet, at) => octet === (victim === chain[0] ? leaf : middle).der[at]);
      expect(validatePath(request(chain)).ok).toBe(unchanged);
    }
  });

  it("never throws for a broken anchor or pin either", () => {
    const random = randomOf(3);
    for (let round = 0; round < 500; round++) {
      const anchor = new Uint8Array(root.der);
      anchor[random(anchor.length)]! ^= 1 + random(255);
      const usage = random(4) as 0 | 1 | 2 | 3;
      const pin = { usage, matching: random(4) as 0 | 1 | 2 | 3, data: anchor };
      expect(typeof validatePath(request([leaf.der, middle.der], [anchor])).ok).toBe("boolean");
      expect(validatePath({ ...request([leaf.der]), trust: { anchors: [anchor], pin } }).ok).toBe(false);
    }
  });

  it("refuses a field too many behind the signature, and behind the extensions", () => {
    const [tbs, ...rest] = valuesOf(readDer(leaf.der)).map(({ encoded }) => encoded);
    const more = sequence();
    const fields = valuesOf(readDer(tbs!)).map(({ encoded }) => encoded);
    expect(() => readTbsCertificate(sequence(tbs!, ...rest))).not.toThrow();
    expect(() => readTbsCertificate(sequence(tbs!, ...rest, more))).toThrow("behind the last value");
    expect(() => readTbsCertificate(sequence(sequence(...fields, more), ...rest))).toThrow("behind the last value");
  });

  it("refuses what is beyond its bound without reading it", () => {
    const huge = new Uint8Array(70_000).fill(0x30);
    expect(() => readTbsCertificate(huge)).toThrow("larger than 65536 octets");
    expect(validatePath(request([huge]))).toMatchObject({ ok: false, alert: "bad_certificate" });
  });
});

describe("judging certificates made at random", () => {
  const DAY_MS = 86_400_000;
  const now = Date.now();
  const keys = { "P-256": generateKey("P-256"), "P-384": generateKey("P-384") };
  const shared: readonly Partial<IssueOptions>[] = [
    {},
    {},
    {},
    { notAfter: now - DAY_MS / 2 },
    { notBefore: now + DAY_MS },
    { extendedKeyUsage: ["serverAuth", "clientAuth"] },
    { extendedKeyUsage: ["clientAuth"] },
    { extensions: [{ id: "1.2.3.4", critical: true, value: boolean(true) }] },
    { signWith: keys["P-384"] },
  ];
  const ofCa: readonly Partial<IssueOptions>[] = [
    ...shared,
    { pathLength: 0 },
    { pathLength: 1 },
    { isCa: false },
    { keyUsage: ["cRLSign"] },
    { nameConstraints: { permitted: ["DNS:example.com", "IP:192.0.2.0/24"] } },
    { nameConstraints: { excluded: ["DNS:b.example.com"] } },
    { key: keys["P-384"] },
  ];
  const ofLeaf: readonly Partial<IssueOptions>[] = [
    ...shared,
    { san: ["DNS:*.example.com"] },
    { san: ["DNS:other.example"] },
    { san: ["DNS:a.example.com", "IP:198.51.100.1"] },
    { keyUsage: ["cRLSign"] },
    { keyUsage: false },
  ];

  it("agrees with OpenSSL about every one of 100 chains", () => {
    const random = randomOf(4);
    const pick = (table: readonly Partial<IssueOptions>[]) => table[random(table.length)]!;
    const verdicts = { good: 0, bad: 0 };
    for (let round = 0; round < 100; round++) {
      const top = createCa({ name: "Top", key: keys["P-256"], ...pick(random(3) === 0 ? ofCa : [{}]) });
      const second = createCa({ name: "Second", ca: top, key: keys["P-256"], ...pick(random(2) === 0 ? ofCa : [{}]) });
      const third = createCa({ name: "Third", ca: second, key: keys["P-256"], ...pick(random(3) === 0 ? ofCa : [{}]) });
      const issuer = random(2) === 0 ? second : third;
      const end = issue({
        ca: issuer,
        subject: "end",
        san: ["DNS:a.example.com"],
        key: keys["P-256"],
        ...pick(random(2) === 0 ? ofLeaf : [{}]),
      });
      const others = random(8) === 0 ? [third] : [third, second];
      const [topFile, othersFile, endFile] = [join(folder, "top"), join(folder, "others"), join(folder, "end")];
      writeFileSync(topFile, top.pem);
      writeFileSync(othersFile, toPem(...others.map(({ der }) => der)));
      writeFileSync(endFile, end.pem);
      const args = ["verify", "-no-CApath", "-no-CAstore", "-CAfile", topFile, "-untrusted", othersFile];
      args.push("-purpose", "sslserver", "-verify_hostname", "a.example.com", endFile);
      let theirs = "ok";
      try {
        openssl.run(args);
      } catch (error) {
        theirs = String((error as { stderr?: unknown }).stderr);
      }
      const ours = judge([end, ...others], [top], { name: "a.example.com" });
      const message = ours.ok ? "ok" : ours.detail;
      expect(`${round} ${theirs === "ok"}: ${message} / ${theirs}`).toBe(`${round} ${ours.ok}: ${message} / ${theirs}`);
      verdicts[ours.ok ? "good" : "bad"]++;
    }
    expect(verdicts.good).toBeGreaterThan(15);
    expect(verdicts.bad).toBeGreaterThan(15);
  });
});
