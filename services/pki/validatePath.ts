/** Whether a peer's certificate is to be trusted (RFC 5280 §6, RFC 6125; LwM2M 1.1 §5.2.9 for the certificate usages). */

import { createHash } from "node:crypto";
import { MAX_CHAIN_CERTIFICATES } from "./bounds.ts";
import { equalOctets } from "./der.ts";
import { PkiError } from "./errors.ts";
import { spkiOf } from "./p256.ts";
import { PathCertificate } from "./pathCertificate.ts";
import { type Refusal, refusalBy } from "./pathRules.ts";
import { PathSearch } from "./pathSearch.ts";

/** PKIX-TA(0), PKIX-EE(1), DANE-TA(2), DANE-EE(3): 0/x/15 of LwM2M 1.1 (RFC 6698 §2.1.1). */
export type CertificateUsage = 0 | 1 | 2 | 3;
/** 0 exact, 1 SHA-256, 2 SHA-384, 3 SHA-512: 0/x/13. */
export type MatchingType = 0 | 1 | 2 | 3;

/** By what a peer's certificate is trusted. */
export interface TrustPolicy {
  /** Trusted CA certificates, DER; they need not be self-signed. An end entity's own certificate among them is trusted too. */
  readonly anchors: readonly Uint8Array[];
  /** Narrows the trust to one certificate: the whole DER, or its digest. */
  readonly pin?: {
    readonly usage: CertificateUsage;
    readonly matching: MatchingType;
    readonly data: Uint8Array;
  };
}

export interface PathRequest {
  /** As the peer sent it, DER, end entity first; bounded to 10 certificates. */
  readonly chain: readonly Uint8Array[];
  readonly trust: TrustPolicy;
  readonly purpose: "serverAuth" | "clientAuth";
  /** DNS name or IP literal that the end entity must have; absent: any. */
  readonly name?: string;
  /** Time of day, ms since 1970. */
  readonly now: number;
}

/** The alert that RFC 5246 §7.2.2 has for it. */
export type PathAlert =
  | "bad_certificate"
  | "unsupported_certificate"
  | "certificate_expired"
  | "certificate_unknown"
  | "unknown_ca";

export type PathOutcome =
  | {
      readonly ok: true;
      readonly subject: string;
      /** SHA-256 over the DER, 64 upper-case hexadecimal digits. */
      readonly fingerprint: string;
      /** SubjectPublicKeyInfo of the end entity, DER. */
      readonly publicKey: Uint8Array;
    }
  | { readonly ok: false; readonly alert: PathAlert; readonly detail: string };

/** Where usages differ: RFC 6698 §2.1.1, with what RFC 7671 §5 makes of them. */
interface Usage {
  readonly anchors: (request: PathRequest) => readonly Uint8Array[];
  /** The end entity has to be the pinned certificate. */
  readonly pinsEndEntity?: true;
  /** A CA of the path has to be. */
  readonly pinsCa?: true;
  /** The pin is all: no path, and neither names, times nor usages count (RFC 7671 §5.1). */
  readonly pinOnly?: true;
}

type Pin = NonNullable<TrustPolicy["pin"]>;

/** Without a pin. */
const PKIX: Usage = { anchors: ({ trust }) => trust.anchors };
const USAGES: Readonly<Record<CertificateUsage, Usage>> = {
  0: { ...PKIX, pinsCa: true },
  1: { ...PKIX, pinsEndEntity: true },
  // A digest names an anchor that the peer has to send (RFC 7671 §5.2.2); a whole certificate is at hand.
  2: {
    anchors: ({ chain, trust: { pin } }) =>
      pin?.matching === 0 ? [pin.data] : chain.filter((der) => isPinned(der, pin)),
  },
  3: { anchors: () => [], pinsEndEntity: true, pinOnly: true },
};
const DIGESTS = { 1: "sha256", 2: "sha384", 3: "sha512" } as const;

/**
 * Judges a peer's chain. Never throws: whatever cannot be read is refused. Anchors are held to the rules of a CA as
 * well, but for their own signature; an end entity that is an anchor itself is trusted without a path. Revocation
 * lists and OCSP are not asked (RFC 7925 §4.4.3).
 */
export function validatePath(request: PathRequest): PathOutcome {
  try {
    return judge(request);
  } catch (error) {
    const detail = error instanceof PkiError ? error.message : "the certificates cannot be read";
    return { ok: false, alert: "bad_certificate", detail };
  }
}

function judge(request: PathRequest): PathOutcome {
  const { length } = request.chain;
  if (length === 0 || length > MAX_CHAIN_CERTIFICATES) {
    const detail = `the peer's chain has ${length} certificates; 1 to ${MAX_CHAIN_CERTIFICATES} are read`;
    return { ok: false, alert: "bad_certificate", detail };
  }
  const endEntity = read(request.chain[0]!, "certificate 1 of the chain");
  const refusal = refusalOf(endEntity, request);
  if (refusal !== undefined) return { ok: false, ...refusal };
  const { subject, fingerprint, publicKey } = endEntity;
  return { ok: true, subject, fingerprint, publicKey: spkiOf(publicKey) };
}

function refusalOf(endEntity: PathCertificate, request: PathRequest): Refusal | undefined {
  const { chain, trust, purpose, name, now } = request;
  const { pin } = trust;
  const usage = pin === undefined ? PKIX : USAGES[pin.usage];
  if (usage.pinsEndEntity && !isPinned(endEntity.der, pin)) {
    return { alert: "certificate_unknown", detail: `${endEntity.title} is not the pinned certificate` };
  }
  const context = { purpose, name, now };
  if (usage.pinOnly) return refusalBy("endEntityKey", endEntity, { ...context, below: [] });
  const pinnedCaMissing = (path: readonly PathCertificate[]): Refusal | undefined =>
    path.slice(1).some(({ der }) => isPinned(der, pin))
      ? undefined
      : { alert: "certificate_unknown", detail: `the path of ${endEntity.title} does not lead through the pinned CA` };
  return new PathSearch({
    ...context,
    intermediates: chain.slice(1).map((der, at) => read(der, `certificate ${at + 2} of the chain`)),
    anchors: usage.anchors(request).map((der, at) => read(der, `trusted certificate ${at + 1}`)),
    ...(usage.pinsCa && { against: pinnedCaMissing }),
  }).refusalOf(endEntity);
}

function read(der: Uint8Array, which: string): PathCertificate {
  try {
    return new PathCertificate(der);
  } catch (error) {
    throw new PkiError("malformed", `${which} cannot be read${error instanceof PkiError ? `: ${error.message}` : ""}`);
  }
}

function isPinned(der: Uint8Array, pin: Pin | undefined): boolean {
  if (pin === undefined) return false;
  const { matching, data } = pin;
  return equalOctets(matching === 0 ? der : createHash(DIGESTS[matching]).update(der).digest(), data);
}
