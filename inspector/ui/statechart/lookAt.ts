/** The machines of a device at the moment that is looked at, within a step too. */
import type { SessionView } from "../../model/sessionContract.ts";
import type { World } from "../../model/world.ts";
import type { ActorKey, StepRecord } from "../../records.ts";
import { familyOf, type Member } from "./family.ts";

export interface LookedAt {
  readonly family: readonly Member[];
  /** Index of the step whose edges are shown. */
  readonly step?: number;
  readonly world: World;
}

export function lookAt(
  session: SessionView,
  device: string,
  index: number,
  live: boolean,
  microstep?: number,
): LookedAt {
  const within = microstep === undefined ? undefined : activeWithin(session, index, microstep);
  const world = live ? session.live : session.worldAt(index);
  const family = familyOf(world, device, within, session.live.definitions);
  const step = newestStep(world, device);
  return { family, world, ...(step !== undefined && { step }) };
}

/** Index of the newest step of a device up to now; undefined before the first. */
export function newestStep(world: World, device: string): number | undefined {
  let newest: number | undefined;
  for (const { lastStep } of world.devices.get(device)?.actors.values() ?? []) {
    if (lastStep !== undefined && (newest === undefined || lastStep > newest)) newest = lastStep;
  }
  return newest;
}

/** After so many microsteps of the step at `index`: what is active in its machine. */
function activeWithin(
  session: SessionView,
  index: number,
  microstep: number,
): { readonly actor: ActorKey; readonly active: readonly string[] } | undefined {
  if (index < 0 || index >= session.length) return undefined;
  const record = session.at(index);
  if (record.kind !== "step") return undefined;
  const { actor, microsteps } = record as StepRecord;
  const last = microsteps[Math.min(microstep, microsteps.length) - 1];
  const before = () =>
    session
      .worldAt(index - 1)
      .devices.get(record.device)
      ?.actors.get(actor)?.active;
  return { actor, active: [...(last?.active ?? before() ?? [])] };
}
