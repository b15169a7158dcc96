/** The inspector: watches running XState actors and shows them, live or from a recording. */
// Watching

// Other tools
export { legacyFrames, legacyGreeting } from "./adapters/legacy.ts";
export { statelyFrames, statelyGreeting } from "./adapters/stately.ts";
export { StatelyReader } from "./adapters/statelyReader.ts";
// What is said
export type * from "./definition.ts";
export { createInspector, inspect } from "./emitter/createInspector.ts";
export { type DescribedMachine, describeMachine } from "./emitter/describeMachine.ts";
export { SteeringError } from "./emitter/steeringError.ts";
// Reading what was said
export { type CompiledFilter, compileFilter } from "./model/filter.ts";
export { readRecords } from "./model/readRecords.ts";
export { Session } from "./model/session.ts";
export type { ActorWorld, DeviceWorld, TimerWorld, World } from "./model/world.ts";
export type * from "./options.ts";
export type * from "./protocol.ts";
export type * from "./records.ts";
// Serving the page, and looking without it
export {
  FollowError,
  type Follower,
  type Following,
  type FollowOptions,
  followInspector,
} from "./server/followInspector.ts";
export { type InspectorServer, ServeError, type ServeOptions, serveInspector } from "./server/serveInspector.ts";
