/** What a device knows over a restart: read at its start, written as it changes. The charts begin with what it says. */
import type { Clock } from "../ports/clock.ts";
import type { Storage } from "../ports/storage.ts";
import type { Trace } from "../ports/trace.ts";
import type { ObservationState } from "../services/lwm2m/device/observationState.ts";
import { serialiseTree, type TreeState } from "../services/lwm2m/device/persistence.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import { FIRMWARE_UPDATE } from "../services/lwm2m/objects/firmwareUpdate.ts";
import {
  type ByServer,
  createFactsStore,
  type Facts,
  type FactsStore,
  type KnownServer,
  NO_FACTS,
  type RegistrationFacts,
} from "../services/store/facts.ts";
import type { ServerAttributes } from "./serverAttributes.ts";
import { storedServers } from "./storedServers.ts";

export type { RegistrationFacts };

/** Of what was left out; a damaged document may have names of any length. */
const MOST_PLACES_TOLD = 8;
const MOST_PLACE_LENGTH = 64;

export interface DeviceFactsOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly tree: ObjectTree;
  readonly attributes: ServerAttributes;
  /** Of the configuration as it counts now: facts of another one do not hold. */
  digest(): string;
  readonly trace?: Trace | undefined;
}

export class DeviceFactsKeeper {
  readonly #options: DeviceFactsOptions;
  readonly #store: FactsStore;
  #facts: Facts = NO_FACTS;
  #saving: Promise<void> = Promise.resolve();
  /** A write waits for the one under way: it will take the facts as they are then. */
  #saveWaits = false;
  #silent = false;

  constructor(options: DeviceFactsOptions) {
    this.#options = options;
    this.#store = createFactsStore(options.storage);
  }

  get facts(): Facts {
    return this.#facts;
  }

  /** Returns the tree as it was stored. Without one, or with a configuration that changed, a new bootstrap is due. */
  async load(): Promise<TreeState | undefined> {
    const digest = this.#options.digest();
    const stored = await this.#store.load();
    const known = stored.configDigest === digest;
    this.#facts = known ? this.#usable(stored) : { ...NO_FACTS, firmware: stored.firmware, configDigest: digest };
    return known && stored.bootstrapped ? (stored.objects as TreeState) : undefined;
  }

  /** Says what was stored but is no use to this device: the first of it, and how much there is. */
  tellLeftOut(places: readonly string[]): void {
    if (places.length === 0) return;
    const told = places.slice(0, MOST_PLACES_TOLD).map((place) => place.slice(0, MOST_PLACE_LENGTH));
    const more = places.length > told.length ? ` and ${places.length - told.length} more` : "";
    this.#tell(`left out: ${told.join(", ")}${more}`, "restored whole");
  }

  /** The accounts in the tree are facts from now on: a restart begins with them. */
  async commitAccounts(): Promise<void> {
    const lastBootstrapAt = this.#options.clock.wall();
    await this.save({ bootstrapped: true, lastBootstrapAt, objects: this.#treeState() });
  }

  /** Everything that was learnt is forgotten. */
  async reset(): Promise<void> {
    this.#facts = NO_FACTS;
    await this.save({});
  }

  /** The accounts do not hold any more: the next start bootstraps anew. The firmware stays what it is. */
  async forgetAccounts(): Promise<void> {
    this.#facts = { ...NO_FACTS, firmware: this.#facts.firmware };
    await this.save({});
  }

  /** The tree or a server's attributes changed. */
  keepTree(): void {
    this.saveInBackground({ objects: this.#treeState() });
  }

  async save(part: Partial<Facts>): Promise<void> {
    this.saveInBackground({ ...part, configDigest: this.#options.digest() });
    await this.#saving;
  }

  /** What is known of a server beside its account. */
  knownServer(shortServerId: number): KnownServer | undefined {
    return this.#facts.servers?.get(String(shortServerId));
  }

  keepServer(shortServerId: number, known: KnownServer): void {
    this.saveInBackground({ servers: changed(this.#facts.servers, shortServerId, known) });
  }

  /** By short server id. */
  registrations(): ReadonlyMap<number, RegistrationFacts> {
    return byNumber(this.#facts.registrations);
  }

  /** @param registration undefined when the server holds none any more. */
  keepRegistration(shortServerId: number, registration: RegistrationFacts | undefined): void {
    this.saveInBackground({ registrations: changed(this.#facts.registrations, shortServerId, registration) });
  }

  /** By short server id: what was observed, and what waits to be told. */
  observations(): ReadonlyMap<number, ObservationState> {
    return byNumber(this.#facts.observations as ByServer<ObservationState> | undefined);
  }

  /** @param state undefined when the server observes nothing any more. */
  keepObservations(shortServerId: number, state: ObservationState | undefined): void {
    const kept = state === undefined || state.observations.length === 0 ? undefined : state;
    const before = this.#facts.observations;
    if (kept === undefined && before?.has(String(shortServerId)) !== true) return;
    this.saveInBackground({ observations: changed(before, shortServerId, kept) });
  }

  /** Writes follow each other, each with all that is known by then; a store that fails is told by a record. */
  saveInBackground(part: Partial<Facts>): void {
    this.#facts = { ...this.#facts, ...part };
    if (this.#saveWaits) return;
    this.#saveWaits = true;
    const write = (): Promise<void> => {
      this.#saveWaits = false;
      return this.#silent ? Promise.resolve() : this.#store.save(this.#facts);
    };
    this.#saving = this.#saving.then(write, write);
    this.#saving.catch((error: Error) => this.#tell(error.message, "stored"));
  }

  /** Resolves when everything is written, or could not be, which a record tells. */
  async flush(): Promise<void> {
    await this.#saving.catch(() => {});
  }

  /** The supply is gone: the write under way is the last one. */
  fallSilent(): void {
    this.#silent = true;
  }

  #treeState(): TreeState {
    const { tree, attributes } = this.#options;
    const state = serialiseTree(tree, attributes.stores);
    // The firmware update is a fact of its own, and newer than the tree.
    const { [FIRMWARE_UPDATE.id]: _, ...objects } = state.objects;
    return { ...state, objects };
  }

  /** Without observations that are none. */
  #usable(stored: Facts): Facts {
    if (stored.observations === undefined) return stored;
    const leftOut: string[] = [];
    const usable = storedServers(Object.fromEntries(stored.observations), "observations", leftOut);
    const observations = new Map([...usable].map(([server, state]) => [String(server), state]));
    this.tellLeftOut(leftOut);
    return { ...stored, observations };
  }

  #tell(detail: string, notDone: "stored" | "restored whole"): void {
    process.emitWarning(`The facts of a carrier were not ${notDone}: ${detail}`);
    this.#options.trace?.record({ kind: "store", operation: "failed", name: "facts", detail });
  }
}

function byNumber<Fact>(facts?: ByServer<Fact>): ReadonlyMap<number, Fact> {
  return new Map([...(facts ?? [])].map(([server, fact]) => [Number(server), fact]));
}

function changed<Fact>(
  facts: ByServer<Fact> | undefined,
  shortServerId: number,
  fact: Fact | undefined,
): ByServer<Fact> {
  const others = new Map(facts);
  if (fact === undefined) others.delete(String(shortServerId));
  else others.set(String(shortServerId), fact);
  return others;
}
