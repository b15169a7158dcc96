/**
 * The driver itself: one thing after the other, on a line that may fail at any time.
 *
 *   shut down --init--> at work --crash, restart, port lost--> failed --recovered--> at work
 */
import type { Clock } from "../../ports/clock.ts";
import type {
  CellInfo,
  CredentialStore,
  FunctionalMode,
  ModemCapabilities,
  ModemDomainEvent,
  ModemIdentity,
  ModemInitResult,
  ModemSockets,
  PdnInfo,
  RegistrationStatus,
  SignalQuality,
  SimIdentity,
  TagCredentials,
} from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import type { Trace } from "../../ports/trace.ts";
import { ModemError } from "../modemError.ts";
import { NotificationHub, type NotificationListener } from "../notificationHub.ts";
import type { PdnOptions } from "../pdnOptions.ts";
import { isDisturbance } from "./atLine.ts";
import { type AtApplication, AtLink, type LineSource } from "./atLink.ts";
import type { AtModem } from "./atModem.ts";
import { AtNetwork } from "./atNetwork.ts";
import { AtPower } from "./atPower.ts";
import { AtSockets } from "./atSockets.ts";
import { SIM } from "./commands/sim.ts";
import type { AtNotification } from "./commands/table.ts";
import { AtFirmwareArea } from "./firmwareArea.ts";
import { HostCredentials } from "./hostCredentials.ts";
import { readIdentity, readSim } from "./identity.ts";
import { ModemCredentials } from "./modemCredentials.ts";
import { Recovery } from "./recovery.ts";
import { SmsReception } from "./smsReception.ts";
import { subscribeSms } from "./subscriptions.ts";
import type { Technology } from "./technology.ts";
import { readBatteryVoltage, readCell, readNetworkTime, readSignal, readTemperature } from "./telemetry.ts";
import { Turns } from "./turns.ts";

export interface Nrf91Options {
  readonly source: LineSource;
  readonly dataPath: "host" | "modem";
  readonly downloads: "host" | "modem";
  readonly clock: Clock;
  /** There where the data path is `host`. */
  readonly storage?: Storage | undefined;
  readonly pin?: string | undefined;
  readonly technology?: Technology | undefined;
  readonly trace?: Trace | undefined;
}

const MODES: readonly FunctionalMode[] = ["powerOff", "normal", "offline"];

/** %MDMEV, as the carrier library calls them. */
const DOMAIN_EVENTS: Readonly<Record<string, ModemDomainEvent>> = {
  "ME OVERHEATED": "overheated",
  "ME BATTERY LOW": "batteryLow",
  "RESET LOOP": "resetLoop",
};

/** `+CMS ERROR: 524`: the modem has dropped its SMS client. */
const SMS_CLIENT_DROPPED = 524;
const RECOVERING = "wait until it has been set to work again, or reset it";
/** Of a restart that nobody gave a reason for. */
const UNKNOWN_REASON = 0;

export class Nrf91 implements AtModem {
  readonly credentials: CredentialStore;
  readonly firmware: AtFirmwareArea;
  readonly sockets?: ModemSockets;
  readonly hostCredentials?: (tag: number) => Promise<TagCredentials>;
  readonly #link: AtLink;
  readonly #network: AtNetwork;
  readonly #power: AtPower;
  readonly #sockets: AtSockets | undefined;
  readonly #sms: SmsReception;
  readonly #hub = new NotificationHub();
  readonly #recovery: Recovery;
  readonly #turns = new Turns();
  #closed = false;
  #initialised: ModemInitResult | undefined;

