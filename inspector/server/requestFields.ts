/** What each request of a page holds: the checks of readRequest.ts and schema/inspector.schema.json are made from it. */
import type { Breakpoint, Request } from "../protocol.ts";

export type RequestName = Request["request"];

export interface RequestField {
  readonly type: "text" | "natural" | "event" | "values" | "breakpoint";
  readonly optional?: true;
}

const text = { type: "text" } as const;

export const REQUESTS = {
  resume: { instance: { ...text, optional: true }, after: { type: "natural", optional: true } },
  send: { device: text, actor: text, event: { type: "event" } },
  fire: { device: text, timer: { type: "natural" } },
  control: { name: text, device: text, values: { type: "values" } },
  addBreakpoint: { breakpoint: { type: "breakpoint" } },
  removeBreakpoint: { breakpoint: { type: "breakpoint" } },
  pause: {},
  continue: {},
  step: {},
} as const satisfies Readonly<Record<RequestName, Readonly<Record<string, RequestField>>>>;

/** All of them text. */
export const BREAKPOINT_FIELDS = [
  "device",
  "actor",
  "state",
  "edge",
  "event",
  "guard",
] as const satisfies readonly (keyof Breakpoint)[];
/** At least one of these is given. */
export const BREAKPOINT_TRIGGERS = ["state", "edge", "event", "guard"] as const satisfies readonly (keyof Breakpoint)[];

export const MAX_TEXT = 4_096;
/** How deep an event may be nested. */
export const MAX_DEPTH = 32;
