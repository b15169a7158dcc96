/** Certificates for the firmware hosts of these tests, made by node-forge, with whatever is wrong with them asked for. */
import forge from "node-forge";

const { pki } = forge;
const DAY_MS = 86_400_000;

export interface Authority {
  readonly pem: string;
  readonly certificate: forge.pki.Certificate;
  readonly keys: forge.pki.rsa.KeyPair;
}

export interface HostCertificate {
  readonly cert: string;
  readonly key: string;
}

let serial = 1;

export function makeAuthority(name: string): Authority {
  const keys = pki.rsa.generateKeyPair(2048);
  const certificate = blank(name, name, keys.publicKey, -1, 30);
  certificate.setExtensions([
    { name: "basicConstraints", critical: true, cA: true },
    { name: "keyUsage", critical: true, keyCertSign: true, cRLSign: true },
  ]);
  certificate.sign(keys.privateKey, forge.md.sha256.create());
  return { pem: pki.certificateToPem(certificate), certificate, keys };
}

/** A certificate for `names` (and 127.0.0.1 unless told otherwise), valid from and to days from now. */
export function issueHost(
  { certificate, keys }: Authority,
  { names = ["localhost"], addresses = ["127.0.0.1"], fromDays = -1, toDays = 30 } = {},
): HostCertificate {
  const host = pki.rsa.generateKeyPair(2048);
  const issued = blank(names[0] ?? "host", certificate.subject.getField("CN").value, host.publicKey, fromDays, toDays);
  issued.setExtensions([
    { name: "basicConstraints", cA: false },
    {
      name: "subjectAltName",
      altNames: [...names.map((value) => ({ type: 2, value })), ...addresses.map((ip) => ({ type: 7, ip }))],
    },
  ]);
  issued.sign(keys.privateKey, forge.md.sha256.create());
  return { cert: pki.certificateToPem(issued), key: pki.privateKeyToPem(host.privateKey) };
}

function blank(subject: string, issuer: string, key: forge.pki.rsa.PublicKey, fromDays: number, toDays: number) {
  const certificate = pki.createCertificate();
  certificate.publicKey = key;
  certificate.serialNumber = (serial++).toString(16).padStart(4, "0");
  certificate.validity.notBefore = new Date(Date.now() + fromDays * DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + toDays * DAY_MS);
  certificate.setSubject([{ name: "commonName", value: subject }]);
  certificate.setIssuer([{ name: "commonName", value: issuer }]);
  return certificate;
}
