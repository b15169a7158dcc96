/** A certificate authority for a test bed, and certificates for its hosts (RFC 5280, RSA 2048, SHA-256). */
import { constants, generateKeyPair, privateEncrypt } from "node:crypto";
import { isIP } from "node:net";
import { promisify } from "node:util";
import forge from "node-forge";

/** Wide enough for a machine whose clock is wrong and for a virtual clock. */
const NOT_BEFORE = new Date(Date.UTC(2020, 0, 1));
const NOT_AFTER = new Date(Date.UTC(2049, 11, 31));
/** GeneralName (RFC 5280 §4.2.1.6). */
const DNS_NAME = 2;
const IP_ADDRESS = 7;
/** DigestInfo of SHA-256, without the digest (RFC 8017 §9.2). */
const SHA256_DIGEST_INFO = Buffer.from("3031300d060960864801650304020105000420", "hex");

export interface HostCertificate {
  /** The host's certificate, PEM. */
  readonly certificate: string;
  /** Its private key, PEM (PKCS #8). */
  readonly privateKey: string;
}

export interface CertificateAuthority {
  /** The CA's own certificate, PEM. */
  readonly caPem: string;
  /** A certificate for a server that is reached under these names and addresses. */
  issue(hosts: readonly string[]): Promise<HostCertificate>;
}

/** Makes a CA; its key is never written anywhere. Takes about a tenth of a second. */
export async function createCertificateAuthority(commonName: string): Promise<CertificateAuthority> {
  const caKeys = await makeKeys();
  const caName = [{ name: "commonName", value: commonName }];
  const caKey = signerOf(caKeys.privateKey);
  let serial = 0;

  const make = (publicKey: string, subject: forge.pki.CertificateField[], extensions: object[]): string => {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
    certificate.serialNumber = (++serial).toString(16).padStart(2, "0");
    certificate.validity.notBefore = NOT_BEFORE;
    certificate.validity.notAfter = NOT_AFTER;
    certificate.setSubject(subject);
    certificate.setIssuer(caName);
    certificate.setExtensions([...extensions, { name: "subjectKeyIdentifier" }]);
    certificate.sign(caKey, forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  };

  return {
    caPem: make(caKeys.publicKey, caName, [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ]),
    async issue(hosts) {
      const keys = await makeKeys();
      const certificate = make(
        keys.publicKey,
        [{ name: "commonName", value: hosts[0] ?? "host" }],
        [
          { name: "basicConstraints", cA: false, critical: true },
          { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
          { name: "extKeyUsage", serverAuth: true },
          { name: "subjectAltName", altNames: hosts.map(alternativeName) },
        ],
      );
      return { certificate, privateKey: keys.privateKey };
    },
  };
}

/** RSASSA-PKCS1-v1_5 by OpenSSL: forge's own arithmetic takes seconds where the runtime has a `navigator`. */
function signerOf(privateKey: string): forge.pki.rsa.PrivateKey {
  const key = { key: privateKey, padding: constants.RSA_PKCS1_PADDING };
  const sign = (digest: forge.md.MessageDigest) => {
    const info = Buffer.concat([SHA256_DIGEST_INFO, Buffer.from(digest.digest().getBytes(), "latin1")]);
    return privateEncrypt(key, info).toString("latin1");
  };
  return { sign } as forge.pki.rsa.PrivateKey;
}

function alternativeName(host: string): object {
  return isIP(host) === 0 ? { type: DNS_NAME, value: host } : { type: IP_ADDRESS, ip: host };
}

function makeKeys(): Promise<{ publicKey: string; privateKey: string }> {
  return promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}
