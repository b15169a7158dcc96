/** The breakpoints that hold: those that were there when the app said hello, then those that this page has set. */
import type { Breakpoint, SteeringOffer } from "../../../protocol.ts";
import type { App, SessionEntry } from "../../app.ts";
import { sameBreakpoint } from "./breakpoints.ts";

/** By what the app offered with its hello: with another hello it tells anew what holds. */
const kept = new WeakMap<SteeringOffer, readonly Breakpoint[]>();

export function breakpointsOf({ steering }: SessionEntry): readonly Breakpoint[] {
  return steering === undefined ? [] : (kept.get(steering) ?? steering.breakpoints ?? []);
}

/** Whether the app that is looked at can be stopped. */
export function canBreak({ entry }: App): boolean {
  return entry.state === "live" && entry.steering?.freeze === true;
}

/** Rejects with what the app has against it; then the ones before stay. */
export async function setBreakpoints(app: App, breakpoints: readonly Breakpoint[]): Promise<void> {
  const { steering } = app.entry;
  await app.request({ request: "breakpoints", breakpoints });
  if (steering !== undefined) kept.set(steering, breakpoints);
}

export async function addBreakpoint(app: App, breakpoint: Breakpoint): Promise<void> {
  const breakpoints = breakpointsOf(app.entry);
  if (breakpoints.some((other) => sameBreakpoint(other, breakpoint))) return;
  await setBreakpoints(app, [...breakpoints, breakpoint]);
}