  constructor({ source, dataPath, downloads, clock, storage, pin, technology, trace }: Nrf91Options) {
    this.#recovery = new Recovery(clock);
    const notify = this.#hub.notify.bind(this.#hub);
    const line = new AtLink({
      source,
      clock,
      trace,
      onNotification: (notification) => this.#onNotification(notification),
      onLost: (error) => {
        this.#fail(UNKNOWN_REASON, error.message);
        return this.#initialised !== undefined;
      },
      onReopened: () => this.#recover(),
      onImageSpoilt: () => this.firmware.distrust(),
    });
    this.#link = line;
    const onApnRefused = () => this.#inBackground(() => this.#power.attachWithoutApn());
    const network = new AtNetwork({ line, clock, notify, onApnRefused });
    const firmware = new AtFirmwareArea({ line, clock, downloads });
    const sockets = dataPath === "modem" ? new AtSockets(line, clock) : undefined;
    this.#network = network;
    this.firmware = firmware;
    this.#sockets = sockets;
    this.#sms = new SmsReception(line, notify);
    this.#power = new AtPower({ line, clock, network, firmware, sockets, notify, pin, technology });
    if (sockets !== undefined) {
      this.sockets = sockets;
      this.credentials = new ModemCredentials(line, (work) => this.#run(work));
    } else {
      const host = new HostCredentials(storage as Storage, () => this.#power.mode === "normal");
      this.credentials = host;
      this.hostCredentials = (tag) => host.forHost(tag);
    }
  }

  get capabilities(): ModemCapabilities {
    // The older application takes no image from the host; until it has answered nobody knows which it is.
    const takesImages = this.#link.application?.dialect !== "slm" || this.firmware.download !== undefined;
    return { ...CAPABILITIES, sockets: this.sockets !== undefined, firmwareArea: takesImages };
  }
  get application(): AtApplication | undefined {
    return this.#link.application;
  }
  get initialised(): ModemInitResult | undefined {
    return this.#initialised;
  }
  get functionalMode(): FunctionalMode {
    return this.#power.mode;
  }
  get registration(): RegistrationStatus {
    return this.#network.registration;
  }

  init(): Promise<ModemInitResult> {
    return this.#run(() => {
      if (this.#initialised === undefined) return this.#start();
      throw new ModemError("notAllowed", { detail: "the modem is initialised already" });
    }, "open");
  }

  open(): Promise<void> {
    return this.#run(() => this.#link.open(), "open");
  }

  /** Shutting down a modem that is shut down changes nothing. */
  shutdown(): Promise<void> {
    return this.#run(() => this.#stop(), "open");
  }

  reset(): Promise<void> {
    return this.#run(async () => {
      await this.#stop();
      await this.#start();
    }, "open");
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#hub.close();
    this.#link.close();
    this.#recovery.end();
    await this.#turns.over;
    this.#power.off("the modem driver is closed");
    this.#initialised = undefined;
  }

  setFunctionalMode(mode: FunctionalMode): Promise<void> {
    return this.#run(async () => {
      if (!MODES.includes(mode)) {
        throw new ModemError("incorrectParameters", { detail: `functional mode ${JSON.stringify(mode)}` });
      }
      if (!this.#power.isAlready(mode)) await this.#power.switch(mode);
    });
  }

  configurePdn(options: PdnOptions): Promise<void> {
    return this.#run(() => this.#network.configurePdn(options));
  }

  activatePdn(): Promise<PdnInfo> {
    return this.#run(() => this.#network.activatePdn());
  }

  identity(): Promise<ModemIdentity> {
    return this.#run(() => readIdentity(this.#link));
  }

  sim(): Promise<SimIdentity> {
    return this.#run(async () => {
      await this.#power.powerUicc();
      return readSim(this.#link);
    });
  }

  apdu(command: Uint8Array): Promise<Uint8Array> {
    return this.#run(async () => {
      await this.#power.powerUicc();
      return (await this.#link.execute(SIM.csim, { digits: 2 * command.length, command })).answer;
    }, "once");
  }

  signal(): Promise<SignalQuality> {
    return this.#whenRegistered(() => readSignal(this.#link));
  }

  cell(): Promise<CellInfo> {
    return this.#whenRegistered(() => readCell(this.#link));
  }

  networkTime(): Promise<number> {
    return this.#run(() => readNetworkTime(this.#link));
  }

  batteryVoltage(): Promise<{ readonly millivolts: number }> {
    return this.#run(() => readBatteryVoltage(this.#link));
  }

  temperature(): Promise<{ readonly celsius: number }> {
    return this.#run(() => readTemperature(this.#link));
  }

  subscribe(listener: NotificationListener): () => void {
    return this.#hub.subscribe(listener);
  }

  /** Opens the line and restarts the modem alone: an image that was scheduled is applied in it. */
  async #start(): Promise<ModemInitResult> {
    await this.#link.open();
    this.#recovery.end();
    return this.#setUp().catch(async (error: unknown) => {
      if (this.#closed || !isDisturbance(error)) throw error;
      await this.#link.open();
      return this.#setUp();
    });
  }

  async #setUp(): Promise<ModemInitResult> {
    const result = await this.#power.restart();
    await this.#power.switch("offline", () => {
      this.#initialised = result;
      this.#hub.notify({ kind: "initialised", result });
    });
    return result;
  }

  async #stop(): Promise<void> {
    if (this.#initialised === undefined) return;
    try {
      if (this.#recovery.failure === undefined && !this.#power.isAlready("powerOff"))
        await this.#power.switch("powerOff");
    } finally {
      this.#recovery.end();
      this.#power.off("the modem was shut down");
      this.#initialised = undefined;
      this.#hub.notify({ kind: "shutdown" });
    }
  }

  #onNotification(notification: AtNotification): void {
    if (this.#closed) return;
    this.#network.onNotification(notification);
    this.firmware.take(notification);
    switch (notification.key) {
      case "mdmev":
        this.#onDomainEvent(notification.values.event.words);
        break;
      case "cmt":
        this.#sms.onMessage(notification.values.data);
        break;
      case "cds":
        this.#sms.acknowledge();
        break;
      case "cmsError":
        if (notification.values.number === SMS_CLIENT_DROPPED) this.#inBackground(() => subscribeSms(this.#link));
        break;
      case "xapoll":
        this.#sockets?.onEvents(notification.values.handle, notification.values.events);
        break;
      case "xfota":
        this.#power.onFirmware(notification.values);
        break;
      case "modemFault":
        this.#fail(notification.values.reason, "the modem crashed");
        break;
      case "modemInit":
        this.#recover();
        break;
      case "ready":
      case "initError":
        this.#power.onApplication(notification.key === "ready");
        this.#fail(UNKNOWN_REASON, "the modem's application was restarted");
        this.#recover();
        break;
      default:
    }
  }

  #onDomainEvent(words: string): void {
    const event = DOMAIN_EVENTS[words];
    if (event !== undefined) this.#hub.notify({ kind: "domain", event });
  }

  #fail(reason: number, detail: string): void {
    if (this.#initialised === undefined || this.#power.restarting || this.#recovery.failure !== undefined) return;
    this.#recovery.begin(detail);
    this.#power.vanish(detail);
    this.#hub.notify({ kind: "fault", reason });
    this.#recoverLater();
  }

  /** A line that is lost says itself when it is back. */
  #recoverLater(): void {
    if (this.#link.isOpen) this.#recovery.tryLater(() => this.#recover());
  }

  #recover(): void {
    if (this.#closed || this.#recovery.failure === undefined) return;
    this.#recoverLater();
    if (!this.#link.isOpen) return;
    this.#recovery.isDue();
    this.#run(() => this.#resume(), "open").catch(() => {});
  }

  async #resume(): Promise<void> {
    if (this.#recovery.failure === undefined || this.#initialised === undefined) return;
    const result = await this.#power.resume();
    this.#recovery.end();
    const isNews = result.kind !== "ok" || result.firmwareVersion !== this.#initialised.firmwareVersion;
    if (!isNews) return;
    this.#initialised = result;
    this.#hub.notify({ kind: "initialised", result });
  }

  #whenRegistered<T>(work: () => Promise<T>): Promise<T> {
    return this.#run(() => {
      if (this.#network.isRegistered) return work();
      throw new ModemError("notAllowed", { detail: "the modem is not registered" });
    });
  }

  #checkWorking(): void {
    if (this.#initialised === undefined) throw new ModemError("notInitialised");
    const { failure } = this.#recovery;
    if (failure !== undefined) throw new ModemError("fault", { detail: failure, cure: RECOVERING });
  }

  /** What fails here is found out again by whoever needs it. */
  #inBackground(work: () => Promise<void>): void {
    this.#run(work).catch(() => {});
  }

  /**
   * Runs work in the order of the calls; while the modem is being set to work again it waits a little for that. What
   * may be done twice is, once, where the line or the modem failed under it. The promise rejects with a `ModemError` only.
   */
  #run<T>(work: () => Promise<T>, needs: "initialised" | "once" | "open" = "initialised"): Promise<T> {
    const turn = () =>
      this.#turns.take(async () => {
        if (this.#closed) throw new ModemError("closed");
        if (needs === "open") return work();
        this.#checkWorking();
        return needs === "once" ? work() : work().catch((error: unknown) => this.#again(work, error));
      });
    return (needs === "open" ? undefined : this.#recovery.patience?.then(turn)) ?? turn();
  }

  async #again<T>(work: () => Promise<T>, error: unknown): Promise<T> {
    if (this.#recovery.failure !== undefined) {
      await this.#recovery.due;
      await this.#resume().catch(() => {
        throw error;
      });
    } else if (!isDisturbance(error)) throw error;
    if (this.#closed || this.#initialised === undefined) throw error;
    return work();
  }
}

const CAPABILITIES: Omit<ModemCapabilities, "sockets" | "firmwareArea"> = {
  apdu: true,
  sms: true,
  signal: true,
  batteryVoltage: true,
  temperature: true,
};
