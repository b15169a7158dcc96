/** Entry of `lwm2m-carrier/watch`: watching a device that runs the original carrier library. */
// Watching

export type { Conformance } from "./chartFollower.ts";
export { checkWatched, isWatched, lastRun } from "./checkWatched.ts";
export type { CourseDeviation } from "./course.ts";
export type { EditionBasis } from "./editionGuess.ts";
// Where the lines come from
export { LineClock } from "./lineClock.ts";
export { LivePort, type LivePortOptions } from "./livePort.ts";
export { LogReader } from "./logReader.ts";
export type { ObservedEvent } from "./observedEvent.ts";
export { recogniseEdition } from "./recogniseEdition.ts";
export type { NextEvent } from "./twin/outlook.ts";
// The twin
export type { Position, Wait } from "./twin/position.ts";
export { type Departure, type Followed, Twin } from "./twin/twin.ts";
export { type Turn, Watcher, type WatcherOptions } from "./watcher.ts";
