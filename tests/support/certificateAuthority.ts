/**
 * A certificate authority for tests (RFC 5280 §4): good certificates by default, and every field can be made wrong.
 * `createCa({ name: "Root" })`, then `issue({ ca, subject: "host", san: ["DNS:host.example"] })`.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  namedBits,
  OCTET_STRING,
  oid,
  PRINTABLE_STRING,
  SET,
  sequence,
  text,
  time,
  tlv,
  UTF8_STRING,
} from "../pki/support/derWriter.ts";

export type KeyKind = "P-256" | "P-384" | "P-521" | "secp256k1" | "RSA" | "Ed25519";
export type HashName = "sha256" | "sha384" | "sha512" | "sha224" | "sha1" | "md5";

/** A certificate and its key; a CA when it was issued as one. */
export interface Issued {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly privateKey: KeyObject;
  /** PKCS#8. */
  readonly privateKeyPem: string;
  /** SubjectPublicKeyInfo, DER: the raw public key of RFC 7250. */
  readonly spki: Uint8Array;
  /** The subject as DER, which certificates below name as their issuer. */
  readonly name: Uint8Array;
}

export interface IssueOptions {
  /** The issuer; without one the certificate signs itself. */
  readonly ca?: Issued;
  /** A common name, or attributes in order: `[["O", "Acme"], ["CN", "host"]]`; `[]` for an empty subject. */
  readonly subject: string | readonly (readonly [attribute: string, value: string])[];
  /** `DNS:host.example`, `IP:192.0.2.1`, `URI:coaps://host`, `email:a@b.example`. */
  readonly san?: readonly string[];
  readonly sanCritical?: boolean;
  /** By bit name; absent: digitalSignature, or keyCertSign and cRLSign of a CA; `false`: no such extension. */
  readonly keyUsage?: readonly (keyof typeof KEY_USAGE_BITS)[] | false;
  /** Names of `EXTENDED_KEY_USAGES` or object identifiers; none by default. */
  readonly extendedKeyUsage?: readonly string[];
  /** ms since 1970; a day ago by default. */
  readonly notBefore?: number;
  /** ms since 1970; in a year by default. */
  readonly notAfter?: number;
  /** Absent: no basic constraints at all. */
  readonly isCa?: boolean;
  readonly pathLength?: number;
  /** `DNS:example.com` or `IP:192.0.2.0/24`; written as a critical extension. */
  readonly nameConstraints?: { readonly permitted?: readonly string[]; readonly excluded?: readonly string[] };
  /** Further extensions, `value` being the DER inside the octet string; one of a kind made otherwise replaces it. */
  readonly extensions?: readonly RawExtension[];
  /** Subject and authority key identifiers; true by default. */
  readonly keyIdentifiers?: boolean;
  /** A kind to generate, P-256 by default, or a private key to use. */
  readonly key?: KeyKind | KeyObject;
  /** Written in place of the key's own SubjectPublicKeyInfo. */
  readonly spki?: Uint8Array;
  /** Of the signature; sha256 by default. */
  readonly hash?: HashName;
  /** Signs in place of the issuer's key. */
  readonly signWith?: KeyObject;
  /** AlgorithmIdentifier beside the signature, in place of the one inside. */
  readonly signatureAlgorithm?: Uint8Array;
  /** Issuer name, DER, in place of the CA's subject. */
  readonly issuerName?: Uint8Array;
  /** Positive, big-endian; 16 random octets by default. */
  readonly serialNumber?: Uint8Array;
  /** 3 by default; 1 leaves the extensions out. */
  readonly version?: 1 | 3;
}

export interface RawExtension {
  readonly id: string;
  readonly critical?: boolean;
  readonly value: Uint8Array;
}

