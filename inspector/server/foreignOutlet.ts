/**
 * Sends an inspector's records on in another inspector's protocol, one message a frame. A receiver that is too slow misses
 * what it cannot take, and is told anew of everything that runs.
 */
import type { WebSocket } from "ws";
import type { TraceRecord } from "../../ports/trace.ts";
import { jsonText } from "../../trace/bytes.ts";
import { type Json, toldBy } from "../adapters/foreignActors.ts";
import { WorldFold } from "../model/fold.ts";
import type { World } from "../model/world.ts";
import type { Attachment, Inspector } from "../options.ts";
import { Pump } from "./pump.ts";

const MAX_WAITING = 10_000;

export interface ForeignProtocol {
  /** Tells of everything that runs. */
  greeting(world: World): Json[];
  /** A record, and the world after it. */
  frames(record: TraceRecord, world: World): Json[];
}

type Item = TraceRecord | { readonly checkpoint: readonly TraceRecord[] };

export class ForeignOutlet {
  readonly #protocol: ForeignProtocol;
  readonly #inspector: Inspector;
  readonly #pump: Pump;
  #attachment: Attachment | undefined;
  #items: Item[] = [];
  #messages: string[] = [];
  #fold = new WorldFold();
  /** Actors that the receiver has been told of. */
  #known = new Set<string>();
  #limit = MAX_WAITING;
  #lost = false;

  constructor(socket: WebSocket, inspector: Inspector, protocol: ForeignProtocol) {
    this.#inspector = inspector;
    this.#protocol = protocol;
    this.#pump = new Pump(socket, { next: () => this.#next(), drained: () => this.#drained() });
    socket.on("close", () => this.close());
  }

  /** Begins, or begins again: the receiver has started anew. */
  start(): void {
    this.#attachment?.detach();
    this.#items = [];
    this.#messages = [];
    this.#lost = false;
    this.#limit = Number.POSITIVE_INFINITY;
    this.#attachment = this.#inspector.attach({
      checkpoint: (records) => this.#push({ checkpoint: records }),
      record: (record) => this.#push(record),
      gap: () => {},
    });
    this.#limit = this.#items.length + MAX_WAITING;
  }

  close(): void {
    this.#pump.close();
    this.#attachment?.detach();
    this.#attachment = undefined;
    this.#items = [];
    this.#messages = [];
  }

  #push(item: Item): void {
    if ("checkpoint" in item) this.#lost = false;
    if (this.#lost) return;
    if (this.#items.length >= this.#limit) {
      this.#lost = true;
      this.#items = [];
      return;
    }
    this.#items.push(item);
    this.#pump.wake();
  }

  #next(): string | undefined {
    while (this.#messages.length === 0) {
      const batch = this.#items.splice(0, 100);
      if (batch.length === 0) return undefined;
      this.#messages = batch.flatMap((item) => this.#texts(item));
    }
    return this.#messages.shift();
  }

  /** What cannot be said in that protocol is left out: an app's records may hold anything. */
  #texts(item: Item): string[] {
    try {
      return this.#frames(item).map(jsonText);
    } catch {
      return [];
    }
  }

  #frames(item: Item): Json[] {
    if ("checkpoint" in item) {
      this.#fold = new WorldFold();
      for (const record of item.checkpoint as readonly TraceRecord[]) this.#fold.apply(record);
      const world = this.#fold.snapshot();
      this.#known = new Set();
      for (const device of world.devices.values())
        for (const key of device.actors.keys()) this.#known.add(nameOf(device.device, key));
      return this.#protocol.greeting(world);
    }
    this.#fold.apply(item);
    const world = this.#fold.snapshot();
    const told = toldBy(item, world);
    if (told === undefined) return [];
    const name = nameOf(item.device, told.actor.key);
    // A recording may tell what an actor does without having told that there is one.
    const unknown = item.kind !== "actor" && !this.#known.has(name);
    this.#known.add(name);
    const { key, id, logic, parent, definition } = told.actor;
    const begun = { ...item, kind: "actor", phase: "found", actor: key, id, logic, parent, definition } as TraceRecord;
    return [...(unknown ? this.#protocol.frames(begun, world) : []), ...this.#protocol.frames(item, world)];
  }

  #drained(): void {
    this.#limit = MAX_WAITING;
    if (this.#lost) this.#attachment?.catchUp();
  }
}

function nameOf(device: string, key: string): string {
  return JSON.stringify([device, key]);
}
