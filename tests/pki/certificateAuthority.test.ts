/** The certificates that other tests build on are correct by OpenSSL's judgement too. */
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { createCa, type Issued, issue, type KeyKind, toPem } from "../support/certificateAuthority.ts";
import { OpenSsl } from "./support/openssl.ts";

const openssl = new OpenSsl();
const folder = mkdtempSync(join(tmpdir(), "authority-"));
afterAll(() => {
  openssl.remove();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** `openssl verify -x509_strict`, which holds a certificate to RFC 5280. */
function verify(leaf: Issued, root: Issued, intermediates: readonly Issued[], ...more: readonly string[]): string {
  const untrusted = file("untrusted.pem", toPem(...intermediates.map(({ der }) => der)));
  const args = ["verify", "-x509_strict", "-check_ss_sig", "-CAfile", file("root.pem", root.pem)];
  if (intermediates.length > 0) args.push("-untrusted", untrusted);
  return openssl.run([...args, ...more, file("leaf.pem", leaf.pem)]).toString();
}

describe("the certificate authority of the tests", () => {
  it.each<[KeyKind]>([["P-256"], ["P-384"], ["P-521"], ["RSA"], ["Ed25519"]])(
    "issues chains of %s keys that OpenSSL verifies strictly",
    (key) => {
      const root = createCa({ name: "Root", key, hash: "sha384" });
      const ca = createCa({ name: "Intermediate", ca: root, pathLength: 0, key });
      const san = ["DNS:host.example", "IP:192.0.2.1", "IP:2001:db8::1", "URI:coaps://host.example"];
      // biome-ignore format: one certificate, one line
      const leaf = issue({ ca, subject: [["O", "Acme"], ["C", "DE"], ["CN", "host"]], san, key, extendedKeyUsage: ["serverAuth"] });
      const checks = ["-purpose", "sslserver", "-verify_hostname", "host.example"];
      expect(verify(leaf, root, [ca], ...checks)).toMatch(/: OK/);
      expect(verify(leaf, root, [ca], "-verify_ip", "2001:db8::1")).toMatch(/: OK/);
      const read = new X509Certificate(leaf.der);
      expect(read.subject).toBe("O=Acme\nC=DE\nCN=host");
      expect(read.subjectAltName).toBe(
        "DNS:host.example, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, URI:coaps://host.example",
      );
      expect(read.checkPrivateKey(leaf.privateKey)).toBe(true);
    },
  );

  it("writes name constraints that OpenSSL enforces", () => {
    const root = createCa({ name: "Root", nameConstraints: { permitted: ["DNS:example.com", "IP:192.0.2.0/25"] } });
    const inside = issue({ ca: root, subject: "a", san: ["DNS:a.example.com", "IP:192.0.2.127"] });
    const outside = issue({ ca: root, subject: "b", san: ["IP:192.0.2.128"] });
    expect(verify(inside, root, [])).toMatch(/: OK/);
    expect(() => verify(outside, root, [])).toThrow(/permitted subtree violation/);
  });

  it("writes dates before and after 2050 as OpenSSL reads them", () => {
    const notBefore = Date.UTC(2049, 11, 31, 23, 59, 59);
    const { der } = createCa({ name: "Root", notBefore, notAfter: notBefore + 1000 });
    const { validFrom, validTo } = new X509Certificate(der);
    expect([validFrom, validTo]).toEqual(["Dec 31 23:59:59 2049 GMT", "Jan  1 00:00:00 2050 GMT"]);
  });
});
