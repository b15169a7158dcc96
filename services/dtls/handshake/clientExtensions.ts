/** The extensions of a ClientHello, and what the ServerHello makes of them. */
import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { ByteWriter } from "../bytes.ts";
import { DtlsError } from "../errors.ts";
import {
  CERTIFICATE_TYPE,
  type CertificateType,
  decodeConnectionId,
  decodeMaxFragmentLength,
  decodeU8List,
  ECDSA_SHA256,
  EXTENSION,
  type Extensions,
  encodeMaxFragmentLength,
  encodeServerName,
  encodeU8List,
  encodeU16List,
  SECP256R1,
  UNCOMPRESSED,
} from "../messages/extensions.ts";
import { MAX_PLAINTEXT } from "../record/record.ts";
import type { ResolvedClient } from "../resolveOptions.ts";
import { isCbc, type Suite } from "../suites.ts";

const EMPTY = new Uint8Array(0);
/** RFC 5746 §3.4: an empty `renegotiated_connection`. */
const NO_RENEGOTIATION = Uint8Array.of(0);

/** Small hellos fit constrained servers: what only certificates or CBC need is left out without them. */
export function offer(options: ResolvedClient): Extensions {
  const { suites, serverName, maxFragmentLength, connectionId } = options;
  const extensions = new Map<number, Uint8Array>();
  if (serverName !== undefined && isIP(serverName) === 0) {
    extensions.set(EXTENSION.serverName, encodeServerName(serverName));
  }
  if (maxFragmentLength !== undefined) {
    extensions.set(EXTENSION.maxFragmentLength, encodeMaxFragmentLength(maxFragmentLength));
  }
  if (suites.some(({ keyExchange }) => keyExchange !== "psk")) {
    extensions.set(EXTENSION.supportedGroups, encodeU16List([SECP256R1]));
    extensions.set(EXTENSION.ecPointFormats, encodeU8List([UNCOMPRESSED]));
  }
  if (suites.some(({ keyExchange }) => keyExchange === "ecdheEcdsa")) offerCertificates(options, extensions);
  if (suites.some(isCbc)) extensions.set(EXTENSION.encryptThenMac, EMPTY);
  extensions.set(EXTENSION.extendedMasterSecret, EMPTY);
  if (connectionId !== undefined) {
    extensions.set(EXTENSION.connectionId, new ByteWriter().vector8(randomBytes(connectionId)).toBytes());
  }
  extensions.set(EXTENSION.renegotiationInfo, NO_RENEGOTIATION);
  return extensions;
}

/** X.509 alone needs no word of its own (RFC 7250 §4.1). */
function offerCertificates(options: ResolvedClient, extensions: Map<number, Uint8Array>): void {
  const { certificate, rawPublicKey, trust, peerPublicKeys } = options;
  const own = types(rawPublicKey !== undefined, certificate !== undefined);
  const peer = types(peerPublicKeys !== undefined, trust !== undefined);
  extensions.set(EXTENSION.signatureAlgorithms, encodeU16List([ECDSA_SHA256]));
  if (own.includes(CERTIFICATE_TYPE.rawPublicKey)) extensions.set(EXTENSION.clientCertificateType, encodeU8List(own));
  if (peer.includes(CERTIFICATE_TYPE.rawPublicKey)) extensions.set(EXTENSION.serverCertificateType, encodeU8List(peer));
}

function types(rawPublicKey: boolean, x509: boolean): number[] {
  return [...(rawPublicKey ? [CERTIFICATE_TYPE.rawPublicKey] : []), ...(x509 ? [CERTIFICATE_TYPE.x509] : [])];
}

export interface Agreed {
  readonly extendedMasterSecret: boolean;
  readonly encryptThenMac: boolean;
  readonly maxFragmentLength: number;
  readonly connectionId: { readonly own: Uint8Array; readonly peer: Uint8Array } | undefined;
  readonly serverCertificateType: CertificateType;
  readonly clientCertificateType: CertificateType;
}

/** Throws `DtlsError`, and `DecodeError` for what cannot be read. */
export function agree(answer: Extensions, offered: Extensions, options: ResolvedClient, suite: Suite): Agreed {
  for (const number of answer.keys()) {
    if (!offered.has(number)) {
      throw new DtlsError(
        "protocol",
        `the server answered extension ${number}, which was not offered`,
        "unsupported_extension",
      );
    }
  }
  checkRenegotiation(answer, options);
  const extendedMasterSecret = answer.has(EXTENSION.extendedMasterSecret);
  if (options.requireExtendedMasterSecret && !extendedMasterSecret) {
    throw new DtlsError("protocol", "the server has no extended master secret, which is required", "handshake_failure");
  }
  const encryptThenMac = answer.has(EXTENSION.encryptThenMac);
  if (encryptThenMac && !isCbc(suite)) {
    throw new DtlsError("protocol", "the server answered encrypt-then-MAC for an AEAD suite", "illegal_parameter");
  }
  const formats = answer.get(EXTENSION.ecPointFormats);
  if (formats !== undefined && !decodeU8List(formats).includes(UNCOMPRESSED)) {
    throw new DtlsError("protocol", "the server has no uncompressed points", "illegal_parameter");
  }
  return {
    extendedMasterSecret,
    encryptThenMac,
    maxFragmentLength: agreedFragmentLength(answer, options),
    connectionId: agreedConnectionId(answer, offered),
    serverCertificateType: agreedType(answer, offered, EXTENSION.serverCertificateType),
    clientCertificateType: agreedType(answer, offered, EXTENSION.clientCertificateType),
  };
}

/** RFC 5746 §3.4: without it an attacker may have talked to the server before us. */
function checkRenegotiation(answer: Extensions, { allowLegacyRenegotiation }: ResolvedClient): void {
  const info = answer.get(EXTENSION.renegotiationInfo);
  if (info === undefined ? allowLegacyRenegotiation : info.length === 1 && info[0] === 0) return;
  throw new DtlsError(
    "protocol",
    info === undefined
      ? "the server has no secure renegotiation (RFC 5746); allowLegacyRenegotiation goes on without"
      : "the server's renegotiation_info is not that of a first handshake",
    "handshake_failure",
  );
}

function agreedFragmentLength(answer: Extensions, { maxFragmentLength }: ResolvedClient): number {
  const content = answer.get(EXTENSION.maxFragmentLength);
  if (content === undefined) return MAX_PLAINTEXT;
  const octets = decodeMaxFragmentLength(content);
  if (octets !== maxFragmentLength) {
    throw new DtlsError("protocol", `the server answered a fragment length of ${octets}`, "illegal_parameter");
  }
  return octets;
}

function agreedConnectionId(answer: Extensions, offered: Extensions): Agreed["connectionId"] {
  const peer = answer.get(EXTENSION.connectionId);
  const own = offered.get(EXTENSION.connectionId);
  if (peer === undefined || own === undefined) return undefined;
  return { own: ownCopy(decodeConnectionId(own)), peer: ownCopy(decodeConnectionId(peer)) };
}

/** Lives as long as the connection: a copy that holds no larger memory. */
function ownCopy(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}

function agreedType(answer: Extensions, offered: Extensions, extension: number): CertificateType {
  const content = answer.get(extension);
  if (content === undefined) return "x509";
  const [type] = content;
  const list = offered.get(extension);
  if (content.length !== 1 || type === undefined || list?.subarray(1).includes(type) !== true) {
    throw new DtlsError("protocol", "the server chose a certificate type that was not offered", "illegal_parameter");
  }
  return type === CERTIFICATE_TYPE.rawPublicKey ? "rawPublicKey" : "x509";
}
