/** What a scenario plays on: the testbed, the carrier of now, and what has happened so far. */
import type { CarrierEventMessage } from "../../carrier/application.ts";
import type { Carrier } from "../../carrier/createCarrier.ts";
import type { CarrierOptions } from "../../carrier/options.ts";
import { seededRandom } from "../../carrier/random.ts";
import type { Inspector } from "../../inspector/options.ts";
import type { Edition } from "../../machines/edition.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import type { SemanticEvent, SemanticEventType } from "../../machines/semanticEvent.ts";
import { encodeFirmwareImage, type ModemFault, type SimulatedModem } from "../../modem/index.ts";
import type { Trace, TraceRecord } from "../../ports/trace.ts";
import { type DatagramFaults, recordedFaults } from "../../testbed/datagramFaults.ts";
import { GOOD_IMAGE_PATH, startTestbed, type Testbed, type TestbedOptions } from "../../testbed/index.ts";
import { createTrace } from "../../trace/index.ts";
import type { SteeredDevice } from "../inspector/steering.ts";
import { createDeviceStores, type Device, type DeviceStores, makeDevice, OLD_FIRMWARE } from "./device.ts";
import type { ScenarioOptions } from "./scenario.ts";

export const NEW_FIRMWARE = "mfw_sim_1.1.0";
const DEFAULT_IMAGE_BYTES = 256 * 1024;
/** As records name it. */
const DEVICE = "demo";

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
  readonly #stores: DeviceStores;
  /** Where somebody who looks on lets datagrams be lost, and so on. */
  readonly #datagrams: DatagramFaults;
  #stopWatching: () => void = () => {};
  #device: Device | undefined;
  #listeners: readonly Listener[] = [];
  #powerLost: () => void = () => {};

  private constructor(
    options: ScenarioOptions,
    setting: Setting,
    testbed: Testbed,
    image: Uint8Array,
    stores: DeviceStores,
  ) {
    this.#image = image;
    this.imageBytes = image.length;
    this.options = options;
    this.#setting = setting;
    this.#stores = stores;
    this.testbed = testbed;
    this.edition = EDITIONS[options.edition];
    const { clock, inspector, rawCapture = false } = options;
    this.trace = createTrace({
      clock,
      device: DEVICE,
      rawCapture,
      ...(inspector && { detailed: inspector.detailed }),
      sink: (record) => {
        this.records.push(record);
        options.sink(record);
      },
    });
    this.#datagrams = recordedFaults(clock, this.trace);
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
    const stores = createDeviceStores();
    try {
      if (setting.bootstrapped === true) await bootstrap(options, testbed, stores);
      const stage = new Stage(options, setting, testbed, image, stores);
      stage.#device = await stage.#build(setting.faults ?? []);
      return stage;
    } catch (error) {
      await testbed.close();
      throw error;
    }
  }

  get carrier(): Carrier {
    return this.#present.carrier;
  }

  /** Where faults strike. */
  get modem(): SimulatedModem {
    return this.#present.seat.simulated;
  }

  get steered(): SteeredDevice {
    const { carrier, edition, modem, testbed } = this;
    return { carrier, edition, testbed, simulated: modem, datagrams: this.#datagrams };
  }

  /** What the modem is, where it is not the simulated one itself. */
  get modemDescription(): string | undefined {
    return this.#present.seat.description;
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
    await this.#present.cutPower();
    this.#device = await this.#build([]);
    this.carrier.start();
  }

  async close(): Promise<void> {
    await this.#present.stop();
    this.#stopWatching();
    this.#datagrams.close();
    await this.testbed.close();
  }

  get #present(): Device {
    if (this.#device === undefined) throw new ScenarioFailure("the device has not been made");
    return this.#device;
  }

  async #build(faults: readonly ModemFault[]): Promise<Device> {
    const { settings, trusts } = this.#setting;
    const { inspector } = this.options;
    const device = await makeDevice(this.options, {
      ...this.#stores,
      testbed: this.testbed,
      trace: this.trace,
      faults,
      settings,
      trustedCa: trusts === "otherCa" ? this.testbed.otherCaPem : this.testbed.caPem,
      onPowerLoss: () => this.#powerLost(),
      onEvent: (event) => {
        for (const listener of this.#listeners) listener(event);
      },
      ...(inspector && { wire: (transport) => this.#datagrams.tap(transport) }),
    });
    if (inspector !== undefined) this.#watch(inspector, device.carrier);
    return device;
  }

  #watch(inspector: Inspector, { actor, inspection }: Carrier): void {
    this.#stopWatching();
    this.#stopWatching = inspector.watch(actor, { trace: this.trace, device: DEVICE, trees: inspection.trees });
  }
}

/** Another life before: it ends as soon as the device is bootstrapped. */
async function bootstrap(options: ScenarioOptions, testbed: Testbed, stores: DeviceStores): Promise<void> {
  let settle: (failure?: Error) => void = () => {};
  const bootstrapped = new Promise<void>((resolve, reject) => {
    settle = (failure) => (failure === undefined ? resolve() : reject(failure));
  });
  const onEvent = ({ meaning }: CarrierEventMessage) => {
    if (meaning.type === "bootstrapped") settle();
    if (meaning.type === "error") settle(new ScenarioFailure("the device could not be bootstrapped before"));
  };
  const device = await makeDevice(options, { ...stores, testbed, trustedCa: testbed.caPem, onEvent });
  device.carrier.start();
  try {
    await bootstrapped;
  } finally {
    await device.cutPower();
  }
}
