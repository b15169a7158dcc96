/**
 * What a run was at, over its records: for each root actor, and each of its parallel regions that ever changed, which
 * state it stood in. What the timeline draws.
 */
import type { TraceRecord } from "../../../ports/trace.ts";
import type { MachineDefinition } from "../../definition.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import { RecordFollower } from "./recordFollower.ts";

export interface Phase {
  /** Index of the first record of it; it lasts until the next one's. */
  readonly from: number;
  /** Last part of the state's path. */
  readonly label: string;
  readonly path: string;
}

export interface PhaseTrack {
  /** Actor and region: `carrier`, `carrier: alive.work.running.firmware`. */
  readonly name: string;
  /** False: of a parallel region beside the main one. */
  readonly main: boolean;
  readonly phases: readonly Phase[];
}

/** Tracks shown at most: the timeline is narrow. */
export const MAX_TRACKS = 3;

interface Track extends PhaseTrack {
  readonly phases: Phase[];
}

export class Phases {
  readonly #session: SessionView;
  readonly #device: string;
  readonly #follower: RecordFollower;
  #tracks = new Map<string, Track>();

  constructor(session: SessionView, device: string) {
    this.#session = session;
    this.#device = device;
    this.#follower = new RecordFollower(session);
    this.#begin();
  }

  /** Main tracks first; regions that never left their first state are not shown. */
  update(): readonly PhaseTrack[] {
    this.#follower.follow(
      (record, index) => this.#take(record, index),
      () => this.#begin(),
    );
    const tracks = [...this.#tracks.values()].filter(({ main, phases }) => main || phases.length > 1);
    return tracks.sort((a, b) => Number(b.main) - Number(a.main)).slice(0, MAX_TRACKS);
  }

  /** What was so before the first record, where somebody began to look late. */
  #begin(): void {
    this.#tracks = new Map();
    for (const actor of this.#session.worldAt(-1).devices.get(this.#device)?.actors.values() ?? []) {
      if (actor.parent === undefined && actor.value !== undefined) this.#stand(actor.key, actor.value, 0);
    }
  }

  #take(record: TraceRecord, index: number): void {
    if (record.device !== this.#device || typeof record.actor !== "string" || record.value === undefined) return;
    const { kind, actor } = record;
    if (kind !== "step" && kind !== "actor" && kind !== "chart") return;
    if (actor.includes("/")) return;
    if (kind === "chart" && !this.#isRootChart(actor)) return;
    this.#stand(actor, record.value, index);
  }

  /** A recording of `chart` records alone does not tell who invokes whom: the first chart is the root's. */
  #isRootChart(actor: string): boolean {
    return this.#session.live.devices.get(this.#device)?.actors.keys().next().value === actor;
  }

  #stand(actor: string, value: unknown, index: number): void {
    const definition = this.#definitionOf(actor);
    for (const { region, path } of leavesOf(value, definition)) {
      const name = region === "" ? actor : `${actor}: ${region}`;
      let track = this.#tracks.get(name);
      if (track === undefined) {
        track = { name, main: region === "", phases: [] };
        this.#tracks.set(name, track);
      }
      if (track.phases.at(-1)?.path === path) continue;
      track.phases.push({ from: index, path, label: path.slice(path.lastIndexOf(".") + 1) });
    }
  }

  #definitionOf(actor: string): MachineDefinition | undefined {
    const { devices, definitions } = this.#session.live;
    const hash = devices.get(this.#device)?.actors.get(actor)?.definition;
    return hash === undefined ? undefined : definitions.get(hash);
  }
}

/**
 * The state that a value stands in, by region: through parallel states the main track goes on in the region that holds
 * the most nodes (without a definition in the first that says anything); the others are tracks of their own.
 */
export function leavesOf(
  value: unknown,
  definition?: MachineDefinition,
): readonly { readonly region: string; readonly path: string }[] {
  const leaves: { region: string; path: string }[] = [];
  const descend = (value: unknown, path: string, region: string): void => {
    if (typeof value === "string") {
      leaves.push({ region, path: join(path, value) });
      return;
    }
    const regions = typeof value === "object" && value !== null ? Object.entries(value) : [];
    const main = regions.length > 1 ? mainRegion(regions, path, definition) : regions[0]?.[0];
    if (main === undefined) {
      if (path !== "") leaves.push({ region, path });
      return;
    }
    for (const [key, below] of regions) {
      const there = join(path, key);
      descend(below, there, key === main ? region : there);
    }
  };
  descend(value, "", "");
  return leaves;
}

function mainRegion(
  regions: readonly (readonly [string, unknown])[],
  path: string,
  definition: MachineDefinition | undefined,
): string | undefined {
  if (definition === undefined) return (regions.find(([, below]) => saysAnything(below)) ?? regions[0])?.[0];
  let best: string | undefined;
  let most = -1;
  for (const [key] of regions) {
    const below = `${join(path, key)}.`;
    const nodes = definition.nodes.filter(({ id }) => id.startsWith(below)).length;
    if (nodes > most) [best, most] = [key, nodes];
  }
  return best;
}

function saysAnything(value: unknown): boolean {
  return typeof value === "string" || (typeof value === "object" && value !== null && Object.keys(value).length > 0);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

const cache = new WeakMap<SessionView, Map<string, Phases>>();

/** The tracks of a device, kept as records come. */
export function phasesOf(session: SessionView, device: string): readonly PhaseTrack[] {
  let devices = cache.get(session);
  if (devices === undefined) {
    devices = new Map();
    cache.set(session, devices);
  }
  let phases = devices.get(device);
  if (phases === undefined) {
    phases = new Phases(session, device);
    devices.set(device, phases);
  }
  return phases.update();
}
