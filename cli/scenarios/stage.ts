/** What a scenario plays on: the testbed, the carrier of now, and what has happened so far. */
import type { CarrierEventMessage } from "../../carrier/application.ts";
import { type Carrier, createCarrier } from "../../carrier/createCarrier.ts";
import type { CarrierOptions } from "../../carrier/options.ts";
import { seededRandom } from "../../carrier/random.ts";
import type { Edition } from "../../machines/edition.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import type { SemanticEvent, SemanticEventType } from "../../machines/semanticEvent.ts";
import { createSimulatedModem, encodeFirmwareImage, type ModemFault, type SimulatedModem } from "../../modem/index.ts";
import type { Storage } from "../../ports/storage.ts";
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
  /** Times and counts of the charts. */
  readonly settings?: NonNullable<CarrierOptions["settings"]>;
  /** The device was bootstrapped in an earlier life, of which there are no records. */
  readonly bootstrapped?: boolean;
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
  readonly #storage: Storage;
  #carrier: Carrier;
  #modem: SimulatedModem;
  #listeners: readonly Listener[] = [];
  #powerLost: () => void = () => {};

  private constructor(
    options: ScenarioOptions,
    setting: Setting,
    testbed: Testbed,
    image: Uint8Array,
    storage: Storage,
  ) {
    this.#image = image;
    this.imageBytes = image.length;
    this.options = options;
    this.#setting = setting;
    this.#storage = storage;
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
    const { clock, seed, imageBytes = DEFAULT_IMAGE_BYTES, security = "psk" } = options;
    const image = encodeFirmwareImage({
      version: NEW_FIRMWARE,
      baseVersion: OLD_FIRMWARE,
      sizeBytes: imageBytes,
      random: seededRandom(seed),
    });
    const testbed = await startTestbed({ clock, image, security, ...setting.testbed });
    const storage = createMemoryStorage();
    try {
      if (setting.bootstrapped === true) await bootstrap(options, testbed, storage);
    } catch (error) {
      await testbed.close();
      throw error;
    }
    return new Stage(options, setting, testbed, image, storage);
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
    const { settings, trusts } = this.#setting;
    return makeDevice(this.options, this.testbed, this.#storage, {
      trace: this.trace,
      faults,
      settings,
      trustedCa: trusts === "otherCa" ? this.testbed.otherCaPem : this.testbed.caPem,
      onPowerLoss: () => this.#powerLost(),
      onEvent: (event) => {
        for (const listener of this.#listeners) listener(event);
      },
    });
  }
}

interface DeviceParts {
  readonly trace?: Trace;
  readonly faults?: readonly ModemFault[];
  readonly settings?: Setting["settings"] | undefined;
  readonly trustedCa: string;
  readonly onPowerLoss?: () => void;
  readonly onEvent: (event: CarrierEventMessage) => void;
}

function makeDevice(
  { clock, seed, timing, edition }: ScenarioOptions,
  testbed: Testbed,
  storage: Storage,
  { trace, faults = [], settings, trustedCa, onPowerLoss, onEvent }: DeviceParts,
): [Carrier, SimulatedModem] {
  const modem = createSimulatedModem({
    clock,
    random: seededRandom(seed),
    storage,
    timing,
    faults,
    firmwareVersion: OLD_FIRMWARE,
    ...(trace && { trace }),
    ...(onPowerLoss && { onPowerLoss }),
  });
  const carrier = createCarrier({
    edition,
    clock,
    random: seededRandom(seed + 1),
    storage,
    modem,
    local: { host: "127.0.0.1" },
    bootstrap: testbed.provision(),
    firmware: { trustedCa: [trustedCa] },
    onEvent,
    ...(trace && { trace }),
    ...(settings && { settings }),
  });
  return [carrier, modem];
}

/** Another life before: it ends as soon as the device is bootstrapped. */
async function bootstrap(options: ScenarioOptions, testbed: Testbed, storage: Storage): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onEvent = ({ meaning }: CarrierEventMessage) => {
      if (meaning.type === "bootstrapped") carrier.cutPower().then(resolve, reject);
      if (meaning.type === "error") reject(new ScenarioFailure("the device could not be bootstrapped before"));
    };
    const [carrier] = makeDevice(options, testbed, storage, { trustedCa: testbed.caPem, onEvent });
    carrier.start();
  });
}