const DAY_MS = 86_400_000;
const SPKI = { type: "spki", format: "der" } as const;
const PKCS8 = { type: "pkcs8", format: "der" } as const;
const EXTENSION = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
} as const;
const ATTRIBUTES: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  serialNumber: "2.5.4.5",
  C: "2.5.4.6",
  O: "2.5.4.10",
  OU: "2.5.4.11",
};
const KEY_USAGE_BITS = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;
export const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  anyExtendedKeyUsage: "2.5.29.37.0",
};
/** GeneralName choices (RFC 5280 §4.2.1.6). */
const GENERAL_NAMES: Readonly<Record<string, number>> = { email: 1, DNS: 2, URI: 6, IP: 7 };
const RSA_SIGNATURES: Readonly<Record<HashName, string>> = {
  md5: "1.2.840.113549.1.1.4",
  sha1: "1.2.840.113549.1.1.5",
  sha224: "1.2.840.113549.1.1.14",
  sha256: "1.2.840.113549.1.1.11",
  sha384: "1.2.840.113549.1.1.12",
  sha512: "1.2.840.113549.1.1.13",
};
const ECDSA_SIGNATURES: Readonly<Partial<Record<HashName, string>>> = {
  sha1: "1.2.840.10045.4.1",
  sha224: "1.2.840.10045.4.3.1",
  sha256: "1.2.840.10045.4.3.2",
  sha384: "1.2.840.10045.4.3.3",
  sha512: "1.2.840.10045.4.3.4",
};

/** A CA: self-signed, or below `ca`. */
export function createCa({ name, ...options }: Omit<IssueOptions, "subject"> & { readonly name: string }): Issued {
  return issue({ isCa: true, ...options, subject: name });
}

export function issue(options: IssueOptions): Issued {
  const privateKey = typeof options.key === "object" ? options.key : generateKey(options.key ?? "P-256");
  const spki = options.spki ?? new Uint8Array(createPublicKey(privateKey).export({ type: "spki", format: "der" }));
  const name = nameOf(options.subject);
  const signingKey = options.signWith ?? options.ca?.privateKey ?? privateKey;
  const hash = options.hash ?? "sha256";
  const algorithm = algorithmOf(signingKey, hash);
  const now = Date.now();
  const version = options.version ?? 3;
  const tbs = sequence(
    ...(version === 3 ? [tlv(explicit(0), integer(Uint8Array.of(2)))] : []),
    integer(options.serialNumber ?? Uint8Array.of(1, ...randomBytes(15))),
    algorithm,
    options.issuerName ?? options.ca?.name ?? name,
    sequence(time(options.notBefore ?? now - DAY_MS), time(options.notAfter ?? now + 365 * DAY_MS)),
    name,
    spki,
    ...(version === 3 ? extensionsOf(options, spki) : []),
  );
  const digest = signingKey.asymmetricKeyType === "ed25519" ? null : hash;
  const signature = bitString(new Uint8Array(sign(digest, tbs, signingKey)));
  const der = sequence(tbs, options.signatureAlgorithm ?? algorithm, signature);
  const privateKeyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { der, pem: toPem(der), privateKey, privateKeyPem, spki, name };
}

/** Several certificates in one PEM text, as tools take a chain. */
export function toPem(...ders: readonly Uint8Array[]): string {
  return ders
    .map(
      (der) =>
        Buffer.from(der)
          .toString("base64")
          .match(/.{1,64}/g)!,
    )
    .map((lines) => `${["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----"].join("\n")}\n`)
    .join("");
}

export function generateKey(kind: KeyKind): KeyObject {
  if (kind === "RSA") return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  if (kind === "Ed25519") return generateKeyPairSync("ed25519").privateKey;
  // Read from its encoding: Node 20 stops for ever when memory is collected while a key is exported that was just made.
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: kind,
    publicKeyEncoding: SPKI,
    privateKeyEncoding: PKCS8,
  });
  return createPrivateKey({ key: privateKey, ...PKCS8 });
}

function algorithmOf({ asymmetricKeyType }: KeyObject, hash: HashName): Uint8Array {
  if (asymmetricKeyType === "ed25519") return sequence(oid("1.3.101.112"));
  // RFC 4055 §5 wants the NULL of RSA, RFC 5758 §3.2 forbids it for ECDSA.
  if (asymmetricKeyType === "rsa") return sequence(oid(RSA_SIGNATURES[hash]), Uint8Array.of(0x05, 0));
  const id = ECDSA_SIGNATURES[hash];
  if (id === undefined) throw new Error(`there is no ECDSA with ${hash}`);
  return sequence(oid(id));
}

function nameOf(subject: IssueOptions["subject"]): Uint8Array {
  const attributes = typeof subject === "string" ? [["CN", subject] as const] : subject;
  return sequence(
    ...attributes.map(([attribute, value]) => {
      const tag = attribute === "C" || attribute === "serialNumber" ? PRINTABLE_STRING : UTF8_STRING;
      return tlv(SET, sequence(oid(ATTRIBUTES[attribute] ?? attribute), text(tag, value)));
    }),
  );
}

