/** What a user gives, checked when it is given, with every default in place. */
import { createPublicKey, createSecretKey, KeyObject, X509Certificate } from "node:crypto";
import { looksLikeDer } from "../pki/certificate.ts";
import type { CertificateUsage, MatchingType, TrustPolicy } from "../pki/validatePath.ts";
import { DtlsError } from "./errors.ts";
import { isCbc, type KeyExchange, SUITES, type Suite, type SuiteName, suiteOfName } from "./suites.ts";
import type {
  ClientOptions,
  CommonOptions,
  MaxFragmentLength,
  Observation,
  Retransmission,
  ServerOptions,
} from "./types.ts";

/** RFC 6347 §4.2.4.1: gives up after 63 s. */
export const RFC6347_RETRANSMISSION: Retransmission = { initialMs: 1_000, maxMs: 60_000, max: 5 };
/** RFC 7925 §11, for constrained networks: gives up after 123 s. */
export const RFC7925_RETRANSMISSION: Retransmission = { initialMs: 9_000, maxMs: 60_000, max: 3 };

/** IPv6's smallest MTU, 1280, without the headers of IPv6 and UDP and a tunnel's 20 octets. */
const DEFAULT_MTU = 1_212;
const MIN_MTU = 228;
const MAX_MTU = 16_384;
const MAX_CID = 32;
const MAX_RETRANSMISSIONS = 20;
/** RFC 4279 §5.3 has 128 and 64 as what must be supported. */
export const MAX_IDENTITY_OCTETS = 128;
const MAX_PSK_OCTETS = 64;
/** SubjectPublicKeyInfo of P-256. */
const SPKI_OCTETS = 91;

export interface OwnCertificate {
  readonly chain: readonly Uint8Array[];
  readonly privateKey: KeyObject;
}

