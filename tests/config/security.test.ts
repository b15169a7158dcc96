/** Keys and certificates of a configuration: the forms that are taken, and what is refused when it is given. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeProblem } from "../../carrier/config/configError.ts";
import { readConfig } from "../../carrier/config/readConfig.ts";
import type { AccountSecurity } from "../../services/lwm2m/device/provision.ts";
import { createCa, issue, toPem } from "../support/certificateAuthority.ts";

const folder = mkdtempSync(join(tmpdir(), "security-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ca = createCa({ name: "Root" });
const device = issue({ ca, subject: "device" });
const server = issue({ ca, subject: "server", san: ["IP:192.0.2.2"] });
const rsa = issue({ ca, subject: "rsa", key: "RSA" });
const past = issue({ ca, subject: "past", notBefore: 0, notAfter: 1_000 });
const future = issue({ ca, subject: "future", notBefore: Date.UTC(2100, 0), notAfter: Date.UTC(2101, 0) });
const p384 = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
const spkiPem = (spki: Uint8Array) =>
  String(
    createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" }).export({ type: "spki", format: "pem" }),
  );

beforeAll(() => {
  const files: Record<string, string | Uint8Array> = {
    "device.pem": device.pem,
    "device.der": device.der,
    "chain.pem": toPem(device.der, ca.der),
    "device.key": device.privateKeyPem,
    "device.key.der": device.privateKey.export({ type: "pkcs8", format: "der" }),
    "device.sec1": device.privateKey.export({ type: "sec1", format: "pem" }),
    "device.sec1.der": device.privateKey.export({ type: "sec1", format: "der" }),
    "device.locked": device.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-128-cbc", passphrase: "x" }),
    "server.pem": server.pem,
    "server.pub": spkiPem(server.spki),
    "server.pub.der": server.spki,
    "ca.pem": ca.pem,
    "rsa.pem": rsa.pem,
    "rsa.key": rsa.privateKeyPem,
    "past.pem": past.pem,
    "future.pem": future.pem,
    "p384.pub": p384.publicKey.export({ type: "spki", format: "pem" }),
    "rubbish.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "large.pem": toPem(...Array.from({ length: 9 }, () => device.der)),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
});

function written(security: object): string {
  const file = join(folder, "carrier.json");
  writeFileSync(file, JSON.stringify({ bootstrap: { uri: "coaps://192.0.2.2", security } }));
  return file;
}

async function securityOf(security: object): Promise<AccountSecurity | undefined> {
  const { options } = await readConfig(written(security));
  return options.bootstrap?.security;
}

async function problemsOf(security: object): Promise<string[]> {
  const error = await readConfig(written(security)).catch((refusal: unknown) => refusal);
  expect(error).toMatchObject({ name: "ConfigError", code: "invalid" });
  return (error as { problems: Parameters<typeof describeProblem>[0][] }).problems.map(describeProblem);
}

const textOf = (octets: Uint8Array | undefined) => new TextDecoder().decode(octets);

describe("a pre-shared key", () => {
  it("is the identity's text and the key's octets", async () => {
    const security = await securityOf({ mode: "psk", identity: "dév-1", key: "hex:00ff" });
    expect(security).toEqual({
      mode: "psk",
      secrets: { publicKeyOrIdentity: new TextEncoder().encode("dév-1"), secretKey: Uint8Array.of(0, 255) },
    });
  });
});

describe("raw public keys", () => {
  it.each(["device.key", "device.key.der", "device.sec1", "device.sec1.der"])(
    "take a private key as %s",
    async (file) => {
      const { mode, secrets } = (await securityOf({ mode: "rpk", privateKey: file, serverPublicKey: "server.pub" }))!;
      expect(mode).toBe("rpk");
      expect(createPrivateKey(textOf(secrets?.secretKey)).equals(device.privateKey)).toBe(true);
      expect(textOf(secrets?.secretKey)).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    },
  );

  it.each(["server.pub", "server.pub.der"])("take the server's as %s", async (file) => {
    const security = await securityOf({ mode: "rpk", privateKey: "device.key", serverPublicKey: file });
    expect(textOf(security?.secrets?.serverPublicKey)).toBe(spkiPem(server.spki));
  });

  const rpk = { mode: "rpk", privateKey: "device.key", serverPublicKey: "server.pub" };
  it.each([
    [
      { ...rpk, privateKey: "rsa.key" },
      "bootstrap.security.privateKey cannot be used (not shown); the private key has to be an EC key on P-256; it is an RSA key of 2048 bits",
    ],
    [
      { ...rpk, privateKey: "device.locked" },
      "bootstrap.security.privateKey cannot be used (not shown); line 1: the private key is encrypted and no password was given",
    ],
    [
      { ...rpk, privateKey: "server.pub" },
      "bootstrap.security.privateKey cannot be used (not shown); no private key (-----BEGIN PRIVATE KEY-----)",
    ],
    [
      { ...rpk, privateKey: "hex:30820000" },
      "bootstrap.security.privateKey cannot be used (not shown); the private key is neither PKCS#8 nor SEC1",
    ],
    [
      { ...rpk, serverPublicKey: "p384.pub" },
      "bootstrap.security.serverPublicKey cannot be used; the public key has to be an EC key on P-256; it is an EC key on secp384r1",
    ],
    [
      { ...rpk, serverPublicKey: "ca.pem" },
      "bootstrap.security.serverPublicKey cannot be used; line 1: expected a PUBLIC KEY, found CERTIFICATE",
    ],
    [
      { ...rpk, serverPublicKey: "hex:3059" },
      "bootstrap.security.serverPublicKey cannot be used; not a SubjectPublicKeyInfo, or its point is not on the curve",
    ],
  ])("are refused when they are given: %j", async (security, problem) => {
    expect(await problemsOf(security)).toEqual([problem]);
  });
});

describe("certificates", () => {
  const x509 = { mode: "x509", certificate: "device.pem", privateKey: "device.key", trustedCa: "ca.pem" };

  it.each(["device.pem", "device.der"])("take the device's as %s, and a CA", async (certificate) => {
    const security = await securityOf({ ...x509, certificate, serverName: "lwm2m.example" });
    expect(security).toMatchObject({ mode: "x509", certificateUsage: 2, serverName: "lwm2m.example" });
    expect(textOf(security?.secrets?.publicKeyOrIdentity)).toBe(device.pem);
    expect(textOf(security?.secrets?.serverPublicKey)).toBe(ca.pem);
  });

  it("take a chain, and the server's own certificate", async () => {
    const { trustedCa: _, ...own } = x509;
    const security = await securityOf({ ...own, certificate: "chain.pem", serverCertificate: "server.pem" });
    expect(security?.certificateUsage).toBe(3);
    expect(textOf(security?.secrets?.publicKeyOrIdentity)).toBe(toPem(device.der, ca.der));
    expect(textOf(security?.secrets?.serverPublicKey)).toBe(server.pem);
  });

  it("are compared as they are told to", async () => {
    expect((await securityOf({ ...x509, certificateUsage: 0 }))?.certificateUsage).toBe(0);
  });

  const at = "bootstrap.security";
  it.each([
    [
      { ...x509, certificate: "server.pem" },
      `${at}.privateKey does not belong to the certificate (not shown); its public half is another one`,
    ],
    [
      { ...x509, certificate: "rsa.pem" },
      `${at}.certificate cannot be used; the first certificate's key has to be an EC key on P-256; it is an RSA key of 2048 bits`,
    ],
    [
      { ...x509, certificate: "past.pem" },
      `${at}.certificate is a certificate that has expired (CN=past); valid is 1970-01-01 to 1970-01-01`,
    ],
    [
      { ...x509, certificate: "future.pem" },
      `${at}.certificate is a certificate that is not valid yet (CN=future); valid is 2100-01-01 to 2101-01-01`,
    ],
    [
      { ...x509, certificate: "ca.pem" },
      `${at}.certificate is the certificate of a CA (CN=Root); that of a device or server is needed`,
    ],
    [
      { ...x509, certificate: "large.pem" },
      expect.stringMatching(/certificate has \d+ octets as PEM; a modem takes 4096$/),
    ],
    [
      { ...x509, certificate: "rubbish.pem" },
      expect.stringMatching(/^bootstrap\.security\.certificate cannot be used; line 1: /),
    ],
    [
      { ...x509, certificate: "device.key" },
      `${at}.certificate cannot be used; no certificate (-----BEGIN CERTIFICATE-----)`,
    ],
    [
      { ...x509, trustedCa: "server.pem" },
      `${at}.trustedCa is not the certificate of a CA (CN=server); its basic constraints say so`,
    ],
    [
      { ...x509, serverCertificate: "server.pem" },
      `${at}.trustedCa is one too many; the server is compared with serverCertificate`,
    ],
    [{ ...x509, certificateUsage: 3 }, `${at}.certificateUsage is 3; with trustedCa it is 2 or 0`],
  ])("are refused when they are given: %j", async (security, problem) => {
    expect(await problemsOf(security)).toEqual([problem]);
  });
});
