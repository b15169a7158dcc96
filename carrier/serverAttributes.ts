/** The notification attributes of each server (LwM2M 1.1 §7.3): they outlive sessions, registrations and restarts. */
import { type AttributeState, AttributeStore } from "../services/lwm2m/device/attributes.ts";
import { storedServers } from "./storedServers.ts";

export class ServerAttributes {
  readonly #stores = new Map<number, AttributeStore>();
  readonly #onWritten: () => void;

  /** @param onWritten told when a server wrote attributes. */
  constructor(onWritten: () => void) {
    this.#onWritten = onWritten;
  }

  /** By short server id. */
  get stores(): ReadonlyMap<number, AttributeStore> {
    return this.#stores;
  }

  of(shortServerId: number): AttributeStore {
    let store = this.#stores.get(shortServerId);
    if (store === undefined) {
      store = new WatchedStore(this.#onWritten);
      this.#stores.set(shortServerId, store);
    }
    return store;
  }

  /** Takes the place of what was there. Returns what was left out, as `attributes of 123 at /3/0/9?pmin`. */
  restore(states: unknown = {}): readonly string[] {
    this.#stores.clear();
    const leftOut: string[] = [];
    for (const [shortServerId, state] of storedServers(states, "attributes", leftOut)) {
      const wrong = this.of(shortServerId).restore(state as AttributeState);
      leftOut.push(...wrong.map((place) => `attributes of ${shortServerId} at ${place}`));
    }
    return leftOut;
  }
}

class WatchedStore extends AttributeStore {
  readonly #onWritten: () => void;

  constructor(onWritten: () => void) {
    super();
    this.#onWritten = onWritten;
  }

  override write(...given: Parameters<AttributeStore["write"]>): ReturnType<AttributeStore["write"]> {
    const refusal = super.write(...given);
    if (refusal === undefined) this.#onWritten();
    return refusal;
  }
}
