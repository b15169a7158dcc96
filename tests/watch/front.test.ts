/** A simulated device that runs the original library, on its line, and a watch at the other end: virtual time. */
import { describe, expect, it } from "@jest/globals";
import type { CarrierVocabulary } from "../../modem/at/carrier/events.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { carrierExtension } from "../../testbed/at/carrier/carrierExtension.ts";
import { type AtFront, createAtFront } from "../../testbed/at/front.ts";
import { createTrace } from "../../trace/trace.ts";
import { LivePort, type Turn, Watcher } from "../../watch/index.ts";
import { World } from "../carrier/support/world.ts";
import { duplexPair } from "../support/duplexPair.ts";
import { conformsOf, deviationsOf } from "./support/watched.ts";

const DEVICE_ADDRESS = "198.51.100.7";

class WatchedDevice {
  readonly world: World;
  readonly watcher: Watcher;
  readonly records: TraceRecord[] = [];
  readonly turns: Turn[] = [];
  readonly #front: AtFront;
  readonly #hangUp: () => void;
  readonly #listening: Promise<unknown>;

  constructor(world: World, vocabulary: CarrierVocabulary) {
    const [host, device] = duplexPair();
    const { clock, modem, storage, bootstrap } = world;
    const carrier = carrierExtension({
      ...{ modem, vocabulary, autoControl: true },
      carrier: {
        ...{ endpoint: "dev", storage, transport: world.transport(DEVICE_ADDRESS) },
        bootstrap: { uri: bootstrap.uri, security: { mode: "none" } },
      },
    });
    this.world = world;
    const trace = createTrace({ clock, device: "dev", sink: (record) => this.records.push(record) });
    this.watcher = new Watcher({ ...{ trace, clock, version: "test" }, onTurn: (turn) => this.turns.push(turn) });
    const dialect = vocabulary === "new" ? "serialModem" : "slm";
    this.#front = createAtFront({ modem, clock, dialect, stream: device, extensions: [carrier] });
    this.#listening = new LivePort({ stream: host, watcher: this.watcher }).run().catch(() => {});
    this.#hangUp = () => host.destroy();
  }

  /** Moves time until the event was seen so many times. */
  async tells(semantic: string, times = 1): Promise<void> {
    const seen = () => this.records.filter((record) => record.semantic === semantic).length;
    await this.world.reaches(`${semantic} the ${times}. time`, () => seen() >= times);
  }

  async close(): Promise<void> {
    await this.world.result(this.#front.close());
    this.#hangUp();
    await this.#listening;
    this.watcher.end();
  }
}

describe.each([
  ["new", "3.6"],
  ["old", "3.3"],
] as const)("a simulated device with the %s numbers, watched on its line", (vocabulary, edition) => {
  it(`is recognised as edition ${edition}, and conforms through bootstrap and a reboot`, async () => {
    const device = new WatchedDevice(await World.make(), vocabulary);
    await device.tells("registered");
    const { world } = device;
    await world.result(world.management.ask("POST", "/3/0/4"));
    await device.tells("registered", 2);
    expect(device.watcher.edition).toEqual({ id: edition, basis: "version" });
    expect(deviationsOf(device.turns)).toEqual([]);
    expect(conformsOf(device.turns)).toEqual(["edition-3-bootstrap"]);
    const told = device.records.filter(({ kind }) => kind === "event").map(({ semantic }) => semantic);
    expect(told).toEqual([
      ...["link.goingDown", "link.goingUp", "link.goingDown", "bootstrapped", "link.goingUp", "registered"],
      ...["reboot", "link.poweringOff", "registered"],
    ]);
    expect(device.watcher.course.twin.position[0]?.state).toMatch(/serving\.registered$/);
    await device.close();
  });
});
