/**
 * What the modem is set to: its functional mode, what it tells, the UICC's power; and its restart, which applies a
 * firmware image and forgets all of that.
 */
import type { Clock, TimerId } from "../../ports/clock.ts";
import type { FunctionalMode, ModemInitResult, ModemNotification } from "../../ports/modem.ts";
import { ModemError } from "../modemError.ts";
import { type AtLine, isRefusal, unlessRefused } from "./atLine.ts";
import type { AtNetwork } from "./atNetwork.ts";
import type { AtSockets } from "./atSockets.ts";
import { POWER } from "./commands/power.ts";
import type { AtNotification } from "./commands/table.ts";
import type { AtFirmwareArea } from "./firmwareArea.ts";
import { firmwareResult } from "./firmwareResult.ts";
import { readFirmwareVersion } from "./identity.ts";
import { SimPin } from "./simPin.ts";
import { subscribe } from "./subscriptions.ts";
import { selectTechnology, type Technology } from "./technology.ts";

export interface AtPowerOptions {
  readonly line: AtLine;
  readonly clock: Clock;
  readonly network: AtNetwork;
  readonly firmware: AtFirmwareArea;
  readonly sockets: AtSockets | undefined;
  readonly notify: (notification: ModemNotification) => void;
  /** Of the SIM, where it asks for one. */
  readonly pin?: string | undefined;
  /** What the modem is set to already where this is absent. */
  readonly technology?: Technology | undefined;
}

/** An application starts within seconds; a firmware image that is applied meanwhile takes longer. */
const READY_TIMEOUT_MS = 120_000;

type FirmwareNews = Extract<AtNotification, { key: "xfota" }>["values"];

export class AtPower {
  /** A restart that was asked for is no failure. */
  restarting = false;
  readonly #options: AtPowerOptions;
  readonly #simPin: SimPin;
  #mode: FunctionalMode = "powerOff";
  /** False when the modem may have switched though its answer was lost. */
  #isCertain = true;
  /** AT+CFUN=0 ends subscriptions. */
  #subscribed = false;
  #uiccOn = false;
  #onApplication: ((isModemUp: boolean) => void) | undefined;
  /** What came of a firmware image, until the modem is set to work with it. */
  #firmwareNews: FirmwareNews | undefined;

  constructor(options: AtPowerOptions) {
    this.#options = options;
    this.#simPin = new SimPin(options.line, options.pin);
  }

  get mode(): FunctionalMode {
    return this.#mode;
  }

  /** Nothing has to be done for this mode. */
  isAlready(mode: FunctionalMode): boolean {
    return this.#isCertain && this.#mode === mode;
  }

  /** `#XFOTA` after a restart. */
  onFirmware(news: FirmwareNews): void {
    this.#firmwareNews = news;
  }

