/** A store that takes nothing, a modem that refuses, a cut in the middle: the device ends as it should, and comes back. */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import type { Modem } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import type { Transport } from "../../ports/transport.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { turn, World, type WorldOptions } from "./support/world.ts";

const EDITION_IDS = Object.keys(EDITIONS) as EditionId[];

/** Takes what the modem stores for itself, and what the carrier does unless it is full. */
class CarrierStore {
  isFull = false;
  /** A write of the carrier waits for this. */
  gate: Promise<void> | undefined;
  /** Documents of the carrier, as they came. */
  readonly written: string[] = [];
  readonly storage: Storage;

  constructor() {
    const inner = createMemoryStorage();
    this.storage = {
      read: (name) => inner.read(name),
      remove: (name) => inner.remove(name),
      append: (name, bytes) => inner.append(name, bytes),
      length: (name) => inner.length(name),
      write: async (name, bytes, options) => {
        if (!name.startsWith("modem-")) {
          this.written.push(name);
          await this.gate;
          if (this.isFull) throw new Error("no space left");
        }
        await inner.write(name, bytes, options);
      },
    };
  }
}

/** A registered device over such a store, which hears whether its transport was closed. */
async function device(options: WorldOptions = {}) {
  const store = new CarrierStore();
  const world = await World.make({ ...options, carrier: { ...options.carrier, storage: store.storage } });
  const closing = { times: 0 };
  const inner = world.transport("198.51.100.1");
  const transport: Transport = {
    open: (request) => inner.open(request),
    listen: (at, onSession) => inner.listen(at, onSession),
    close: () => {
      closing.times++;
      return inner.close();
    },
  };
  world.replace({ ...options.carrier, storage: store.storage, transport });
  world.carrier.start();
  await world.until("registered");
  await world.settle();
  return { world, store, closing };
}

/** The modem, some of whose commands are others, and which keeps its keys. */
function refusing(modem: Modem, commands: Partial<Modem>): Modem {
  return new Proxy<Modem>(modem, {
    get(target, property) {
      if (property in commands) return Reflect.get(commands, property);
      const value = property === "hostCredentials" ? undefined : Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const refuse = () => Promise.reject(new Error("refused"));
const failures = ({ records }: World) =>
  records.filter(({ kind, operation }) => kind === "store" && operation === "failed");
const shutdowns = ({ records }: World) =>
  records.filter(({ kind, operation, phase }) => kind === "modem" && operation === "shutdown" && phase === "done");

let warned: ReturnType<typeof jest.spyOn>;
beforeEach(() => {
  warned = jest.spyOn(process, "emitWarning").mockImplementation(() => {});
});
afterEach(() => warned.mockRestore());

describe("a restart", () => {
  for (const edition of EDITION_IDS) {
    it(`whose facts the store does not take shuts the modem down all the same, edition ${edition}`, async () => {
      const { world, store } = await device({ edition });
      store.isFull = true;
      await world.result(world.management.ask("PUT", "/1/0/2", "5"));
      world.carrier.restart();
      await world.until("registered");
      expect(shutdowns(world)).toHaveLength(1);
      expect(failures(world)[0]).toMatchObject({ name: "facts", detail: "no space left" });
      expect(warned).toHaveBeenCalledWith(expect.stringContaining("no space left"));
      store.isFull = false;
      await world.stop();
      expect(world.management.registrations.size).toBe(0);
    });

    it(`that the modem refuses to be shut down for goes on with the modem as it is, edition ${edition}`, async () => {
      const world = await World.make({ edition });
      const { modem } = world;
      world.replace({ modem: refusing(modem, { shutdown: refuse }) });
      world.carrier.start();
      await world.until("registered");
      world.carrier.restart();
      await world.until("registered");
      expect(world.carrier.snapshot.context.modem).toEqual({ mode: "normal", registered: true });
      await world.stop();
      expect(modem.functionalMode).toBe("powerOff");
    });
  }
});

describe("stop()", () => {
  it("lets go of modem and network though the store takes nothing", async () => {
    const { world, store, closing } = await device();
    store.isFull = true;
    await world.result(world.management.ask("PUT", "/1/0/2", "5"));
    await world.stop();
    expect(world.modem.functionalMode).toBe("powerOff");
    expect(closing.times).toBe(1);
    expect(failures(world)).not.toEqual([]);
  });

  it("lets go of the network though the modem refuses to be powered off", async () => {
    const world = await World.make();
    let closed = 0;
    const inner = world.transport("198.51.100.1");
    const transport: Transport = { ...inner, open: inner.open, close: async () => void closed++ };
    const { modem } = world;
    const setFunctionalMode: Modem["setFunctionalMode"] = (mode) =>
      mode === "powerOff" ? refuse() : modem.setFunctionalMode(mode);
    world.replace({ transport, modem: refusing(modem, { setFunctionalMode }) });
    world.carrier.start();
    await world.until("registered");
    await world.stop();
    expect(closed).toBe(1);
  });

  it("in the middle of a restart lets go of both", async () => {
    const { world, closing } = await device();
    world.carrier.restart();
    await world.stop();
    expect(world.modem.functionalMode).toBe("powerOff");
    expect(closing.times).toBe(1);
  });

  it("in the middle of a restart lets go of both though the store takes nothing", async () => {
    const { world, store, closing } = await device();
    store.isFull = true;
    await world.result(world.management.ask("PUT", "/1/0/2", "5"));
    world.carrier.restart();
    await world.stop();
    expect(world.modem.functionalMode).toBe("powerOff");
    expect(closing.times).toBe(1);
  });
});

describe("cutPower()", () => {
  it("lets go of the network though the store takes nothing", async () => {
    const { world, store, closing } = await device();
    store.isFull = true;
    await world.result(world.management.ask("PUT", "/1/0/2", "5"));
    await world.carrier.cutPower();
    expect(closing.times).toBe(1);
  });

  for (const [how, secure] of [
    ["without DTLS", undefined],
    ["with DTLS", {}],
  ] as const) {
    it(`has nothing stored of what its server wrote in that instant, ${how}`, async () => {
      const store = new CarrierStore();
      const world = await World.registered({ ...(secure && { secure }), carrier: { storage: store.storage } });
      await world.settle();
      const before = store.written.length;
      let cut: Promise<void> | undefined;
      world.carrier.objects.onChange(() => {
        cut ??= world.carrier.cutPower();
      });
      // Its answer may not leave any more.
      world.management.ask("PUT", "/1/0/2", "5").catch(() => {});
      await world.reaches("the cut", () => cut !== undefined);
      await cut;
      await world.pass(86_400);
      expect(store.written.slice(before)).toEqual([]);
    });
  }

  it("has the write under way end and drops the one that waits for it", async () => {
    const { world, store } = await device();
    let open = () => {};
    store.gate = new Promise((resolve) => {
      open = resolve;
    });
    const before = store.written.length;
    await world.result(world.management.ask("PUT", "/1/0/1", "777"));
    await world.result(world.management.ask("PUT", "/1/0/1", "778"));
    await turn();
    const cut = world.carrier.cutPower();
    open();
    await cut;
    expect(store.written.slice(before)).toEqual(["facts"]);
    expect(new TextDecoder().decode(await store.storage.read("facts"))).toContain("777");
  });
});
