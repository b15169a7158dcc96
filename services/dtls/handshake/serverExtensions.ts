/** What a server reads in the extensions of a ClientHello, and answers. */
import { randomBytes } from "node:crypto";
import { ByteWriter } from "../bytes.ts";
import { DtlsError } from "../errors.ts";
import { type ClientHello, RENEGOTIATION_SCSV } from "../messages/clientHello.ts";
import {
  CERTIFICATE_TYPE,
  type CertificateType,
  decodeConnectionId,
  decodeMaxFragmentLength,
  decodeServerName,
  decodeU8List,
  decodeU16List,
  ECDSA_SHA256,
  EXTENSION,
  type Extensions,
  encodeMaxFragmentLength,
  encodeU8List,
  type FragmentLength,
  SECP256R1,
  UNCOMPRESSED,
} from "../messages/extensions.ts";
import type { ResolvedServer } from "../resolveOptions.ts";
import { isCbc, type Suite } from "../suites.ts";

/** What a client can and wants. */
export interface Wishes {
  readonly extendedMasterSecret: boolean;
  readonly encryptThenMac: boolean;
  readonly secureRenegotiation: boolean;
  readonly maxFragmentLength: FragmentLength | undefined;
  /** What the client wants to receive. */
  readonly connectionId: Uint8Array | undefined;
  readonly serverName: string | undefined;
  /** P-256 with uncompressed points. */
  readonly curve: boolean;
  /** ECDSA with SHA-256. */
  readonly signature: boolean;
  readonly namesFormats: boolean;
  readonly clientCertificateTypes: Uint8Array | undefined;
  readonly serverCertificateTypes: Uint8Array | undefined;
}

/** Throws `DecodeError`, and `DtlsError` for a renegotiation. */
export function readWishes({ extensions, suites }: ClientHello): Wishes {
  const read = <T>(number: number, decode: (content: Uint8Array) => T): T | undefined => {
    const content = extensions.get(number);
    return content && decode(content);
  };
  const renegotiation = extensions.get(EXTENSION.renegotiationInfo);
  if (renegotiation !== undefined && (renegotiation.length !== 1 || renegotiation[0] !== 0)) {
    throw new DtlsError(
      "protocol",
      "a ClientHello that renegotiates where nothing was negotiated",
      "handshake_failure",
    );
  }
  const groups = read(EXTENSION.supportedGroups, decodeU16List);
  const formats = read(EXTENSION.ecPointFormats, decodeU8List);
  const algorithms = read(EXTENSION.signatureAlgorithms, decodeU16List);
  return {
    extendedMasterSecret: extensions.has(EXTENSION.extendedMasterSecret),
    encryptThenMac: extensions.has(EXTENSION.encryptThenMac),
    secureRenegotiation: renegotiation !== undefined || suites.includes(RENEGOTIATION_SCSV),
    maxFragmentLength: read(EXTENSION.maxFragmentLength, decodeMaxFragmentLength),
    connectionId: read(EXTENSION.connectionId, decodeConnectionId),
    serverName: read(EXTENSION.serverName, decodeServerName),
    curve: groups?.includes(SECP256R1) !== false && formats?.includes(UNCOMPRESSED) !== false,
    signature: algorithms?.includes(ECDSA_SHA256) !== false,
    namesFormats: formats !== undefined,
    clientCertificateTypes: read(EXTENSION.clientCertificateType, decodeU8List),
    serverCertificateTypes: read(EXTENSION.serverCertificateType, decodeU8List),
  };
}

/** How the server shows itself; undefined when it has nothing that the client takes. */
export function serverCertificateType(options: ResolvedServer, wishes: Wishes): CertificateType | undefined {
  const { rawPublicKey, certificate } = options;
  return chooseType(wishes.serverCertificateTypes, rawPublicKey !== undefined, certificate !== undefined);
}

/** How the client is to show itself; undefined when the server could not check what the client has. */
export function clientCertificateType(options: ResolvedServer, wishes: Wishes): CertificateType | undefined {
  const { peerPublicKeys, trust } = options;
  return chooseType(wishes.clientCertificateTypes, peerPublicKeys !== undefined, trust !== undefined);
}

/** The client's order counts (RFC 7250 §4.1); who names none has X.509. */
function chooseType(named: Uint8Array | undefined, rawPublicKey: boolean, x509: boolean): CertificateType | undefined {
  for (const type of named ?? [CERTIFICATE_TYPE.x509]) {
    if (type === CERTIFICATE_TYPE.rawPublicKey && rawPublicKey) return "rawPublicKey";
    if (type === CERTIFICATE_TYPE.x509 && x509) return "x509";
  }
  return undefined;
}

export interface Choice {
  readonly suite: Suite;
  /** What this side wants to receive. */
  readonly ownConnectionId: Uint8Array | undefined;
  readonly serverCertificateType: CertificateType | undefined;
  /** Only with a CertificateRequest. */
  readonly clientCertificateType: CertificateType | undefined;
}

export function answer(wishes: Wishes, choice: Choice): Extensions {
  const extensions = new Map<number, Uint8Array>();
  const empty = new Uint8Array(0);
  const { suite, ownConnectionId } = choice;
  if (wishes.secureRenegotiation) extensions.set(EXTENSION.renegotiationInfo, Uint8Array.of(0));
  if (wishes.extendedMasterSecret) extensions.set(EXTENSION.extendedMasterSecret, empty);
  if (wishes.encryptThenMac && isCbc(suite)) extensions.set(EXTENSION.encryptThenMac, empty);
  if (wishes.maxFragmentLength !== undefined) {
    extensions.set(EXTENSION.maxFragmentLength, encodeMaxFragmentLength(wishes.maxFragmentLength));
  }
  if (ownConnectionId !== undefined) {
    extensions.set(EXTENSION.connectionId, new ByteWriter().vector8(ownConnectionId).toBytes());
  }
  if (suite.keyExchange !== "psk" && wishes.namesFormats) {
    extensions.set(EXTENSION.ecPointFormats, encodeU8List([UNCOMPRESSED]));
  }
  if (wishes.serverCertificateTypes !== undefined && choice.serverCertificateType !== undefined) {
    const type = CERTIFICATE_TYPE[choice.serverCertificateType];
    extensions.set(EXTENSION.serverCertificateType, Uint8Array.of(type));
  }
  if (wishes.clientCertificateTypes !== undefined && choice.clientCertificateType !== undefined) {
    const type = CERTIFICATE_TYPE[choice.clientCertificateType];
    extensions.set(EXTENSION.clientCertificateType, Uint8Array.of(type));
  }
  return extensions;
}

/** An id of this side's length, when the client knows Connection IDs. */
export function newConnectionId(options: ResolvedServer, wishes: Wishes): Uint8Array | undefined {
  const { connectionId } = options;
  return wishes.connectionId === undefined || connectionId === undefined
    ? undefined
    : Uint8Array.from(randomBytes(connectionId));
}
