/** The points in a run that the cursor's may be compared with. */
import type { SessionView } from "../../../model/sessionContract.ts";
import type { ActorWorld, World } from "../../../model/world.ts";
import type { ViewState } from "../../app.ts";

export interface Point {
  readonly id: string;
  readonly label: string;
  /** Of the record that was the last to happen; -1: before all. */
  readonly index: number;
}

export function pointsOf(
  session: SessionView,
  actor: ActorWorld | undefined,
  cursor: number,
  pinned: number | undefined,
  bookmarks: ViewState["bookmarks"],
): readonly Point[] {
  const points: Point[] = [];
  const step = actor?.lastStep;
  if (step !== undefined && step <= cursor) points.push({ id: "step", label: "before its last step", index: step - 1 });
  if (pinned !== undefined && pinned < session.length) {
    points.push({ id: "pin", label: `pinned: record ${session.at(pinned).seq}`, index: pinned });
  }
  for (const [position, { index, label }] of bookmarks.entries()) {
    if (index < session.length) points.push({ id: `bookmark ${position}`, label: `bookmark: ${label}`, index });
  }
  points.push({ id: "first", label: "the beginning", index: -1 });
  return points;
}

/** What an actor is at one point: what is compared. */
export function stateOf(
  world: World,
  device: string,
  key: string | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const actor = key === undefined ? undefined : world.devices.get(device)?.actors.get(key);
  if (actor === undefined) return undefined;
  return {
    status: actor.status,
    ...(actor.value !== undefined && { value: actor.value }),
    ...(actor.context !== undefined && { context: actor.context }),
    ...(actor.output !== undefined && { output: actor.output }),
    ...(actor.error !== undefined && { error: actor.error }),
  };
}
