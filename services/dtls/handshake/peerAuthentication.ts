/** Whether the credential that a peer shows is one that this side accepts. */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { validatePath } from "../../pki/validatePath.ts";
import { equalBytes } from "../bytes.ts";
import { DtlsError } from "../errors.ts";
import { decodeCertificateChain, decodeRawPublicKey } from "../messages/certificate.ts";
import type { CertificateType } from "../messages/extensions.ts";
import { type Resolved, rawKeyOf } from "../resolveOptions.ts";
import type { Peer } from "../types.ts";

export interface AuthenticatedPeer {
  readonly peer: Peer;
  /** What the peer has to prove that it holds the private half of. */
  readonly publicKey: KeyObject;
}

export interface Expected {
  readonly type: CertificateType;
  readonly purpose: "serverAuth" | "clientAuth";
  readonly name: string | undefined;
}

/** Reads a Certificate; undefined for an empty one. Throws `DtlsError` `peerCredential`, and `DecodeError`. */
export function authenticatePeer(
  options: Resolved,
  body: Uint8Array,
  expected: Expected,
): AuthenticatedPeer | undefined {
  return expected.type === "rawPublicKey"
    ? authenticateKey(options, decodeRawPublicKey(body))
    : authenticateChain(options, decodeCertificateChain(body), expected);
}

function authenticateKey(
  { peerPublicKeys }: Resolved,
  publicKey: Uint8Array | undefined,
): AuthenticatedPeer | undefined {
  if (publicKey === undefined) return undefined;
  const key = rawKeyOf(publicKey);
  if (key === undefined) {
    throw new DtlsError(
      "peerCredential",
      "the peer's raw public key is not one of P-256 in DER",
      "unsupported_certificate",
    );
  }
  if (peerPublicKeys?.some((allowed) => equalBytes(allowed, publicKey)) !== true) {
    throw new DtlsError(
      "peerCredential",
      "the peer's raw public key is not one that is expected",
      "certificate_unknown",
    );
  }
  const fingerprint = createHash("sha256").update(publicKey).digest("hex").toUpperCase();
  return { peer: { kind: "rawPublicKey", publicKey: Uint8Array.from(publicKey), fingerprint }, publicKey: key };
}

function authenticateChain(
  { trust, now }: Resolved,
  chain: readonly Uint8Array[],
  { purpose, name }: Expected,
): AuthenticatedPeer | undefined {
  const [leaf] = chain;
  if (leaf === undefined) return undefined;
  if (trust === undefined) {
    throw new DtlsError("peerCredential", "nothing is given by which X.509 certificates are trusted", "unknown_ca");
  }
  const outcome = validatePath({ chain, trust, purpose, now: now(), ...(name !== undefined && { name }) });
  if (!outcome.ok) throw new DtlsError("peerCredential", outcome.detail, outcome.alert);
  const { subject, fingerprint, publicKey } = outcome;
  return {
    peer: { kind: "certificate", certificate: Uint8Array.from(leaf), subject, fingerprint },
    publicKey: createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" }),
  };
}
