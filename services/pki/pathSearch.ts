/**
 * Finds a path from an end entity to a trust anchor among certificates in any order (RFC 4158 §2): depth first, anchors
 * before the peer's own CAs, with a bound on the signatures that are checked.
 */
import { MAX_SIGNATURE_CHECKS } from "./bounds.ts";
import { equalOctets } from "./der.ts";
import type { PathCertificate } from "./pathCertificate.ts";
import { type Refusal, type RuleContext, refusalBy } from "./pathRules.ts";

export interface PathSearchOptions extends Omit<RuleContext, "below"> {
  /** The peer's other certificates, in any order; what is not on the path does not matter. */
  readonly intermediates: readonly PathCertificate[];
  readonly anchors: readonly PathCertificate[];
  /** Why a path that is otherwise good does not serve. */
  readonly against?: (path: readonly PathCertificate[]) => Refusal | undefined;
}

/** Anything else is refused: an algorithm with a broken digest, or one whose parameters would have to be judged. */
const SIGNATURE_ALGORITHMS: ReadonlySet<string> = new Set([
  "1.2.840.10045.4.3.2", // ecdsa-with-SHA256
  "1.2.840.10045.4.3.3", // ecdsa-with-SHA384
  "1.2.840.10045.4.3.4", // ecdsa-with-SHA512
  "1.2.840.113549.1.1.11", // sha256WithRSAEncryption
  "1.2.840.113549.1.1.12", // sha384WithRSAEncryption
  "1.2.840.113549.1.1.13", // sha512WithRSAEncryption
  "1.3.101.112", // Ed25519
]);
const WEAK_SIGNATURE_ALGORITHMS: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.2": "MD2",
  "1.2.840.113549.1.1.3": "MD4",
  "1.2.840.113549.1.1.4": "MD5",
  "1.2.840.113549.1.1.5": "SHA-1",
  "1.2.840.10040.4.3": "SHA-1",
  "1.2.840.10045.4.1": "SHA-1",
};

export class PathSearch {
  readonly #options: PathSearchOptions;
  /** The first reason against a certificate that stood where a path might have gone on. */
  #refusal: Refusal | undefined;
  /** The end of the longest path that led nowhere. */
  #deadEnd: { readonly length: number; readonly certificate: PathCertificate } | undefined;
  #signatureChecks = 0;

  constructor(options: PathSearchOptions) {
    this.#options = options;
  }

  /** Undefined when there is a path; otherwise the most telling reason why there is none. */
  refusalOf(endEntity: PathCertificate): Refusal | undefined {
    const refusal = refusalBy("endEntity", endEntity, { ...this.#options, below: [] });
    if (refusal !== undefined || this.#isFound([endEntity])) return refusal;
    return this.#refusal ?? untrusted(this.#deadEnd?.certificate ?? endEntity);
  }

  #isFound(path: readonly PathCertificate[]): boolean {
    const last = path.at(-1)!;
    const { anchors, intermediates } = this.#options;
    // An end entity that is trusted itself needs nobody above it.
    const isAnchor = path.length === 1 && anchors.some(({ der }) => equalOctets(der, last.der));
    if (isAnchor && this.#isComplete(path)) return true;
    for (const anchor of anchors.filter((each) => last.namesAsIssuer(each))) {
      if (this.#mayFollow(path, anchor) && this.#isComplete([...path, anchor])) return true;
    }
    for (const next of intermediates.filter((each) => last.namesAsIssuer(each))) {
      const isNew = path.every(({ der }) => !equalOctets(der, next.der));
      if (isNew && this.#mayFollow(path, next) && this.#isFound([...path, next])) return true;
    }
    if (path.length > (this.#deadEnd?.length ?? 0)) this.#deadEnd = { length: path.length, certificate: last };
    return false;
  }

  #isComplete(path: readonly PathCertificate[]): boolean {
    return this.#isFine(this.#options.against?.(path));
  }

  #mayFollow(path: readonly PathCertificate[], issuer: PathCertificate): boolean {
    const last = path.at(-1)!;
    return (
      this.#isFine(againstAlgorithm(last)) &&
      this.#isFine(refusalBy("issuer", issuer, { ...this.#options, below: path })) &&
      this.#isFine(this.#againstSignature(last, issuer))
    );
  }

  #againstSignature(certificate: PathCertificate, issuer: PathCertificate): Refusal | undefined {
    if (this.#signatureChecks >= MAX_SIGNATURE_CHECKS) {
      return { alert: "bad_certificate", detail: `no path was found with ${MAX_SIGNATURE_CHECKS} signatures checked` };
    }
    this.#signatureChecks++;
    if (certificate.isSignedBy(issuer)) return undefined;
    const detail = `${certificate.title} is not signed by the key of ${issuer.title}, which it names as its issuer`;
    return { alert: "bad_certificate", detail };
  }

  #isFine(refusal: Refusal | undefined): boolean {
    this.#refusal ??= refusal;
    return refusal === undefined;
  }
}

function againstAlgorithm(certificate: PathCertificate): Refusal | undefined {
  const { signatureAlgorithm } = certificate.tbs;
  if (SIGNATURE_ALGORITHMS.has(signatureAlgorithm)) return undefined;
  const { title } = certificate;
  const weak = WEAK_SIGNATURE_ALGORITHMS[signatureAlgorithm];
  return weak === undefined
    ? {
        alert: "unsupported_certificate",
        detail: `${title} is signed by an algorithm not served (${signatureAlgorithm})`,
      }
    : { alert: "bad_certificate", detail: `${title} is signed with ${weak}, which is too weak` };
}

function untrusted({ title, issuer, selfIssued }: PathCertificate): Refusal {
  const reason = selfIssued
    ? "is self-issued and not trusted"
    : `was issued by no trusted CA (its issuer is ${issuer})`;
  return { alert: "unknown_ca", detail: `${title} ${reason}` };
}
