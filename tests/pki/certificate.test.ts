import { createHash, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { inspectCertificate, toModemPem } from "../../services/pki/certificate.ts";
import { checkCaCertificate } from "../../services/pki/checkCaCertificate.ts";
import { modemDigest } from "../../services/pki/digest.ts";
import { PkiError } from "../../services/pki/errors.ts";
import { CA_EXTENSIONS, type Issued, OpenSsl } from "./support/openssl.ts";

const DAY_MS = 86_400_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const openssl = new OpenSsl();
let rsaCa: Issued;
let ecCa: Issued;
let ecLeaf: Issued;

beforeAll(() => {
  rsaCa = openssl.issue({ key: "rsa", subject: "/O=Acme/CN=RSA root", extensions: CA_EXTENSIONS });
  ecCa = openssl.issue({
    key: "ec",
    subject: "/CN=EC root",
    extensions: ["basicConstraints=critical,CA:TRUE,pathlen:1", "keyUsage=critical,keyCertSign"],
  });
  ecLeaf = openssl.issue({
    key: "ec",
    subject: "/CN=leaf",
    issuer: ecCa,
    extensions: ["basicConstraints=CA:FALSE", "keyUsage=digitalSignature", "subjectAltName=DNS:host.example"],
  });
});
afterAll(() => openssl.remove());

describe("inspecting a certificate", () => {
  it("tells subject, validity, key and CA extensions of an RSA root", () => {
    const facts = inspectCertificate(rsaCa.certificatePem);
    expect(facts).toMatchObject({
      subject: "O=Acme, CN=RSA root",
      issuer: "O=Acme, CN=RSA root",
      selfIssued: true,
      isCa: true,
      keyUsage: ["keyCertSign", "cRLSign"],
      keyType: "rsa",
      keyBits: 2048,
    });
    expect(facts.validToMs - facts.validFromMs).toBe(30 * DAY_MS);
    expect(facts.pathLength).toBeUndefined();
  });

  it("tells curve, path length and names of elliptic-curve certificates", () => {
    expect(inspectCertificate(ecCa.certificatePem)).toMatchObject({
      keyType: "ec",
      curve: "prime256v1",
      isCa: true,
      pathLength: 1,
      keyUsage: ["keyCertSign"],
    });
    expect(inspectCertificate(ecLeaf.certificatePem)).toMatchObject({
      issuer: "CN=EC root",
      selfIssued: false,
      isCa: false,
      keyUsage: ["digitalSignature"],
      subjectAltName: "DNS:host.example",
    });
  });

  it("reads PEM text, PEM octets and DER octets as the same certificate, with OpenSSL's fingerprint", () => {
    const der = new Uint8Array(new X509Certificate(ecCa.certificatePem).raw);
    const expected = createHash("sha256").update(der).digest("hex").toUpperCase();
    for (const form of [ecCa.certificatePem, bytes(ecCa.certificatePem), der]) {
      expect(inspectCertificate(form).fingerprint).toBe(expected);
      expect(inspectCertificate(form).der).toEqual(der);
    }
  });

  it("refuses what is no certificate with a code, and never with the octets", () => {
    const code = (content: string | Uint8Array) => {
      try {
        inspectCertificate(content);
      } catch (error) {
        return error instanceof PkiError ? error.code : error;
      }
      return undefined;
    };
    expect(code("hello")).toBe("notPem");
    expect(code(rsaCa.keyPem)).toBe("unsupported");
    expect(code(Uint8Array.of(0x30, 0x82, 0x01))).toBe("malformed");
    expect(code(new Uint8Array(70_000).fill(0x82).fill(0x30, 0, 1))).toBe("tooLarge");
  });

  it("rejects every truncation of a certificate", () => {
    const { der } = inspectCertificate(ecCa.certificatePem);
    for (let length = 2; length < der.length; length += 7) {
      expect(() => inspectCertificate(der.subarray(0, length))).toThrow(PkiError);
    }
  });
});

describe("the form for the modem", () => {
  it("has LF line ends, a final newline and no text around, whatever the file had", () => {
    const windows = bytes(`Subject: somebody\r\n${ecCa.certificatePem.replaceAll("\n", "\r\n").trimEnd()}`);
    const pem = new TextDecoder().decode(toModemPem(windows));
    expect(pem).toBe(ecCa.certificatePem);
    expect(pem.endsWith("-----END CERTIFICATE-----\n")).toBe(true);
  });

  it("is listed by the modem with the upper-case SHA-256 over exactly those octets", () => {
    const pem = toModemPem(rsaCa.certificatePem);
    expect(modemDigest(pem)).toBe(createHash("sha256").update(pem).digest("hex").toUpperCase());
    expect(modemDigest(new Uint8Array())).toBe("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
  });
});

describe("checking CA certificates before they go to the modem", () => {
  const now = () => ({ nowMs: Date.now() + 60_000 });
  const codes = (content: Uint8Array, at = now()) => checkCaCertificate(content, at).map(({ code }) => code);

  it("finds nothing against valid RSA and EC roots, in one file too", () => {
    expect(checkCaCertificate(bytes(rsaCa.certificatePem), now())).toEqual([]);
    expect(checkCaCertificate(inspectCertificate(ecCa.certificatePem).der, now())).toEqual([]);
    expect(checkCaCertificate(bytes(rsaCa.certificatePem + ecCa.certificatePem), now())).toEqual([]);
  });

  it("tells a server certificate apart from a CA, and names its line", () => {
    const lines = rsaCa.certificatePem.split("\n").length;
    const problems = checkCaCertificate(bytes(rsaCa.certificatePem + ecLeaf.certificatePem), now());
    expect(problems.map(({ code, block, line }) => ({ code, block, line }))).toEqual([
      { code: "notCa", block: 2, line: lines },
      { code: "keyUsage", block: 2, line: lines },
    ]);
    expect(problems[0]?.message).toBe(`line ${lines}: CN=leaf is not a CA (basic constraints)`);
  });

  it("tells a CA whose key may not sign certificates", () => {
    const odd = openssl.issue({
      key: "ec",
      subject: "/CN=odd",
      extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,digitalSignature"],
    });
    expect(codes(bytes(odd.certificatePem))).toEqual(["keyUsage"]);
  });

  it("tells a key that the modem does not take", () => {
    const ed = openssl.issue({ key: "ed25519", subject: "/CN=ed", extensions: CA_EXTENSIONS });
    expect(codes(bytes(ed.certificatePem))).toEqual(["unsupportedKey"]);
  });

  it("tells a certificate that is not valid yet, and one that no longer is, at their very second", () => {
    const { validFromMs, validToMs } = inspectCertificate(rsaCa.certificatePem);
    const at = (nowMs: number) => codes(bytes(rsaCa.certificatePem), { nowMs });
    expect(at(validFromMs - 1)).toEqual(["notYetValid"]);
    expect(at(validFromMs)).toEqual([]);
    expect(at(validToMs)).toEqual([]);
    expect(at(validToMs + 1)).toEqual(["expired"]);
  });

  it("tells a private key among the certificates without showing it", () => {
    const [problem] = checkCaCertificate(bytes(rsaCa.keyPem + rsaCa.certificatePem), now());
    expect(problem).toEqual({
      code: "privateKey",
      message: "line 1: PRIVATE KEY does not belong among CA certificates",
      block: 1,
      line: 1,
    });
  });

  it("tells emptiness, text that is no PEM, and a certificate larger than the modem's buffer", () => {
    expect(codes(new Uint8Array())).toEqual(["empty"]);
    expect(codes(bytes("not a certificate"))).toEqual(["malformed"]);
    const names = Array.from({ length: 200 }, (_, index) => `DNS:host-number-${index}.example`).join(",");
    const large = openssl.issue({
      key: "ec",
      subject: "/CN=l",
      extensions: [...CA_EXTENSIONS, `subjectAltName=${names}`],
    });
    expect(codes(bytes(large.certificatePem))).toEqual(["tooLarge"]);
  });

  it("names the line of a damaged block", () => {
    const lines = rsaCa.certificatePem.split("\n");
    const damaged = [...lines.slice(0, 5), `${lines[5]?.slice(0, 10)}*`, ...lines.slice(6)].join("\n");
    expect(checkCaCertificate(bytes(damaged), now())).toEqual([
      { code: "malformed", message: "line 6: CERTIFICATE holds something that is not base64", line: 6, block: 1 },
    ]);
  });
});
