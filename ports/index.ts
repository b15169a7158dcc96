/** The interfaces that everything meets at; types only. */
export type { Clock, TimerId } from "./clock.ts";
export type {
  CellInfo,
  CredentialEntry,
  CredentialStore,
  CredentialType,
  FirmwareArea,
  FunctionalMode,
  Modem,
  ModemCapabilities,
  ModemDomainEvent,
  ModemDownloadOptions,
  ModemDownloadOutcome,
  ModemErrorCode,
  ModemErrorShape,
  ModemIdentity,
  ModemInitResult,
  ModemNotification,
  ModemSocket,
  ModemSockets,
  PdnInfo,
  PdnType,
  RegistrationStatus,
  SignalQuality,
  SimIdentity,
  TagCredentials,
} from "./modem.ts";
export type { Random } from "./random.ts";
export type { Storage } from "./storage.ts";
export type { Lifeline, RecordFields, RecordKind, Trace, TraceOptions, TraceRecord, TraceSink } from "./trace.ts";
export type {
  CloseReason,
  Listener,
  OpenFailure,
  OpenOutcome,
  OpenRequest,
  PeerAddress,
  PeerIdentity,
  Session,
  SessionHandlers,
  Transport,
} from "./transport.ts";
