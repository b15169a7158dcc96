/** The lane that an actor's doings are drawn at: its own, or that of the machine it works for. */
import type { TraceRecord } from "../../../ports/trace.ts";
import type { DeviceWorld } from "../../model/world.ts";
import { actorLane } from "./actorItems.ts";
import type { LaneId } from "./lanes.ts";

export class ActorLanes {
  readonly #world: () => DeviceWorld | undefined;
  readonly #helpersToo: boolean;
  /** Actors that are no machines. */
  readonly #helpers = new Set<string>();
  /** Keys of actors by what else they are called. */
  readonly #keys = new Map<string, string>();

  /** `helpersToo`: promises and callbacks have lanes of their own. `world`: of the device, as it is now. */
  constructor(helpersToo: boolean, world: () => DeviceWorld | undefined) {
    this.#helpersToo = helpersToo;
    this.#world = world;
  }

  note(record: TraceRecord): void {
    if (record.kind === "actor" && record.logic !== "machine") this.#helpers.add(String(record.actor));
  }

  /** Of an actor's key, or of whatever else a timer calls its owner; those of protocols are nobody's. */
  readonly of = (name: string): LaneId => {
    let key = this.#keyOf(name);
    if (key === undefined) return "outside";
    while (!this.#helpersToo && key.includes("/") && this.#isHelper(key)) key = key.slice(0, key.lastIndexOf("/"));
    return actorLane(key);
  };

  #keyOf(name: string): string | undefined {
    const actors = this.#world()?.actors;
    if (actors === undefined || actors.has(name)) return name;
    let key = this.#keys.get(name);
    if (key !== undefined) return key;
    for (const actor of actors.values()) if (actor.key.endsWith(`/${name}`) || actor.id === name) key = actor.key;
    if (key !== undefined) this.#keys.set(name, key);
    return key;
  }

  #isHelper(key: string): boolean {
    if (this.#helpers.has(key)) return true;
    // Whoever comes late is not told by a record that it began.
    const actor = this.#world()?.actors.get(key);
    return actor !== undefined && actor.logic !== "machine";
  }
}