  /** Restarts the modem alone. It is switched off afterwards, and the notification of its mode is the caller's. */
  async restart(): Promise<ModemInitResult> {
    const { firmware } = this.#options;
    this.vanish("the modem was restarted");
    firmware.restarted();
    this.restarting = true;
    try {
      const outcome = await unlessRefused(this.#restartModem());
      if (outcome === undefined) await this.#restartApplication();
      else if (outcome.step !== "ok") {
        const { step, error = "no reason" } = outcome;
        throw new ModemError("fault", { detail: `AT#XMODEMRESET: the modem's ${step} failed with ${error}` });
      }
      return await this.#prepare();
    } finally {
      this.restarting = false;
    }
  }

  /** `Ready` or `INIT ERROR`: the application has started, with the modem or without it. */
  onApplication(isModemUp: boolean): void {
    this.#onApplication?.(isModemUp);
  }

  /** @param announce is called before the notification of the mode. */
  async switch(mode: FunctionalMode, announce = () => {}): Promise<void> {
    const { network, sockets, notify } = this.#options;
    if (mode !== "powerOff" && !this.#subscribed) await this.#subscribe();
    // The last words to a server leave before the radio goes off, whatever number of commands they take.
    if (mode !== "normal") await sockets?.sent();
    network.switching();
    try {
      await this.#set(mode);
    } catch (error) {
      this.#isCertain = isRefusal(error);
      network.switched(this.#mode === "normal");
      throw error;
    }
    this.#isCertain = true;
    if (mode !== "normal") {
      network.switched(false);
      sockets?.end("the radio is off");
    }
    this.#uiccOn = false;
    this.#subscribed = mode !== "powerOff";
    const isNew = this.#mode !== mode;
    this.#mode = mode;
    announce();
    if (isNew) notify({ kind: "functionalMode", mode });
    if (mode !== "normal") return;
    this.#firmwareNews = undefined;
    network.switched(true);
  }

  /** Without the radio the UICC is off until somebody needs it. */
  async powerUicc(): Promise<void> {
    if (this.#mode === "powerOff") throw new ModemError("notAllowed", { detail: "the UICC has no power" });
    if (this.#mode === "normal" || this.#uiccOn) return;
    await this.#unlockSim();
    this.#uiccOn = true;
  }

  /** After a failure what was set is set again. A modem that has gone on, because only its port was lost, is left alone. */
  async resume(): Promise<ModemInitResult> {
    const { line, network } = this.#options;
    const wanted = this.#mode;
    const running = await unlessRefused(line.execute(POWER.cfunRead));
    const hasGoneOn = running?.mode === "normal";
    const result = running === undefined ? await this.restart() : await this.#prepare({ keepsPdn: hasGoneOn });
    network.switching();
    if (running?.mode !== wanted) await this.#set(wanted);
    network.switched(wanted === "normal");
    await network.refresh();
    return result;
  }

  /** The network refuses the configured APN: the radio goes off and on, and nobody needs to know. */
  async attachWithoutApn(): Promise<void> {
    const { network } = this.#options;
    // A modem may have told the cause more than once meanwhile.
    if (this.#mode !== "normal" || network.isRegistered || !network.mayFallBack) return;
    try {
      network.switching();
      await this.#set("offline");
      await network.fallBack();
      // What came of going off is nobody's concern.
      network.switching();
      await this.#set("normal");
    } finally {
      network.switched(true);
    }
  }

  /** Nothing is left of what the modem did for others. */
  vanish(detail: string): void {
    this.#options.sockets?.lost(detail);
    this.#options.network.vanish();
    this.#subscribed = false;
    this.#uiccOn = false;
  }

  /** The modem is shut down, or nobody speaks with it any more. */
  off(detail: string): void {
    this.vanish(detail);
    this.#mode = "powerOff";
  }

  async #set(mode: FunctionalMode): Promise<void> {
    if (mode === "normal" && this.#simPin.isKnown) await this.#unlockSim();
    await this.#options.line.execute(POWER.cfunSet, { mode });
  }

  /** Without the radio, for which a locked SIM would be a failure. */
  async #unlockSim(): Promise<void> {
    await this.#options.line.execute(POWER.cfunSet, { mode: "uiccOn" });
    await this.#simPin.unlock();
  }

  /** An application that starts again instead of answering has restarted the modem with itself. */
  async #restartModem() {
    let isModemUp = false;
    this.#onApplication = (isUp) => {
      isModemUp = isUp;
    };
    try {
      return await this.#options.line.execute(POWER.xmodemreset);
    } catch (error) {
      if (isModemUp) return { step: "ok" } as const;
      throw error;
    } finally {
      this.#onApplication = undefined;
    }
  }

  /** An application that cannot restart the modem alone, as Serial LTE Modem could not at first, restarts with it. */
  async #restartApplication(): Promise<void> {
    const { line, clock } = this.#options;
    let timer: TimerId;
    const started = new Promise<boolean>((resolve, reject) => {
      this.#onApplication = resolve;
      const late = () =>
        reject(new ModemError("timeout", { detail: `no Ready after AT#XRESET, ${READY_TIMEOUT_MS} ms` }));
      timer = clock.setTimeout(late, READY_TIMEOUT_MS);
    });
    try {
      const [isModemUp] = await Promise.all([started, line.execute(POWER.xreset)]);
      if (!isModemUp) throw new ModemError("fault", { detail: "it did not start with its application (INIT ERROR)" });
    } finally {
      this.#onApplication = undefined;
      clock.clearTimeout(timer);
    }
  }

  /** What the modem tells, what it has forgotten, and what came of a firmware image. */
  async #prepare({ keepsPdn = false } = {}): Promise<ModemInitResult> {
    const { line, network, sockets, technology } = this.#options;
    await this.#subscribe();
    // Those of a host that was restarted, or has lost its line, among them.
    if (sockets !== undefined) await unlessRefused(sockets.closeAll());
    if (!keepsPdn) {
      if (technology !== undefined) await selectTechnology(line, technology);
      await network.restorePdn();
    }
    const firmwareVersion = await readFirmwareVersion(line);
    const updated = this.#firmwareNews && firmwareResult(this.#firmwareNews, firmwareVersion);
    return updated ?? { kind: "ok", firmwareVersion };
  }

  async #subscribe(): Promise<void> {
    await subscribe(this.#options.line);
    this.#subscribed = true;
  }
}
