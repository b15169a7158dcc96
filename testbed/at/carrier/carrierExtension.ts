/**
 * The carrier library inside a Serial Modem, played by our own carrier on the same simulated modem: its events are
 * `#XCARRIEREVT` notifications, `AT#XCARRIER` asks it for things, `AT#XCARRIERCFG` says what it starts with next.
 */
import type { CarrierEventMessage, EventHandler, HandlerAnswer } from "../../../carrier/application.ts";
import { type Carrier, createCarrier } from "../../../carrier/createCarrier.ts";
import type { CarrierOptions } from "../../../carrier/options.ts";
import { CARRIER_COMMAND, parseCarrierCommand } from "../../../modem/at/carrier/commands.ts";
import {
  type CarrierEventContent,
  type CarrierVocabulary,
  formatCarrierEvent,
} from "../../../modem/at/carrier/events.ts";
import {
  CARRIER_SETTING_COMMAND,
  parseCarrierSetting,
  tellCarrierSetting,
} from "../../../modem/at/carrier/settings.ts";
import type { SimulatedModem } from "../../../modem/simulated/simulatedModem.ts";
import { createMemoryStorage } from "../../../services/store/memoryStorage.ts";
import type { AtExtension, AtExtensionFactory, AtHost, AtReply, AtRequest } from "../extension.ts";
import { appDataContainer, DOWNLINK_PATH } from "./appDataContainer.ts";
import { runCarrierCommand } from "./commands.ts";
import { eventContent } from "./eventContent.ts";
import { libraryModem } from "./libraryModem.ts";
import { optionsOf } from "./settingsOptions.ts";
import { StoredSettings } from "./storedSettings.ts";

export interface CarrierExtensionOptions {
  /** The one that the AT front stands before. */
  readonly modem: SimulatedModem;
  /** `new`, the default: Serial Modem with edition 3.6. `old`: Serial LTE Modem with edition 3.3. */
  readonly vocabulary?: CarrierVocabulary;
  /** What the library is built with; what a host sets by AT#XCARRIERCFG goes before. */
  readonly carrier?: Omit<CarrierOptions, "modem" | "edition" | "handler">;
  /**
   * The application changes the functional mode and reboots when the library asks for it; otherwise the host has to.
   * Default true. The older application does no more than power off, and bring the link up after a firmware update.
   */
  readonly autoControl?: boolean;
  /**
   * The library starts with the application, and AT#XCARRIERCFG="auto_startup" is not there. Default: when `carrier`
   * has a server; without one the host names it and then sets auto_startup.
   */
  readonly autoStartup?: boolean;
  /** Called with each carrier before it starts: another one after each restart of the application. */
  onCarrier?(carrier: Carrier): void;
  /** Called with the reason why the library could not start, for which its host hears ERROR CONFIGURATION. */
  onProblem?(error: Error): void;
}

/** For `createAtFront`. */
export function carrierExtension(options: CarrierExtensionOptions): AtExtensionFactory {
  return (host) => new CarrierExtension(host, options);
}

const EDITIONS: Readonly<Record<CarrierVocabulary, NonNullable<CarrierOptions["edition"]>>> = {
  new: "3.6",
  old: "3.3",
};
type Meaning = CarrierEventMessage["meaning"]["type"];

/** What the library leaves to the application. */
const CONTROLLED: ReadonlySet<Meaning> = new Set(["link.goingUp", "link.goingDown", "link.poweringOff", "reboot"]);
/** Before the reset: what waits for the line has to be told. */
const REBOOT_DELAY_MS = 50;
/** LWM2M_CARRIER_ERROR_CONFIGURATION of both editions, -EINVAL. */
const CONFIGURATION_ERROR: CarrierEventContent = { name: "ERROR", type: 5, value: -22 };

class CarrierExtension implements AtExtension {
  readonly #host: AtHost;
  readonly #options: CarrierExtensionOptions;
  readonly #vocabulary: CarrierVocabulary;
  /** One for all restarts. */
  readonly #built: Omit<CarrierOptions, "modem" | "edition" | "handler">;
  readonly #settings: StoredSettings;
  readonly #startsItself: boolean;
  #carrier: Carrier | undefined;
  #updating = false;
  #rebooting = false;
  #closed = false;
  /** Starts and ends of carriers, one after the other. */
  #last: Promise<void> = Promise.resolve();

  constructor(host: AtHost, options: CarrierExtensionOptions) {
    const { vocabulary = "new", carrier = {} } = options;
    const { bootstrap, servers = [], bootstrapFromSmartcard = false } = carrier;
    const storage = carrier.storage ?? createMemoryStorage();
    this.#host = host;
    this.#options = options;
    this.#vocabulary = vocabulary;
    this.#built = { clock: host.clock, ...carrier, storage };
    this.#settings = new StoredSettings(storage, vocabulary);
    this.#startsItself =
      options.autoStartup ?? (bootstrap !== undefined || servers.length > 0 || bootstrapFromSmartcard);
  }

