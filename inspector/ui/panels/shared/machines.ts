/** The actors of a device that have states to show. */
import type { ActorWorld, World } from "../../../model/world.ts";

/** Statecharts of a device: those that run before those that have ended, else in the order in which they began. */
export function machinesOf(world: World, device: string): readonly ActorWorld[] {
  const actors = [...(world.devices.get(device)?.actors.values() ?? [])].filter(({ logic }) => logic === "machine");
  return [...actors.filter(isActive), ...actors.filter((actor) => !isActive(actor))];
}

function isActive({ status }: ActorWorld): boolean {
  return status === "active";
}

/** The actor that is focused or, where none is, the first chart. */
export function focusedMachine(world: World, device: string, key: string | undefined): ActorWorld | undefined {
  const named = key === undefined ? undefined : world.devices.get(device)?.actors.get(key);
  return named ?? machinesOf(world, device)[0];
}
