/** The facts of a device as they go to its store: one write after the other, each with all that is known by then. */
import { describe, expect, it } from "@jest/globals";
import { DeviceFactsKeeper } from "../../carrier/deviceFacts.ts";
import { ServerAttributes } from "../../carrier/serverAttributes.ts";
import type { Storage } from "../../ports/storage.ts";
import type { ObservationState } from "../../services/lwm2m/device/observationState.ts";
import { ObjectTree } from "../../services/lwm2m/device/tree.ts";
import { decodeFacts, type Facts, type RegistrationFacts } from "../../services/store/facts.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { turn } from "./support/world.ts";

const REGISTRATION: RegistrationFacts = {
  location: ["rd", "1"],
  expiresAt: 1_790_000_000_000,
  lifetimeSeconds: 300,
  binding: "U",
  version: "1.1",
};

function stateOf(...paths: string[]): ObservationState {
  const observations = paths.map((path, index) => ({
    token: Uint8Array.of(index),
    paths: [path],
    composite: false,
  }));
  return { observations, waiting: [], paused: false };
}

/** A keeper over a storage whose writes wait until they are let go. */
function gated(inner: Storage = createMemoryStorage()) {
  const written: Facts[] = [];
  const gates: (() => void)[] = [];
  const storage: Storage = {
    async write(name, bytes) {
      await new Promise<void>((release) => gates.push(release));
      written.push(decodeFacts(bytes, name));
      await inner.write(name, bytes);
    },
    read: (name) => inner.read(name),
    remove: (name) => inner.remove(name),
    append: (name, bytes) => inner.append(name, bytes),
    length: (name) => inner.length(name),
  };
  const keeper = new DeviceFactsKeeper({
    storage,
    clock: new VirtualClock(),
    tree: new ObjectTree(),
    attributes: new ServerAttributes(() => {}),
    digest: () => "d",
  });
  const release = async () => {
    gates.shift()?.();
    await turn();
  };
  return { keeper, inner, written, gates, release };
}

describe("facts", () => {
  it("that change while a write is under way are in the one that follows, together", async () => {
    const { keeper, written, gates, release } = gated();
    await keeper.load();
    keeper.keepRegistration(1, REGISTRATION);
    await turn();
    keeper.keepRegistration(2, REGISTRATION);
    keeper.keepObservations(1, stateOf("/3/0"));
    keeper.keepObservations(1, stateOf("/3/0", "/3/0/9"));
    await turn();
    expect(gates).toHaveLength(1);
    await release();
    await release();
    await keeper.flush();
    expect(written.map(({ registrations }) => [...(registrations?.keys() ?? [])])).toEqual([["1"], ["1", "2"]]);
    expect(written[1]?.observations).toEqual(new Map([["1", stateOf("/3/0", "/3/0/9")]]));
  });

  it("of a server that holds no registration and observes nothing are not stored", async () => {
    const { keeper, gates, release } = gated();
    await keeper.load();
    keeper.keepObservations(1, stateOf());
    await turn();
    expect(gates).toHaveLength(0);
    keeper.keepRegistration(1, REGISTRATION);
    keeper.keepObservations(1, stateOf("/3/0"));
    keeper.keepObservations(1, stateOf());
    keeper.keepRegistration(1, undefined);
    await turn();
    await release();
    await keeper.flush();
    expect([keeper.registrations().size, keeper.observations().size]).toEqual([0, 0]);
  });

  it("hold for a keeper of the same configuration, and for no other", async () => {
    const { keeper, inner, release } = gated();
    await keeper.load();
    keeper.keepRegistration(1, REGISTRATION);
    keeper.keepObservations(1, stateOf("/3/0"));
    await turn();
    await release();
    await keeper.flush();
    const again = gated(inner).keeper;
    await again.load();
    expect([...again.registrations()]).toEqual([[1, REGISTRATION]]);
    expect([...again.observations()]).toEqual([[1, stateOf("/3/0")]]);
    const other = new DeviceFactsKeeper({
      storage: inner,
      clock: new VirtualClock(),
      tree: new ObjectTree(),
      attributes: new ServerAttributes(() => {}),
      digest: () => "other",
    });
    await other.load();
    expect([other.registrations().size, other.observations().size]).toEqual([0, 0]);
  });
});