  handles(name: string): boolean {
    return name === CARRIER_COMMAND || name === CARRIER_SETTING_COMMAND;
  }

  async execute({ name, form, parameters }: AtRequest, reply: AtReply): Promise<void> {
    if (form !== "set") return reply.error();
    if (name === CARRIER_SETTING_COMMAND) return this.#configure(parameters, reply);
    const request = parseCarrierCommand(this.#vocabulary, parameters);
    if (request === undefined || this.#carrier === undefined) return reply.error();
    await runCarrierCommand(this.#carrier, request, reply);
  }

  modemStarted(): void {
    this.#next(() => this.#startIfWanted());
  }

  reset(): void {
    this.#next(() => this.#end());
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#next(() => this.#end());
  }

  async #configure(parameters: string, reply: AtReply): Promise<void> {
    const request = parseCarrierSetting(this.#vocabulary, parameters);
    if (request === undefined || (request.name === "auto_startup" && this.#startsItself)) return reply.error();
    await this.#settings.load();
    if (request.kind === "get") {
      reply.line(tellCarrierSetting(request.name, this.#settings.get(request.name)));
      return;
    }
    await this.#settings.set(request.name, request.value);
    // The library's thread has been waiting for it.
    if (request.name === "auto_startup") this.#next(() => this.#startIfWanted());
  }

  /** Never rejects: what cannot start is told as the library tells it. */
  #next(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work).catch((error: Error) => {
      this.#tell(CONFIGURATION_ERROR);
      this.#options.onProblem?.(error);
    });
    return this.#last;
  }

  async #startIfWanted(): Promise<void> {
    await this.#settings.load();
    const { modem, onCarrier } = this.#options;
    const isWanted = this.#startsItself || this.#settings.get("auto_startup") === 1;
    if (!isWanted || this.#closed || this.#carrier !== undefined || modem.initialised === undefined) return;
    const options = await optionsOf(this.#built, this.#settings, this.#vocabulary, (tag) => modem.hostCredentials(tag));
    const downlink = appDataContainer((data) =>
      this.#tell({ name: "APP_DATA", operation: 0, path: DOWNLINK_PATH, data }),
    );
    this.#updating = false;
    this.#rebooting = false;
    this.#carrier = createCarrier({
      ...options,
      objects: [...(options.objects ?? []), downlink],
      modem: libraryModem(modem, () => this.#shutdown()),
      edition: EDITIONS[this.#vocabulary],
      handler: (event, standard) => this.#handle(event, standard),
    });
    onCarrier?.(this.#carrier);
    this.#carrier.start();
  }

  /** As the supply of a board that is reset: nothing is said to anyone. */
  async #end(): Promise<void> {
    const carrier = this.#carrier;
    this.#carrier = undefined;
    // Without power nobody says what could not be closed.
    await carrier?.cutPower().catch(() => {});
  }

  async #handle(...[event, standard]: Parameters<EventHandler>): Promise<HandlerAnswer> {
    const { type } = event.meaning;
    if (type === "fota.started") this.#updating = true;
    if (CONTROLLED.has(type) && !this.#controls(type)) {
      this.#tellOf(event, -1);
      return -1;
    }
    if (type === "reboot") this.#rebooting = true;
    // The link comes up by itself, later; what else is asked for is done before it is told.
    if (type === "link.goingUp") this.#tellOf(event, 0);
    const answer = await standard();
    if (type !== "link.goingUp") this.#tellOf(event, answer.value === 0 ? 0 : -1);
    return answer;
  }

  #controls(type: Meaning): boolean {
    if (this.#vocabulary === "new") return this.#options.autoControl ?? true;
    if (this.#options.autoControl === true || type === "link.poweringOff") return true;
    return type === "link.goingUp" && this.#updating;
  }

  /** After a REBOOT the library does not shut the modem down but resets the board: all starts again, with new settings. */
  async #shutdown(): Promise<void> {
    if (!this.#rebooting) return this.#options.modem.shutdown();
    this.#host.clock.setTimeout(() => this.#host.restart(), REBOOT_DELAY_MS);
    await new Promise<never>(() => {});
  }

  #tellOf(event: CarrierEventMessage, status: 0 | -1): void {
    const content = eventContent(event, status);
    if (content !== undefined) this.#tell(content);
  }

  #tell(content: CarrierEventContent): void {
    if (!this.#closed) this.#host.notifyRaw(formatCarrierEvent(this.#vocabulary, content));
  }
}
