/** The inspector: watches running XState actors and shows them, live or from a recording. */
// What is said
export type * from "./definition.ts";
export type * from "./options.ts";
export type * from "./protocol.ts";
export type * from "./records.ts";
