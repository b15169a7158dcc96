/**
 * A modem without hardware that obeys the rules of an nRF91: the embedded default, and what tests and demos break on
 * purpose. Starts shut down; after `init` its functional mode is `offline`; it attaches when set to `normal`.
 */
import type {
  CellInfo,
  FunctionalMode,
  Modem,
  ModemCapabilities,
  ModemDomainEvent,
  ModemIdentity,
  ModemInitResult,
  PdnInfo,
  PdnType,
  RegistrationStatus,
  SignalQuality,
  SimIdentity,
  TagCredentials,
} from "../../ports/modem.ts";
import { ModemError } from "../modemError.ts";
import type { NotificationListener } from "../notificationHub.ts";
import { SimulatedCredentials } from "./credentials.ts";
import { batteryMillivoltsAt, cellAt, celsiusAt, identityOf, signalAt, simOf } from "./environment.ts";
import type { ModemFault, ModemFaultName } from "./faults.ts";
import { SimulatedFirmwareArea } from "./firmwareArea.ts";
import { ModemCore } from "./modemCore.ts";
import { factoryState, type ModemState } from "./modemState.ts";
import { SimulatedNetwork } from "./network.ts";
import { checkOptions, DEFAULT_FIRMWARE_VERSION, type SimulatedModemOptions } from "./options.ts";
import { SimulatedSmartcard } from "./smartcard.ts";

export interface SimulatedModem extends Modem {
  hostCredentials(tag: number): Promise<TagCredentials>;
  /** Makes something fail. Throws a `ModemError` with code `incorrectParameters` for a fault that cannot be. */
  inject(fault: ModemFault): void;
  /** Ends a fault; a modem that could not register for it tries again. */
  clear(name: ModemFaultName): void;
  /** An SMS arrives from the network; false when the modem is not registered, so that it does not. */
  deliverSms(from: string, payload: Uint8Array): boolean;
}

/** Throws a `ModemError` with code `incorrectParameters` that names the option or fault which is wrong. */
export function createSimulatedModem(options: SimulatedModemOptions): SimulatedModem {
  checkOptions(options);
  return new SimulatedNrf91(options);
}

const CAPABILITIES: ModemCapabilities = Object.freeze({
  sockets: false,
  apdu: true,
  sms: true,
  firmwareArea: true,
  signal: true,
  batteryVoltage: true,
  temperature: true,
});

const MODES: readonly FunctionalMode[] = ["powerOff", "normal", "offline"];
const DOMAIN_EVENTS: readonly ModemDomainEvent[] = ["overheated", "batteryLow", "resetLoop"];

class SimulatedNrf91 implements SimulatedModem {
  readonly credentials: SimulatedCredentials;
  readonly firmware: SimulatedFirmwareArea;
  readonly #core: ModemCore;
  readonly #network: SimulatedNetwork;
  /** Made when it is first spoken to, and at each power-on. */
  #smartcard: SimulatedSmartcard | undefined;

  constructor(options: SimulatedModemOptions) {
    this.#core = new ModemCore(options);
    this.credentials = new SimulatedCredentials(this.#core);
    this.firmware = new SimulatedFirmwareArea(this.#core);
    this.#network = new SimulatedNetwork(this.#core);
    this.#core.onPowerDown = () => this.#network.vanish();
    for (const fault of options.faults ?? []) this.#core.faults.add(fault);
  }

  get capabilities(): ModemCapabilities {
    return CAPABILITIES;
  }

  get initialised(): ModemInitResult | undefined {
    return this.#core.initialised;
  }

  get functionalMode(): FunctionalMode {
    return this.#core.mode;
  }

  get registration(): RegistrationStatus {
    return this.#network.registration;
  }

  init(): Promise<ModemInitResult> {
    return this.#core.run(
      "init",
      () => {
        if (this.#core.initialised !== undefined) {
          throw new ModemError("notAllowed", { detail: "the modem is initialised already" });
        }
        return this.#start();
      },
      "open",
    );
  }

  /** Shutting down a modem that is shut down changes nothing. */
  shutdown(): Promise<void> {
    return this.#core.run("shutdown", () => this.#stop(), "open");
  }

  reset(): Promise<void> {
    return this.#core.run(
      "shutdown",
      async () => {
        this.#stop();
        await this.#core.pass("init");
        await this.#start();
      },
      "open",
    );
  }

  async close(): Promise<void> {
    await this.#core.close();
    this.#network.vanish();
    this.#core.initialised = undefined;
    this.#core.mode = "powerOff";
  }

