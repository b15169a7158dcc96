/** What a scenario plays on: the testbed, the carrier of now, and what has happened so far. */
import type { CarrierEventMessage } from "../../carrier/application.ts";
import { type Carrier, createCarrier } from "../../carrier/createCarrier.ts";
import { seededRandom } from "../../carrier/random.ts";
import type { Edition } from "../../machines/edition.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import type { SemanticEvent, SemanticEventType } from "../../machines/semanticEvent.ts";
import { createSimulatedModem, encodeFirmwareImage, type ModemFault, type SimulatedModem } from "../../modem/index.ts";
import type { Trace, TraceRecord } from "../../ports/trace.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { GOOD_IMAGE_PATH, startTestbed, type Testbed, type TestbedOptions } from "../../testbed/index.ts";
import { createTrace } from "../../trace/index.ts";
import type { ScenarioOptions } from "./scenario.ts";

export const OLD_FIRMWARE = "mfw_sim_1.0.0";
export const NEW_FIRMWARE = "mfw_sim_1.1.0";
const DEFAULT_IMAGE_BYTES = 256 * 1024;

/** What a scenario changes about the stage. */
export interface Setting {
  readonly testbed?: Partial<TestbedOptions>;
  readonly faults?: readonly ModemFault[];
  /** Which CA the application trusts firmware hosts by; by default the one that signed the host. */
  readonly trusts?: "host" | "otherCa";
}

/** The scenario cannot go on as it should. */
export class ScenarioFailure extends Error {
  override readonly name = "ScenarioFailure";
}

type Listener = (event: CarrierEventMessage) => void;

export class Stage {
  readonly options: ScenarioOptions;
  readonly edition: Edition;
  readonly testbed: Testbed;
  readonly records: TraceRecord[] = [];
  readonly trace: Trace;
  /** Octets of the firmware image. */
  readonly imageBytes: number;
  readonly #image: Uint8Array;
  readonly #setting: Setting;
  readonly #storage = createMemoryStorage();
  #carrier: Carrier;
  #modem: SimulatedModem;
  #listeners: readonly Listener[] = [];
  #powerLost: () => void = () => {};

  private constructor(options: ScenarioOptions, setting: Setting, testbed: Testbed, image: Uint8Array) {
    this.#image = image;
    this.imageBytes = image.length;
    this.options = options;
    this.#setting = setting;
    this.testbed = testbed;
    this.edition = EDITIONS[options.edition];
    this.trace = createTrace({
      clock: options.clock,
      device: "demo",
      sink: (record) => {
        this.records.push(record);
        options.sink(record);
      },
    });
    [this.#carrier, this.#modem] = this.#build(setting.faults ?? []);
  }

  static async set(options: ScenarioOptions, setting: Setting): Promise<Stage> {
    const { clock, seed, imageBytes = DEFAULT_IMAGE_BYTES } = options;
    const image = encodeFirmwareImage({
      version: NEW_FIRMWARE,
      baseVersion: OLD_FIRMWARE,
      sizeBytes: imageBytes,
      random: seededRandom(seed),
    });
    const testbed = await startTestbed({ clock, image, ...setting.testbed });
    return new Stage(options, setting, testbed, image);
  }

  get carrier(): Carrier {
    return this.#carrier;
  }

  get modem(): SimulatedModem {
    return this.#modem;
  }

  /** Resolves at the next event of this meaning. Ask before what causes it. */
  next<Type extends SemanticEventType>(type: Type): Promise<Extract<SemanticEvent, { type: Type }>> {
    return new Promise((resolve) => {
      const listener: Listener = ({ meaning }) => {
        if (meaning.type !== type) return;
        this.#listeners = this.#listeners.filter((other) => other !== listener);
        resolve(meaning as Extract<SemanticEvent, { type: Type }>);
      };
      this.#listeners = [...this.#listeners, listener];
    });
  }

  /** Starts the carrier and waits until it is registered. */
  async register(): Promise<void> {
    const registered = this.next("registered");
    this.carrier.start();
    await registered;
  }

  /** The management server updates the firmware; resolves with what it saw at the end. */
  updateFirmware(uri: string) {
    const updating = this.testbed.management.updateFirmware(this.carrier.endpoint, { uri });
    // A life that fails elsewhere closes the server under it.
    updating.catch(() => {});
    return updating;
  }

  /** The next download of the good image breaks off after so many octets. */
  breakDownloadAfter(bytes: number): void {
    this.testbed.firmwareHost.setImage(GOOD_IMAGE_PATH, { body: this.#image, breakAfter: { bytes } });
  }

  /** Resolves when the carrier is in a state with this tag. */
  reaches(tag: string): Promise<void> {
    const { actor } = this.carrier;
    return new Promise((resolve) => {
      const subscription = actor.subscribe((snapshot) => {
        if (!snapshot.hasTag(tag)) return;
        subscription.unsubscribe();
        resolve();
      });
    });
  }

  /** Meanings of the application events so far. */
  get events(): string[] {
    return this.records.filter(({ kind }) => kind === "event").map(({ semantic }) => String(semantic));
  }

  /** What followed the first event of this meaning. */
  eventsAfter(type: SemanticEventType): string[] {
    const { events } = this;
    const at = events.indexOf(type);
    return at < 0 ? [] : events.slice(at + 1);
  }

  check(holds: boolean, otherwise: string): void {
    if (!holds) throw new ScenarioFailure(otherwise);
  }

  /** Resolves when the simulated modem has lost its supply. */
  powerLoss(): Promise<void> {
    return new Promise((resolve) => {
      this.#powerLost = resolve;
    });
  }

  /** The device comes back: another carrier and another modem over what was stored. */
  async powerUp(): Promise<void> {
    await this.#carrier.cutPower();
    [this.#carrier, this.#modem] = this.#build([]);
    this.#carrier.start();
  }

  async close(): Promise<void> {
    await this.#carrier.stop();
    await this.testbed.close();
  }

  #build(faults: readonly ModemFault[]): [Carrier, SimulatedModem] {
    const { clock, seed, timing } = this.options;
    const { trace, testbed } = this;
    const storage = this.#storage;
    const modem = createSimulatedModem({
      clock,
      random: seededRandom(seed),
      storage,
      timing,
      trace,
      faults,
      firmwareVersion: OLD_FIRMWARE,
      onPowerLoss: () => this.#powerLost(),
    });
    const carrier = createCarrier({
      edition: this.edition,
      clock,
      random: seededRandom(seed + 1),
      storage,
      modem,
      trace,
      local: { host: "127.0.0.1" },
      bootstrap: { uri: testbed.bootstrap.uri, security: { mode: "none" } },
      firmware: { trustedCa: [this.#setting.trusts === "otherCa" ? testbed.otherCaPem : testbed.caPem] },
      onEvent: (event) => {
        for (const listener of this.#listeners) listener(event);
      },
    });
    return [carrier, modem];
  }
}
