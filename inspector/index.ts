/** The inspector: watches running XState actors and shows them, live or from a recording. */
// Watching

export { createInspector, inspect } from "./emitter/createInspector.ts";
export { type DescribedMachine, describeMachine } from "./emitter/describeMachine.ts";
export { SteeringError } from "./emitter/steeringError.ts";

// Serving the page, and looking without it

export {
  FollowError,
  type FollowErrorCode,
  type Follower,
  type Following,
  type FollowOptions,
  followInspector,
} from "./server/followInspector.ts";
export {
  type InspectorServer,
  ServeError,
  type ServeErrorCode,
  type ServeOptions,
  serveInspector,
} from "./server/serveInspector.ts";

// What is said

export type * from "./definition.ts";
export type * from "./eventDeclarations.ts";
export type * from "./options.ts";
export type * from "./protocol.ts";
export type * from "./records.ts";

// Reading what was said

export { checkpointOf } from "./model/checkpoint.ts";
export { difference } from "./model/difference.ts";
export { explainRecord } from "./model/explain.ts";
export { explainNode } from "./model/explainNode.ts";
export { explainStep } from "./model/explainStep.ts";
export { EXPORT_FORMATS } from "./model/export/formats.ts";
export { exportPcapng } from "./model/export/pcapng.ts";
export { exportReplayTest } from "./model/export/replayTest.ts";
export { type CompiledFilter, compileFilter } from "./model/filter.ts";
export { fold, WorldFold } from "./model/fold.ts";
export { readRecords } from "./model/readRecords.ts";
export { Session } from "./model/session.ts";
export type { SessionView } from "./model/sessionContract.ts";
export { statisticsOf } from "./model/statistics.ts";
export { tell } from "./model/tell.ts";
export type { ActorWorld, DeviceWorld, TimerWorld, World } from "./model/world.ts";

// Other tools

export { legacyFrames, legacyGreeting } from "./adapters/legacy.ts";
export { statelyFrames, statelyGreeting } from "./adapters/stately.ts";
export { type DeviceName, FrameError, StatelyReader } from "./adapters/statelyReader.ts";
