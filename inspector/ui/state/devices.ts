/** The devices of a session. */
import type { SessionView } from "../../model/sessionContract.ts";

/** Names, in the order in which they were first heard of. What belongs to no device, definitions alone, names none. */
export function devicesOf(session: SessionView): readonly string[] {
  return [...session.live.devices.keys()].filter((device) => device !== "");
}
