import { createPrivateKey } from "node:crypto";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readPemBundle } from "../../services/pki/bundle.ts";
import { inspectCertificate } from "../../services/pki/certificate.ts";
import { PkiError, type PkiErrorCode } from "../../services/pki/errors.ts";
import { readPkcs12 } from "../../services/pki/pkcs12.ts";
import { CA_EXTENSIONS, type Issued, OpenSsl } from "./support/openssl.ts";

const openssl = new OpenSsl();
const issued = {} as Record<"rsaCa" | "rsaLeaf" | "ecCa" | "ecLeaf", Issued>;

beforeAll(() => {
  for (const key of ["rsa", "ec"] as const) {
    const ca = openssl.issue({ key, subject: `/CN=${key} root`, extensions: CA_EXTENSIONS });
    issued[`${key}Ca`] = ca;
    issued[`${key}Leaf`] = openssl.issue({ key, subject: `/CN=${key} leaf`, issuer: ca });
  }
});
afterAll(() => openssl.remove());

function refusal(work: () => unknown): PkiError {
  try {
    work();
  } catch (error) {
    if (error instanceof PkiError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a PEM bundle", () => {
  it("gives certificates and keys in the file's order with their lines, RSA and EC alike", () => {
    const { rsaLeaf, ecLeaf, ecCa } = issued;
    const text = ["a comment", rsaLeaf.keyPem, rsaLeaf.certificatePem, ecCa.certificatePem, ecLeaf.keyPem].join("\n");
    const bundle = readPemBundle(text);
    expect(bundle.certificates.map(({ subject }) => subject)).toEqual(["CN=rsa leaf", "CN=ec root"]);
    expect(bundle.privateKeys.map(({ key }) => key.asymmetricKeyType)).toEqual(["rsa", "ec"]);
    const begins = text.split("\n").flatMap((line, index) => (line.startsWith("-----BEGIN") ? [index + 1] : []));
    expect([
      bundle.privateKeys[0]?.line,
      ...bundle.certificates.map(({ line }) => line),
      bundle.privateKeys[1]?.line,
    ]).toEqual(begins);
  });

  it("takes CRLF, a byte order mark, and the parameters that OpenSSL puts in front of an EC key", () => {
    const sec1 = openssl.run(["ecparam", "-name", "prime256v1", "-genkey"]).toString();
    const bundle = readPemBundle(`\uFEFF${sec1.replaceAll("\n", "\r\n")}`);
    expect(bundle.privateKeys.map(({ key }) => key.asymmetricKeyType)).toEqual(["ec"]);
  });

  it("opens encrypted keys, old form and new, with the password alone", () => {
    const { keyPem } = issued.ecLeaf;
    const forms = [
      openssl.run(["pkcs8", "-topk8", "-passout", "pass:open sesame"], keyPem).toString(),
      openssl.run(["ec", "-aes128", "-passout", "pass:open sesame"], keyPem).toString(),
    ];
    for (const text of forms) {
      const [opened] = readPemBundle(text, { password: "open sesame" }).privateKeys;
      expect(opened?.key.equals(createPrivateKey(keyPem))).toBe(true);
      expect(refusal(() => readPemBundle(text)).code).toBe("encrypted");
      expect(refusal(() => readPemBundle(text, { password: "wrong" })).code).toBe("wrongPassword");
    }
  });

  const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const damaged: { name: string; text: string; code: PkiErrorCode; line: number | undefined }[] = [
    { name: "no block at all", text: "nothing here", code: "notPem", line: undefined },
    { name: "a block without END", text: "\n-----BEGIN CERTIFICATE-----\nMIIB\n", code: "malformed", line: 2 },
    { name: "an END without BEGIN", text: "a\nb\n-----END CERTIFICATE-----\n", code: "malformed", line: 3 },
    { name: "the END of another label", text: CERTIFICATE.replace("END C", "END X C"), code: "malformed", line: 3 },
    {
      name: "a BEGIN inside of a block",
      text: CERTIFICATE.replace("MIIB", "MIIB\n-----BEGIN CERTIFICATE-----"),
      code: "malformed",
      line: 3,
    },
    { name: "a misspelt boundary", text: CERTIFICATE.replace("CATE-----", "CATE----"), code: "malformed", line: 1 },
    { name: "characters beyond base64", text: CERTIFICATE.replace("MIIB", "MI!B"), code: "malformed", line: 2 },
    { name: "base64 after its padding", text: CERTIFICATE.replace("MIIB", "MI==\nMIIB"), code: "malformed", line: 3 },
    { name: "base64 that ends too early", text: CERTIFICATE.replace("MIIB", "MII"), code: "malformed", line: 3 },
    { name: "an empty block", text: CERTIFICATE.replace("MIIB", ""), code: "malformed", line: 1 },
    { name: "a block that is no certificate inside", text: `x\n${CERTIFICATE}`, code: "malformed", line: 2 },
    {
      name: "a key that is no key inside",
      text: CERTIFICATE.replaceAll("CERTIFICATE", "PRIVATE KEY"),
      code: "malformed",
      line: 1,
    },
    {
      name: "a block of another kind",
      text: CERTIFICATE.replaceAll("CERTIFICATE", "X509 CRL"),
      code: "unsupported",
      line: 1,
    },
    { name: "more blocks than anyone needs", text: CERTIFICATE.repeat(300), code: "tooLarge", line: 769 },
    { name: "a text beyond every size", text: "x".repeat(2 ** 21), code: "tooLarge", line: undefined },
    {
      name: "a block beyond every size",
      text: CERTIFICATE.replace("MIIB", "MIIB\n".repeat(40_000)),
      code: "tooLarge",
      line: 1,
    },
  ];
  for (const { name, text, code, line } of damaged) {
    it(`refuses ${name}`, () => {
      const error = refusal(() => readPemBundle(text));
      expect({ code: error.code, line: error.line }).toEqual({ code, line });
      if (line !== undefined) expect(error.message.startsWith(`line ${line}: `)).toBe(true);
    });
  }

  it("shows nothing of a key in what it returns and refuses", () => {
    const { keyPem } = issued.rsaLeaf;
    const body = keyPem.split("\n")[1] ?? "";
    expect(inspect(readPemBundle(keyPem), { depth: 9 })).not.toContain(body);
    const broken = keyPem.replace(/\n[^\n]+\n-----END/, "\n-----END");
    const error = refusal(() => readPemBundle(broken));
    expect(error.code).toBe("malformed");
    expect(inspect(error, { depth: 9 })).not.toContain(body);
  });
});

describe("a PKCS#12 file", () => {
  const rows: { name: string; leaf: "rsaLeaf" | "ecLeaf"; options?: string[] }[] = [
    { name: "RSA, as OpenSSL 3 writes it", leaf: "rsaLeaf" },
    { name: "EC, as OpenSSL 3 writes it", leaf: "ecLeaf" },
    {
      name: "RSA in triple DES",
      leaf: "rsaLeaf",
      options: ["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
    },
    {
      name: "EC in triple DES",
      leaf: "ecLeaf",
      options: ["-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
    },
    { name: "EC with nothing encrypted", leaf: "ecLeaf", options: ["-certpbe", "NONE", "-keypbe", "NONE"] },
  ];
  for (const { name, leaf, options = [] } of rows) {
    it(`opens ${name}: the key, its certificate first, then the chain, octet by octet`, () => {
      const ca = issued[leaf === "rsaLeaf" ? "rsaCa" : "ecCa"];
      const file = openssl.pkcs12(issued[leaf], "geheim", { chain: ca.certificatePem, options });
      const { certificates, privateKey } = readPkcs12(file, "geheim");
      const expected = [issued[leaf], ca].map(({ certificatePem }) => inspectCertificate(certificatePem));
      expect(certificates).toEqual(expected);
      expect(privateKey?.equals(createPrivateKey(issued[leaf].keyPem))).toBe(true);
    });
  }

  it("puts the key's certificate first wherever the file has it", () => {
    const { ecLeaf, ecCa } = issued;
    const file = openssl.pkcs12({ ...ecLeaf, certificatePem: ecCa.certificatePem + ecLeaf.certificatePem }, "x");
    expect(readPkcs12(file, "x").certificates.map(({ subject }) => subject)).toEqual(["CN=ec leaf", "CN=ec root"]);
  });

  it("opens certificates alone", () => {
    const file = openssl.pkcs12(issued.ecCa, "x", { options: ["-nokeys"] });
    const { certificates, privateKey } = readPkcs12(file, "x");
    expect(certificates.map(({ subject }) => subject)).toEqual(["CN=ec root"]);
    expect(privateKey).toBeUndefined();
  });

  it("refuses a wrong password by name, with nothing of the contents or the password in the error", () => {
    for (const leaf of ["rsaLeaf", "ecLeaf"] as const) {
      const error = refusal(() => readPkcs12(openssl.pkcs12(issued[leaf], "right-one"), "wrong-one"));
      expect(error.code).toBe("wrongPassword");
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/right-one|wrong-one/);
      expect(error.cause).toBeUndefined();
    }
  });

  it("refuses a file that asks for endless key derivation before it derives anything", () => {
    const iterations = (count: number) => ["-iter", String(count), "-nomac"];
    const modest = openssl.pkcs12(issued.ecLeaf, "x", { options: iterations(10_000) });
    const endless = openssl.pkcs12(issued.ecLeaf, "x", { options: iterations(1_000_001) });
    expect(readPkcs12(modest, "x").privateKey?.asymmetricKeyType).toBe("ec");
    expect(refusal(() => readPkcs12(endless, "x")).code).toBe("tooLarge");
  });

  it("refuses what is no PKCS#12 file, and every truncation of one", () => {
    expect(refusal(() => readPkcs12(new TextEncoder().encode("hello"), "")).code).toBe("malformed");
    expect(refusal(() => readPkcs12(new Uint8Array(2 ** 21), "")).code).toBe("tooLarge");
    const file = openssl.pkcs12(issued.rsaLeaf, "x");
    for (let length = 0; length < file.length; length += 131) {
      expect(refusal(() => readPkcs12(file.subarray(0, length), "x")).code).toBe("malformed");
    }
  });
});
