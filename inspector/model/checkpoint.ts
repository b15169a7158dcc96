/** A world as the records that a fresh fold makes it of again: what somebody gets who comes late. */
import type { TraceRecord } from "../../ports/trace.ts";
import type { ActorWorld, DeviceWorld, World } from "./world.ts";

/** `run`, `definition`, `actor` (`found`, with what was counted in `nodes` and `edges`), `timer`, `resource` and `breakpoint` records. */
export function checkpointOf(world: World): TraceRecord[] {
  const records: TraceRecord[] = [];
  const first = world.devices.values().next().value?.device ?? "";
  for (const [hash, definition] of world.definitions)
    records.push({ seq: 0, time: 0, device: first, kind: "definition", hash, definition });
  for (const device of world.devices.values()) records.push(...deviceRecords(device));
  return records;
}

function* deviceRecords(world: DeviceWorld): Generator<TraceRecord> {
  const { device, time, chartsOnly } = world;
  const base = { seq: 0, time, device };
  const known = chartsOnly && { chartsOnly };
  if (world.edition !== undefined) {
    const wall = world.wallAtZero === undefined ? 0 : world.wallAtZero + time;
    yield { ...base, kind: "run", wall, edition: world.edition, version: "" };
  }
  for (const actor of world.actors.values())
    yield { ...base, kind: "actor", phase: "found", ...toldOf(actor), ...known };
  for (const { setAt, seq, ...timer } of world.timers.values())
    yield { ...base, ...timer, seq, time: setAt, kind: "timer", operation: "set" };
  for (const [tree, leaves] of world.trees) {
    for (const [path, { value, label, changedAt }] of leaves) {
      yield { ...base, time: changedAt, kind: "resource", tree, path, value, ...(label !== undefined && { label }) };
    }
  }
  if (world.frozen) yield { ...base, kind: "breakpoint", phase: "paused" };
  if (world.result !== undefined) yield { ...base, kind: "result", ...world.result };
}

function toldOf(actor: ActorWorld): Record<string, unknown> {
  const { key, nodes, edges, lastStep: _, ...told } = actor;
  const { generation: __, ...rest } = told as typeof told & { generation?: unknown };
  return { ...rest, actor: key, nodes: [...nodes], edges: [...edges] };
}
