/** The breakpoints that hold: the app's, shared by all pages that show it. */
import type { MachineDefinition } from "../../../definition.ts";
import type { Breakpoint } from "../../../protocol.ts";
import type { App, SessionEntry } from "../../app.ts";

export function breakpointsOf({ steering }: SessionEntry): readonly Breakpoint[] {
  return steering?.breakpoints ?? [];
}

/** Whether the app that is looked at can be stopped. */
export function canBreak({ entry }: App): boolean {
  return entry.state === "live" && entry.steering?.freeze === true;
}

/** The chart of the actor that a breakpoint is of, where that is known. */
export function definitionFor({ entry, view }: App, { actor, device }: Breakpoint): MachineDefinition | undefined {
  const { devices, definitions } = entry.session.live;
  const hash = actor === undefined ? undefined : devices.get(device ?? view.device)?.actors.get(actor)?.definition;
  return hash === undefined ? undefined : definitions.get(hash);
}

/** Rejects with what the app has against it. One that holds already stays as it is. */
export async function addBreakpoint(app: App, breakpoint: Breakpoint): Promise<void> {
  await app.request({ request: "addBreakpoint", breakpoint });
}

export async function removeBreakpoint(app: App, breakpoint: Breakpoint): Promise<void> {
  await app.request({ request: "removeBreakpoint", breakpoint });
}
