/** Entry of `lwm2m-carrier`. */

// Stores
export { type FileStorageOptions, openFileStorage } from "../services/store/fileStorage.ts";
export { createMemoryStorage } from "../services/store/memoryStorage.ts";
export { StoreError, type StoreErrorCode } from "../services/store/storeError.ts";
// The carrier, as a function and as a machine
export type { CarrierEventMessage, EventHandler, HandlerAnswer } from "./application.ts";
// Time and randomness
export { FastClock, type FastClockOptions } from "./clock/fastClock.ts";
export { SystemClock } from "./clock/systemClock.ts";
export { VirtualClock } from "./clock/virtualClock.ts";
export { type Carrier, createCarrier, REQUESTS } from "./createCarrier.ts";
export { type CarrierMachine, createCarrierMachine } from "./createCarrierMachine.ts";
export type { DeferUpdate, UpdateQuestion } from "./deviceFirmware.ts";
// What somebody who inspects a carrier sees and does
export type { CarrierInspection } from "./inspection/inspection.ts";
export type { Leaf, ObjectLeaves } from "./inspection/objectTrees.ts";
export type { CarrierOptions } from "./options.ts";
export type { ObjectOption, OwnObject } from "./ownObjects.ts";
// Carrier profiles
export type { Profile } from "./profiles/profile.ts";
export { PROFILES, type ProfileName } from "./profiles/profiles.ts";
export { seededRandom, systemRandom } from "./random.ts";
// A recording again, without a device
export { type ReplayDeviation, type ReplayOptions, type ReplayResult, replayCharts } from "./replay.ts";
export { CarrierOptionError } from "./resolve.ts";
export { VERSION } from "./version.ts";
