/** `lwm2m-carrier/dtls`: DTLS 1.2 for Node, client and server, in the IoT profile of RFC 7925. */

// Keys and certificates, PEM or DER
export {
  type PemOrDer,
  readCertificateChain,
  readCertificates,
  readPrivateKey,
  readPublicKey,
} from "../pki/credentials.ts";
export { PkiError, type PkiErrorCode } from "../pki/errors.ts";
// Whom to trust
export type { CertificateUsage, MatchingType, TrustPolicy } from "../pki/validatePath.ts";
// Tables
export { ALERTS, type AlertName, alertOfCode } from "./alerts.ts";
export type { Association } from "./association.ts";
// The protocol core, without I/O
export { DtlsClient } from "./client.ts";
// Over UDP
export { type ConnectOptions, connectDtls, type DtlsClientSocket } from "./connect.ts";
// Under CoAP, with credentials from security tags
export type { DtlsParameters } from "./dtlsParameters.ts";
export { DTLS_PORT, type DtlsClosed, type DtlsSocket, type DtlsSocketHandlers, type Timers } from "./dtlsSocket.ts";
export { createDtlsTransport, type DtlsTransport, type DtlsTransportOptions } from "./dtlsTransport.ts";
// Errors
export { DtlsError, type DtlsErrorCode } from "./errors.ts";
export { type DtlsListener, type ListenOptions, listenDtls } from "./listen.ts";
export { DtlsServer, type ServerStep } from "./server.ts";
export type { SessionVault } from "./sessionVault.ts";
export {
  type BulkCipher,
  isCbc,
  type KeyExchange,
  SUITES,
  type Suite,
  type SuiteName,
  suiteOfId,
  suiteOfName,
} from "./suites.ts";
// Options, steps and what they are made of
export type {
  ClientOptions,
  CommonOptions,
  ConnectionInfo,
  DropCounters,
  DropReason,
  DtlsEvent,
  MaxFragmentLength,
  Observation,
  Peer,
  Retransmission,
  Role,
  ServerOptions,
  Step,
} from "./types.ts";
