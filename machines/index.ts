/** Entry of `lwm2m-carrier/machines`: the statecharts, without implementations. */

// The charts
export { bootstrapMachine } from "./bootstrap.ts";
export type { BootstrapInput, BootstrapOutcome } from "./bootstrapModel.ts";
export { carrierMachine } from "./carrier.ts";
export type {
  CarrierContext,
  CarrierEvent,
  CarrierInput,
  DeviceEvent,
  DeviceFacts,
  FirmwareFacts,
  RequestEvent,
} from "./carrierModel.ts";
export type { EntryPoint } from "./carrierSetup.ts";
export { type CertsOutcome, certsMachine } from "./certs.ts";
export type { Chart, ChartMeta } from "./chart.ts";
// What they tell the application, and in which words
export type { Edition, EditionPolicy, ErrorWord, EventWord, PayloadField, RequestName } from "./edition.ts";
export { DEFAULT_EDITION, EDITIONS, type EditionId, findEdition } from "./editions/index.ts";
export { type SpokenEvent, speak } from "./editions/speak.ts";
export { type FirmwareValues, type FotaInput, type FotaOutcome, fotaMachine } from "./fota.ts";
// What they run by
export { FOTA_FAILURES, type FotaFailure, type FotaFailureMeaning } from "./fotaOutcomes.ts";
export { type InitInput, type InitOutcome, initMachine, type ModemOutcome } from "./init.ts";
export { type LinkCommand, type LinkEvent, type LinkInput, type LinkReport, linkMachine } from "./link.ts";
export type { ExchangeFailure, ServerFacts, SessionOutcome } from "./outcomes.ts";
export { registerMachine } from "./register.ts";
export type { RegisterEvent, RegisterInput, RegisterOutcome, ServerCommand, ServerReport } from "./registerModel.ts";
export {
  type ApplicationAnswer,
  DEFERRED_REASONS,
  type DeferredReason,
  ERRNO,
  type ErrnoName,
  type ErrorKind,
  type SemanticEvent,
  type SemanticEventType,
} from "./semanticEvent.ts";
export {
  type ChartSettings,
  DEFAULT_RETRY,
  DEFAULT_SETTINGS,
  type FotaSettings,
  type LinkTimes,
  NO_FURTHER_SEQUENCE,
  type RetrySettings,
} from "./settings.ts";