function extensionsOf(options: IssueOptions, spki: Uint8Array): readonly Uint8Array[] {
  const { extensions = [] } = options;
  const replaced = new Set(extensions.map(({ id }) => id));
  const list = [...madeExtensions(options, spki).filter(({ id }) => !replaced.has(id)), ...extensions];
  if (list.length === 0) return [];
  const encoded = list.map(({ id, critical = false, value }) =>
    // DEFAULT FALSE is left out in DER.
    sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(OCTET_STRING, value)),
  );
  return [tlv(explicit(3), sequence(...encoded))];
}

function madeExtensions(options: IssueOptions, spki: Uint8Array): readonly RawExtension[] {
  const { ca, isCa, pathLength, san, extendedKeyUsage, nameConstraints } = options;
  const keyUsage =
    options.keyUsage ?? (isCa === true ? (["keyCertSign", "cRLSign"] as const) : (["digitalSignature"] as const));
  const made: RawExtension[] = [];
  if (isCa !== undefined) {
    const length = pathLength === undefined ? [] : [integer(Uint8Array.of(pathLength))];
    const value = sequence(...(isCa ? [boolean(true)] : []), ...length);
    made.push({ id: EXTENSION.basicConstraints, critical: true, value });
  }
  if (keyUsage !== false) {
    made.push({
      id: EXTENSION.keyUsage,
      critical: true,
      value: namedBits(keyUsage.map((name) => KEY_USAGE_BITS[name])),
    });
  }
  if (extendedKeyUsage !== undefined) {
    const value = sequence(...extendedKeyUsage.map((usage) => oid(EXTENDED_KEY_USAGES[usage] ?? usage)));
    made.push({ id: EXTENSION.extendedKeyUsage, value });
  }
  if (san !== undefined) {
    const value = sequence(...san.map(generalName));
    made.push({ id: EXTENSION.subjectAltName, critical: options.sanCritical ?? false, value });
  }
  if (nameConstraints !== undefined) {
    made.push({ id: EXTENSION.nameConstraints, critical: true, value: constraintsValue(nameConstraints) });
  }
  if (options.keyIdentifiers !== false) {
    made.push({ id: EXTENSION.subjectKeyIdentifier, value: tlv(OCTET_STRING, keyIdentifier(spki)) });
    if (ca !== undefined) {
      const value = sequence(tlv(implicit(0), keyIdentifier(ca.spki)));
      made.push({ id: EXTENSION.authorityKeyIdentifier, value });
    }
  }
  return made;
}

function constraintsValue({ permitted, excluded }: NonNullable<IssueOptions["nameConstraints"]>): Uint8Array {
  const subtrees = (names: readonly string[]) => names.map((name) => sequence(generalName(name)));
  return sequence(
    ...(permitted === undefined ? [] : [tlv(explicit(0), ...subtrees(permitted))]),
    ...(excluded === undefined ? [] : [tlv(explicit(1), ...subtrees(excluded))]),
  );
}

function generalName(name: string): Uint8Array {
  const kind = name.slice(0, name.indexOf(":"));
  const value = name.slice(kind.length + 1);
  const tag = GENERAL_NAMES[kind];
  if (tag === undefined) throw new Error(`${name} begins with none of ${Object.keys(GENERAL_NAMES).join(", ")}`);
  return kind === "IP" ? tlv(implicit(tag), addressOctets(value)) : text(implicit(tag), value);
}

/** An address, or address and mask of a prefix (RFC 5280 §4.2.1.10). */
function addressOctets(literal: string): Uint8Array {
  const [address = "", prefix] = literal.split("/");
  const octets = address.includes(":") ? ipv6Octets(address) : address.split(".").map(Number);
  if (prefix === undefined) return Uint8Array.from(octets);
  const mask = octets.map((_, at) => 0xff & ~(0xff >> Math.max(0, Math.min(8, Number(prefix) - 8 * at))));
  return Uint8Array.from([...octets, ...mask]);
}

function ipv6Octets(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const [front, back] = [groups(head), groups(tail ?? "")];
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  return [...front, ...new Array<number>(zeros).fill(0), ...back].flatMap((group) => [group >> 8, group & 0xff]);
}

/** RFC 7093 §2 method 4: a digest of the SubjectPublicKeyInfo, cut to the usual 20 octets. */
function keyIdentifier(spki: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(spki).digest().subarray(0, 20));
}