export interface OwnRawPublicKey {
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

export interface Resolved {
  readonly suites: readonly Suite[];
  readonly mtu: number;
  readonly retransmission: Retransmission;
  readonly connectionId: number | undefined;
  readonly requireExtendedMasterSecret: boolean;
  readonly certificate: OwnCertificate | undefined;
  readonly rawPublicKey: OwnRawPublicKey | undefined;
  readonly trust: TrustPolicy | undefined;
  readonly peerPublicKeys: readonly Uint8Array[] | undefined;
  readonly now: () => number;
  readonly keyLog: ((line: string) => void) | undefined;
  readonly observe: ((observation: Observation) => void) | undefined;
}

export interface ResolvedClient extends Resolved {
  readonly psk: { readonly identity: Uint8Array; readonly key: KeyObject } | undefined;
  readonly serverName: string | undefined;
  readonly maxFragmentLength: MaxFragmentLength | undefined;
  readonly allowLegacyRenegotiation: boolean;
}

export interface ResolvedServer extends Resolved {
  readonly psk: ServerOptions["psk"];
  readonly pskIdentityHint: Uint8Array | undefined;
  readonly clientAuthentication: "none" | "request" | "require";
  readonly sessions: number;
  readonly maxAssociations: number;
  readonly maxHandshakes: number;
}

/** Throws `DtlsError` `option`, which names the option. */
export function resolveClient(options: ClientOptions): ResolvedClient {
  const { psk, serverName, maxFragmentLength, trust, peerPublicKeys } = options;
  if (psk !== undefined && psk.identity.length > MAX_IDENTITY_OCTETS) {
    refuse("psk.identity", `has ${psk.identity.length} octets; at most ${MAX_IDENTITY_OCTETS} are allowed`);
  }
  if (serverName !== undefined && !/^[\x21-\x7e]{1,255}$/.test(serverName)) {
    refuse("serverName", "is no DNS name or IP address");
  }
  if (maxFragmentLength !== undefined && ![512, 1024, 2048, 4096].includes(maxFragmentLength)) {
    refuse("maxFragmentLength", `is ${maxFragmentLength}; 512, 1024, 2048 and 4096 are defined`);
  }
  const verifies = trust !== undefined || peerPublicKeys !== undefined;
  return Object.assign(resolveCommon(options, 0, { psk: psk !== undefined, ecdheEcdsa: verifies }), {
    psk: psk && { identity: Uint8Array.from(psk.identity), key: pskKey(psk.key) },
    serverName,
    maxFragmentLength,
    allowLegacyRenegotiation: options.allowLegacyRenegotiation ?? false,
  });
}

/** Throws `DtlsError` `option`, which names the option. */
export function resolveServer(options: ServerOptions): ResolvedServer {
  const { psk, pskIdentityHint, certificate, rawPublicKey, trust, peerPublicKeys } = options;
  if ((pskIdentityHint?.length ?? 0) > MAX_IDENTITY_OCTETS) {
    refuse("pskIdentityHint", `has more than ${MAX_IDENTITY_OCTETS} octets`);
  }
  const verifies = trust !== undefined || peerPublicKeys !== undefined;
  const clientAuthentication = options.clientAuthentication ?? (verifies ? "require" : "none");
  if (clientAuthentication !== "none" && !verifies) {
    refuse("clientAuthentication", "needs trust or peerPublicKeys to know which clients are accepted");
  }
  const hasCertificate = certificate !== undefined || rawPublicKey !== undefined;
  return {
    ...resolveCommon(options, 6, { psk: psk !== undefined, ecdheEcdsa: hasCertificate }),
    psk,
    pskIdentityHint,
    clientAuthentication,
    sessions: whole("sessions", options.sessions ?? 1_000, 0, 100_000),
    maxAssociations: whole("maxAssociations", options.maxAssociations ?? 10_000, 1, 1_000_000),
    maxHandshakes: whole("maxHandshakes", options.maxHandshakes ?? 1_000, 1, 1_000_000),
  };
}

/** A pre-shared key as the protocol takes it. Throws `DtlsError` `option`. */
export function pskKey(key: Uint8Array | KeyObject): KeyObject {
  const octets = key instanceof KeyObject ? key.symmetricKeySize : key.length;
  if (octets === undefined || octets === 0) refuse("psk.key", "is empty or no secret key");
  if (octets > MAX_PSK_OCTETS) refuse("psk.key", `has ${octets} octets; at most ${MAX_PSK_OCTETS} are allowed`);
  return key instanceof KeyObject ? key : createSecretKey(key);
}

function resolveCommon(
  options: CommonOptions,
  defaultConnectionId: number,
  can: { readonly psk: boolean; readonly ecdheEcdsa: boolean },
): Resolved {
  const { connectionId = defaultConnectionId, rawPublicKey } = options;
  const retransmission =
    options.retransmission === undefined
      ? RFC6347_RETRANSMISSION
      : { ...RFC6347_RETRANSMISSION, ...options.retransmission };
  if (retransmission.initialMs > retransmission.maxMs) {
    refuse("retransmission.initialMs", `is ${retransmission.initialMs}, more than maxMs, ${retransmission.maxMs}`);
  }
  return {
    suites: resolveSuites(options, { psk: can.psk, ecdhePsk: can.psk, ecdheEcdsa: can.ecdheEcdsa }),
    mtu: whole("mtu", options.mtu ?? DEFAULT_MTU, MIN_MTU, MAX_MTU),
    retransmission: {
      initialMs: whole("retransmission.initialMs", retransmission.initialMs, 1, 600_000),
      maxMs: whole("retransmission.maxMs", retransmission.maxMs, 1, 600_000),
      max: whole("retransmission.max", retransmission.max, 0, MAX_RETRANSMISSIONS),
    },
    connectionId: connectionId === false ? undefined : whole("connectionId", connectionId, 0, MAX_CID),
    requireExtendedMasterSecret: options.extendedMasterSecret === "require",
    certificate: options.certificate && ownCertificate(options.certificate),
    rawPublicKey: rawPublicKey && {
      privateKey: p256Private("rawPublicKey.privateKey", rawPublicKey.privateKey),
      publicKey: new Uint8Array(createPublicKey(rawPublicKey.privateKey).export({ type: "spki", format: "der" })),
    },
    trust: options.trust && checkedTrust(options.trust),
    peerPublicKeys: options.peerPublicKeys?.map(publicKeyOfPeer),
    now: options.now ?? Date.now,
    keyLog: options.keyLog,
    observe: options.observe,
  };
}

function resolveSuites(
  { suites: named, allowCbc = false }: CommonOptions,
  can: Readonly<Record<KeyExchange, boolean>>,
): readonly Suite[] {
  const wanted = named?.map((name) => knownSuite(name)) ?? SUITES.filter((suite) => !isCbc(suite));
  const cbc = wanted.find(isCbc);
  if (cbc !== undefined && !allowCbc) {
    refuse("suites", `has ${cbc.name}, which needs allowCbc: CBC cannot be checked in constant time in JavaScript`);
  }
  const usable = wanted.filter(({ keyExchange }) => can[keyExchange]);
  if (usable.length === 0) {
    const names = wanted.map(({ name }) => name).join(", ");
    refuse("suites", `nothing given here can serve ${names}: a PSK, or certificates and whom to trust, are missing`);
  }
  return usable;
}

function knownSuite(name: SuiteName): Suite {
  return suiteOfName(name) ?? refuse("suites", `has ${name}, which is not known`);
}

function ownCertificate({ chain, privateKey }: NonNullable<CommonOptions["certificate"]>): OwnCertificate {
  const [leaf] = chain;
  if (leaf === undefined) refuse("certificate.chain", "is empty");
  const key = p256Private("certificate.privateKey", privateKey);
  const [first] = chain.map((der, index) => readX509(`certificate.chain[${index}]`, der));
  if (first?.checkPrivateKey(key) !== true)
    refuse("certificate.privateKey", "does not belong to the first certificate of the chain");
  return { chain: chain.map((der) => Uint8Array.from(der)), privateKey: key };
}

function readX509(option: string, der: Uint8Array): X509Certificate {
  try {
    if (looksLikeDer(der)) return new X509Certificate(der);
  } catch {
    // Refused below, like what is no DER at all.
  }
  return refuse(option, "is no X.509 certificate in DER");
}

/** LwM2M 1.1 §E.1, 0/x/13 and 0/x/15: octets of the digest by matching type; 0 stands for the whole certificate. */
const DIGEST_OCTETS: Readonly<Record<MatchingType, number>> = { 0: 0, 1: 32, 2: 48, 3: 64 };
const USAGES: readonly CertificateUsage[] = [0, 1, 2, 3];

function checkedTrust(trust: TrustPolicy): TrustPolicy {
  const { anchors, pin } = trust;
  for (const [index, der] of anchors.entries()) readX509(`trust.anchors[${index}]`, der);
  if (pin === undefined) return trust;
  const octets: number | undefined = DIGEST_OCTETS[pin.matching];
  if (!USAGES.includes(pin.usage)) refuse("trust.pin.usage", `is ${pin.usage}; 0 to 3 are defined`);
  if (octets === undefined) refuse("trust.pin.matching", `is ${pin.matching}; 0 to 3 are defined`);
  if (octets === 0) readX509("trust.pin.data", pin.data);
  else if (pin.data.length !== octets)
    refuse("trust.pin.data", `has ${pin.data.length} octets; the digest has ${octets}`);
  return trust;
}

function p256Private(option: string, key: KeyObject): KeyObject {
  if (key.type !== "private" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    refuse(option, "is no private key on P-256 (secp256r1), the curve of RFC 7925");
  }
  return key;
}

function publicKeyOfPeer(spki: Uint8Array): Uint8Array {
  if (spki.length !== SPKI_OCTETS || rawKeyOf(spki) === undefined) {
    refuse("peerPublicKeys", "has an entry that is no SubjectPublicKeyInfo of P-256 in DER (91 octets)");
  }
  return Uint8Array.from(spki);
}

/** The key of a SubjectPublicKeyInfo on P-256, in its one DER form; undefined for anything else. */
export function rawKeyOf(spki: Uint8Array): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    return spki.length === SPKI_OCTETS && key.asymmetricKeyDetails?.namedCurve === "prime256v1" ? key : undefined;
  } catch {
    return undefined;
  }
}

function whole(option: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    refuse(option, `is ${value}; a whole number from ${min} to ${max} is needed`);
  }
  return value;
}

function refuse(option: string, reason: string): never {
  throw new DtlsError("option", `${option} ${reason}`);
}
