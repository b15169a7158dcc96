/** The devices of a session beside one another: where each stands, and what failed. */
import type { SessionView } from "../../model/sessionContract.ts";
import type { DeviceWorld, World } from "../../model/world.ts";
import { devicesOf } from "./devices.ts";
import { leavesOf } from "./phases.ts";
import { problemsOf } from "./problems.ts";

export interface FleetRow {
  readonly device: string;
  /** The states that its root actors stand in, those of their main regions. */
  readonly where: string;
  /** In the whole run, as far as its records are here. */
  readonly failures: number;
}

/** In the order in which the devices were first heard of; they stand as they did after the record `index`. */
export function fleetOf(session: SessionView, index: number): readonly FleetRow[] {
  const world = session.worldAt(index);
  const problems = problemsOf(session);
  return devicesOf(session).map((device) => ({
    device,
    where: whereIs(world.devices.get(device), world),
    failures: problems.of(device).length,
  }));
}

/** Rows that have each of the words in the device's name or in where it stands, in any case of letters. */
export function matchingRows(rows: readonly FleetRow[], text: string, failedOnly: boolean): readonly FleetRow[] {
  const words = text.toLowerCase().split(/\s+/);
  return rows.filter(({ device, where, failures }) => {
    const said = `${device} ${where}`.toLowerCase();
    return (!failedOnly || failures > 0) && words.every((word) => said.includes(word));
  });
}

function whereIs(device: DeviceWorld | undefined, { definitions }: World): string {
  const roots = [...(device?.actors.values() ?? [])].filter(
    ({ parent, value }) => parent === undefined && value != null,
  );
  const states = roots.flatMap(({ value, definition }) => {
    const main = leavesOf(value, definitions.get(definition ?? "")).find(({ region }) => region === "");
    return main === undefined ? [] : [main.path.slice(main.path.lastIndexOf(".") + 1)];
  });
  return states.join(", ");
}

/** Characters of a name that is shown whole. */
const NAME_LENGTH = 26;

/** A name in the room that there is. Names of a fleet begin alike: what is left out lies before the end. */
export function shortName(device: string): string {
  return device.length <= NAME_LENGTH ? device : `${device.slice(0, 9)}…${device.slice(-(NAME_LENGTH - 10))}`;
}