  setFunctionalMode(mode: FunctionalMode): Promise<void> {
    return this.#core.run("functionalMode", async () => {
      if (!MODES.includes(mode)) {
        throw new ModemError("incorrectParameters", { detail: `functional mode ${JSON.stringify(mode)}` });
      }
      if (mode === "normal") await this.firmware.told();
      this.#setMode(mode);
    });
  }

  configurePdn(options: { readonly apn?: string; readonly type?: PdnType }): Promise<void> {
    return this.#core.run("query", () => this.#network.configurePdn(options));
  }

  activatePdn(): Promise<PdnInfo> {
    return this.#core.run("activatePdn", () => this.#network.activatePdn());
  }

  identity(): Promise<ModemIdentity> {
    return this.#core.run("query", () => {
      const { seed, firmwareVersion } = this.#core.state;
      return identityOf(seed, firmwareVersion, this.#core.options.identity);
    });
  }

  sim(): Promise<SimIdentity> {
    return this.#core.run("query", () => {
      if (this.#core.mode === "powerOff") throw new ModemError("notAllowed", { detail: "the UICC has no power" });
      const { faults, operator, options, state } = this.#core;
      if (faults.peek("noSim") !== undefined) return { present: false };
      const sim = options.sim ?? simOf(state.seed, operator);
      if (faults.peek("simLocked") === undefined || !sim.present) return sim;
      // Before its PIN a UICC tells its ICCID and nothing else.
      return { present: true, ...(sim.iccid !== undefined && { iccid: sim.iccid }) };
    });
  }

  apdu(command: Uint8Array): Promise<Uint8Array> {
    return this.#core.run("query", () => {
      const { faults, mode, options } = this.#core;
      if (mode === "powerOff") throw new ModemError("notAllowed", { detail: "the UICC has no power" });
      if (faults.peek("noSim") !== undefined || options.sim?.present === false) throw new ModemError("simNotInserted");
      if (faults.peek("simLocked") !== undefined) throw new ModemError("simFailure");
      this.#smartcard ??= new SimulatedSmartcard(options.smartcard);
      return this.#smartcard.answer(command);
    });
  }

  signal(): Promise<SignalQuality> {
    return this.#whenRegistered(() => signalAt(this.#core.state.seed, this.#core.options.clock.wall()));
  }

  cell(): Promise<CellInfo> {
    return this.#whenRegistered(() =>
      cellAt(this.#core.state.seed, this.#core.options.clock.wall(), this.#core.operator),
    );
  }

  networkTime(): Promise<number> {
    return this.#core.run("query", () => {
      if (this.#network.timeKnown) return this.#core.options.clock.wall();
      throw new ModemError("notAllowed", { detail: "no network has told the time yet" });
    });
  }

  batteryVoltage(): Promise<{ readonly millivolts: number }> {
    return this.#core.run("query", () => {
      const { faults, options, state } = this.#core;
      const isLow = faults.peek("batteryLow") !== undefined;
      return { millivolts: batteryMillivoltsAt(state.seed, options.clock.wall(), isLow) };
    });
  }

  temperature(): Promise<{ readonly celsius: number }> {
    return this.#core.run("query", () => {
      const { faults, options, state } = this.#core;
      const isHot = faults.peek("overheated") !== undefined;
      return { celsius: celsiusAt(state.seed, options.clock.wall(), isHot) };
    });
  }

  hostCredentials(tag: number): Promise<TagCredentials> {
    return this.credentials.forHost(tag);
  }

  subscribe(listener: NotificationListener): () => void {
    return this.#core.subscribe(listener);
  }

  inject(fault: ModemFault): void {
    this.#core.faults.add(fault);
    if (this.#core.initialised === undefined) return;
    const domainEvent = DOMAIN_EVENTS.find((event) => event === fault.name);
    if (domainEvent !== undefined) this.#tellDomainEvent(domainEvent);
    this.#network.faultInjected(fault.name);
  }

  clear(name: ModemFaultName): void {
    this.#core.faults.clear(name);
    this.#network.faultCleared(name);
  }

  deliverSms(from: string, payload: Uint8Array): boolean {
    if (!this.#network.isRegistered) return false;
    this.#core.notify({ kind: "sms", from, payload: payload.slice() });
    return true;
  }

  async #start(): Promise<ModemInitResult> {
    if (this.#core.faults.strike("initFails") !== undefined) {
      throw new ModemError("fault", { detail: "the modem did not start" });
    }
    await this.#core.load(() => this.#create());
    const result = await this.firmware.start();
    this.#core.started(result);
    this.#core.notify({ kind: "initialised", result });
    this.#setMode("offline");
    for (const event of DOMAIN_EVENTS) this.#tellDomainEvent(event);
    return result;
  }

  #stop(): void {
    if (this.#core.initialised === undefined) return;
    this.#setMode("powerOff");
    this.#smartcard = undefined;
    this.#network.vanish();
    this.#core.initialised = undefined;
    this.#core.notify({ kind: "shutdown" });
  }

  /** A modem fresh from the factory. Its state is saved last: a crash before that makes it anew. */
  async #create(): Promise<ModemState> {
    const { initialCa, firmwareVersion, random } = this.#core.options;
    if (initialCa !== undefined) await this.credentials.writeInitialCa(initialCa);
    const seed = new DataView(random.bytes(4).slice().buffer).getInt32(0);
    return factoryState(seed, firmwareVersion ?? DEFAULT_FIRMWARE_VERSION);
  }

  #setMode(mode: FunctionalMode): void {
    if (this.#core.mode === mode) return;
    if (this.#core.mode === "normal") this.#network.detach();
    this.#core.mode = mode;
    this.#core.notify({ kind: "functionalMode", mode });
    if (mode === "normal") this.#network.attach();
  }

  #tellDomainEvent(event: ModemDomainEvent): void {
    if (this.#core.faults.strike(event) === undefined) return;
    if (event === "resetLoop") this.#network.restrictAttach();
    this.#core.notify({ kind: "domain", event });
  }

  #whenRegistered<T>(work: () => T): Promise<T> {
    return this.#core.run("query", () => {
      if (this.#network.isRegistered) return work();
      throw new ModemError("notAllowed", { detail: "the modem is not registered" });
    });
  }
}
