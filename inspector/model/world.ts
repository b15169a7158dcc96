/** Everything that is so at one moment of a run, as its records tell it. No Node in here: it runs in the page as well. */
import type { MachineDefinition } from "../definition.ts";
import type { ActorKey, ActorLogic, ActorStatus } from "../records.ts";

export interface World {
  /** By hash. Never forgotten. */
  readonly definitions: ReadonlyMap<string, MachineDefinition>;
  readonly devices: ReadonlyMap<string, DeviceWorld>;
}

export interface DeviceWorld {
  readonly device: string;
  /** In the order in which they began. */
  readonly actors: ReadonlyMap<ActorKey, ActorWorld>;
  /** Pending timers, by the `seq` of their `set` record. */
  readonly timers: ReadonlyMap<number, TimerWorld>;
  /** Leaves by tree and path. */
  readonly trees: ReadonlyMap<
    string,
    ReadonlyMap<string, { readonly value: unknown; readonly label?: string; readonly changedAt: number }>
  >;
  /** Time of the newest record, ms of the run's clock; `wall` of time 0, ms since 1970, where the run tells it. */
  readonly time: number;
  readonly wallAtZero?: number;
  readonly edition?: string;
  readonly frozen: boolean;
  /** Its actors are known by `chart` records alone: nobody has watched it. */
  readonly chartsOnly: boolean;
  readonly result?: { readonly ok: boolean; readonly reason: string };
}

export interface ActorWorld {
  readonly key: ActorKey;
  readonly id: string;
  readonly logic: ActorLogic;
  readonly parent?: ActorKey;
  readonly src?: string;
  /** Hash; absent for what is no machine, and where a recording does not tell. */
  readonly definition?: string;
  readonly status: ActorStatus;
  readonly value?: unknown;
  /** Ids of the active nodes, ancestors included. */
  readonly active: readonly string[];
  /** The whole of it; absent where it is not known. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly output?: unknown;
  readonly error?: unknown;
  /** By node id: when it was entered last, how often, and how long it was active in all before that, ms. */
  readonly nodes: ReadonlyMap<string, { readonly enteredAt: number; readonly visits: number; readonly dwelt: number }>;
  /** By edge id: how often it was taken. */
  readonly edges: ReadonlyMap<string, number>;
  /** Number (index in the session) of its newest `step` or `chart` record. */
  readonly lastStep?: number;
}

export interface TimerWorld {
  readonly seq: number;
  readonly name: string;
  readonly owner: string;
  readonly purpose?: string;
  readonly setAt: number;
  /** ms after `setAt`. */
  readonly delay?: number;
}
