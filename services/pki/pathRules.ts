/**
 * What each certificate of a path must be (RFC 5280 §6.1.3 to §6.1.5), one row a rule, in the order in which they are
 * checked. The alerts are those of RFC 5246 §7.2.2.
 */
import type { KeyObject } from "node:crypto";
import { MAX_NAME_COMPARISONS } from "./bounds.ts";
import type { GeneralNames } from "./generalNames.ts";
import { parseAddress } from "./ipAddress.ts";
import { forbiddenName } from "./nameConstraints.ts";
import { isP256PublicKey } from "./p256.ts";
import type { PathCertificate } from "./pathCertificate.ts";
import { isNamed } from "./subjectNames.ts";
import type { PathAlert, PathRequest } from "./validatePath.ts";

export interface Refusal {
  readonly alert: PathAlert;
  readonly detail: string;
}

/** What a rule may look at beside the certificate. */
export interface RuleContext extends Pick<PathRequest, "purpose" | "now"> {
  readonly name: string | undefined;
  /** The path below, end entity first; empty for the end entity. */
  readonly below: readonly PathCertificate[];
}

interface Rule {
  readonly alert: PathAlert;
  /** The reason against the certificate, which continues a sentence that begins with its subject. */
  readonly against: (certificate: PathCertificate, context: RuleContext) => string | undefined;
}

const KEY_PURPOSES = { serverAuth: "1.3.6.1.5.5.7.3.1", clientAuth: "1.3.6.1.5.5.7.3.2" } as const;
const ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";
const MIN_RSA_BITS = 2048;
/** Checking a signature takes time that grows with the square of it. */
const MAX_RSA_BITS = 8192;
const MAX_SHOWN_NAME = 255;
const CA_CURVES: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);

const ALL: readonly Rule[] = [
  {
    alert: "certificate_expired",
    against: ({ notBeforeMs }, { now }) => (now >= notBeforeMs ? undefined : `is not valid before ${iso(notBeforeMs)}`),
  },
  {
    alert: "certificate_expired",
    against: ({ notAfterMs }, { now }) => (now <= notAfterMs ? undefined : `expired on ${iso(notAfterMs)}`),
  },
  {
    alert: "certificate_unknown",
    against: ({ extensions: { unprocessedCritical } }) =>
      unprocessedCritical.length === 0
        ? undefined
        : `has a critical extension that is not understood (${unprocessedCritical.slice(0, 4).join(", ")})`,
  },
  {
    // RFC 5280 §4.2.1.12 for the end entity; in a CA it narrows what is below, as OpenSSL, GnuTLS and Go have it.
    alert: "unsupported_certificate",
    against: ({ extensions: { extendedKeyUsage } }, { purpose }) =>
      extendedKeyUsage === undefined ||
      extendedKeyUsage.some((usage) => usage === KEY_PURPOSES[purpose] || usage === ANY_EXTENDED_KEY_USAGE)
        ? undefined
        : `is not for ${purpose} (extended key usage)`,
  },
];

/** What holds even where nothing but a pin counts: ECDHE_ECDSA on P-256 is what the cipher suites have (RFC 7925 §4.4). */
const END_ENTITY_KEY: readonly Rule[] = [
  {
    alert: "unsupported_certificate",
    against: (certificate) =>
      isP256PublicKey(certificate.tbs.publicKey)
        ? undefined
        : `has ${certificate.keyKind}; it takes one on P-256 with its point uncompressed`,
  },
];

const END_ENTITY: readonly Rule[] = [
  ...END_ENTITY_KEY,
  ...ALL,
  {
    // RFC 5280 §4.2.1.3: the key signs in the handshake.
    alert: "unsupported_certificate",
    against: ({ extensions: { keyUsage } }) =>
      keyUsage === undefined || keyUsage.includes("digitalSignature")
        ? undefined
        : `may not sign in a handshake (key usage is ${keyUsage.join(", ") || "empty"})`,
  },
  {
    alert: "certificate_unknown",
    against: ({ tbs }, { name }) =>
      name === undefined || isNamed(tbs, name) ? undefined : `is not for the host ${name.slice(0, MAX_SHOWN_NAME)}`,
  },
];

const ISSUER: readonly Rule[] = [
  ...ALL,
  {
    // RFC 5280 §4.2.1.9
    alert: "certificate_unknown",
    against: ({ extensions: { isCa } }) => (isCa ? undefined : "is not a CA (basic constraints)"),
  },
  {
    // RFC 5280 §4.2.1.3
    alert: "certificate_unknown",
    against: ({ extensions: { keyUsage } }) =>
      keyUsage === undefined || keyUsage.includes("keyCertSign")
        ? undefined
        : `may not sign certificates (key usage is ${keyUsage.join(", ") || "empty"})`,
  },
  {
    // RFC 5280 §4.2.1.9: self-issued certificates and the end entity do not count.
    alert: "certificate_unknown",
    against: ({ extensions: { pathLength } }, { below }) =>
      pathLength === undefined || below.slice(1).filter(({ selfIssued }) => !selfIssued).length <= pathLength
        ? undefined
        : `has more CAs below it than its path length of ${pathLength} allows`,
  },
  {
    alert: "unsupported_certificate",
    against: (certificate) => (maySign(certificate.publicKey) ? undefined : `has ${certificate.keyKind} to sign with`),
  },
  { alert: "certificate_unknown", against: againstNamesBelow },
];

const RULES = { endEntity: END_ENTITY, endEntityKey: END_ENTITY_KEY, issuer: ISSUER } as const;

/** The first rule that the certificate breaks. */
export function refusalBy(
  rules: keyof typeof RULES,
  certificate: PathCertificate,
  context: RuleContext,
): Refusal | undefined {
  for (const { alert, against } of RULES[rules]) {
    const reason = against(certificate, context);
    if (reason !== undefined) return { alert, detail: `${certificate.title} ${reason}` };
  }
  return undefined;
}

/** RFC 5280 §4.2.1.10 */
function againstNamesBelow(
  { extensions: { nameConstraints } }: PathCertificate,
  { below, name }: RuleContext,
): string | undefined {
  if (nameConstraints === undefined) return undefined;
  const names = constrainedNames(below, name);
  const count = names.dns.length + names.ip.length;
  if (count * nameConstraints.size > MAX_NAME_COMPARISONS) return "has more name constraints than are checked";
  const forbidden = forbiddenName(nameConstraints, names);
  return forbidden === undefined
    ? undefined
    : `does not allow the name "${forbidden.slice(0, MAX_SHOWN_NAME)}" below it`;
}

function maySign({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): boolean {
  const { modulusLength = 0, namedCurve = "" } = asymmetricKeyDetails;
  if (asymmetricKeyType === "rsa") return modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS;
  return asymmetricKeyType === "ed25519" || (asymmetricKeyType === "ec" && CA_CURVES.has(namedCurve));
}

/** RFC 5280 §6.1.3 (b), (c). The host asked for is among them: it is what a wildcard or a common name stands for. */
function constrainedNames(
  below: readonly PathCertificate[],
  name: string | undefined,
): Pick<GeneralNames, "dns" | "ip"> {
  const subjects = below.filter(({ selfIssued }, at) => at === 0 || !selfIssued);
  const names = subjects.flatMap(({ extensions: { subjectAltName } }) => subjectAltName ?? []);
  const address = name === undefined ? undefined : parseAddress(name);
  return {
    dns: [...names.flatMap(({ dns }) => dns), ...(name === undefined || address !== undefined ? [] : [name])],
    ip: [...names.flatMap(({ ip }) => ip), ...(address === undefined ? [] : [address])],
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
