/** The breakpoints that this page has set: they outlive the panel, which is drawn anew with every change of the tab. */
import type { SessionView } from "../../../model/sessionContract.ts";
import type { Breakpoint } from "../../../protocol.ts";
import type { App } from "../../app.ts";
import { sameBreakpoint } from "./breakpoints.ts";

const kept = new WeakMap<SessionView, readonly Breakpoint[]>();

export function breakpointsOf(session: SessionView): readonly Breakpoint[] {
  return kept.get(session) ?? [];
}

/** Whether the app that is looked at can be stopped. */
export function canBreak({ entry }: App): boolean {
  return entry.state === "live" && entry.steering?.freeze === true;
}

/** Rejects with what the app has against it; then the ones before stay. */
export async function setBreakpoints(app: App, breakpoints: readonly Breakpoint[]): Promise<void> {
  const { session } = app.entry;
  await app.request({ request: "breakpoints", breakpoints });
  kept.set(session, breakpoints);
}

export async function addBreakpoint(app: App, breakpoint: Breakpoint): Promise<void> {
  const breakpoints = breakpointsOf(app.entry.session);
  if (breakpoints.some((other) => sameBreakpoint(other, breakpoint))) return;
  await setBreakpoints(app, [...breakpoints, breakpoint]);
}
