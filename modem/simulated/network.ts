/**
 * Registration and the default PDN (3GPP TS 27.007 §10.1.22 +CEREG, §10.1.19 +CGEREP).
 *
 *   notRegistered --normal--> searching --> home | roaming | denied
 *                     └─────> uiccFailure
 *   any --offline, powerOff, shutdown--> notRegistered
 */
import type { TimerId } from "../../ports/clock.ts";
import type { PdnInfo, RegistrationStatus } from "../../ports/modem.ts";
import { ModemError } from "../modemError.ts";
import { checkPdnOptions, type PdnOptions } from "../pdnOptions.ts";
import { pdnOf, simOf } from "./environment.ts";
import type { ModemFaultName } from "./faults.ts";
import type { ModemCore } from "./modemCore.ts";
import type { TimingName } from "./timing.ts";

/** After a reset loop the modem does not attach for half an hour. */
const RESET_LOOP_MS = 30 * 60_000;

/** Faults that keep a modem from registering: when one is cleared it tries again. */
const REGISTRATION_FAULTS: ReadonlySet<ModemFaultName> = new Set([
  "noSim",
  "simLocked",
  "attachTimesOut",
  "registrationDenied",
  "registrationLost",
  "resetLoop",
]);

export class SimulatedNetwork {
  readonly #core: ModemCore;
  #registration: RegistrationStatus = "notRegistered";
  #pdnActive = false;
  /** The network has told the time since the last start. */
  #timeKnown = false;
  #timer: TimerId;
  /** On the monotonic clock. */
  #restrictedUntil = 0;

  constructor(core: ModemCore) {
    this.#core = core;
  }

  get registration(): RegistrationStatus {
    return this.#registration;
  }

  get timeKnown(): boolean {
    return this.#timeKnown;
  }

  get isRegistered(): boolean {
    return this.#registration === "home" || this.#registration === "roaming";
  }

  /** The radio is on: search, unless the modem may not yet. */
  attach(): void {
    const restrictedMs = this.#restrictedUntil - this.#core.options.clock.now();
    if (restrictedMs > 0) this.#in(restrictedMs, () => this.#search());
    else this.#search();
  }

  /** The radio goes off. */
  detach(): void {
    this.#stopTimer();
    this.#setPdn(false);
    this.#setRegistration("notRegistered");
  }

  /** The modem is gone without a word. */
  vanish(): void {
    this.#stopTimer();
    this.#pdnActive = false;
    this.#registration = "notRegistered";
    this.#timeKnown = false;
    this.#restrictedUntil = 0;
  }

  restrictAttach(): void {
    this.#restrictedUntil = this.#core.options.clock.now() + RESET_LOOP_MS;
  }

  faultInjected(name: ModemFaultName): void {
    if (this.#core.mode !== "normal") return;
    if (name === "registrationLost" && this.isRegistered) this.#lose();
    if (name === "noSim" && this.#core.faults.strike("noSim") !== undefined) this.#failUicc();
  }

  faultCleared(name: ModemFaultName): void {
    if (name === "resetLoop") this.#restrictedUntil = 0;
    if (this.#core.mode !== "normal" || this.isRegistered || !REGISTRATION_FAULTS.has(name)) return;
    this.#stopTimer();
    this.attach();
  }

  async configurePdn(options: PdnOptions): Promise<void> {
    checkPdnOptions(options);
    const { apn, type } = options;
    const { apn: apnBefore, pdnType: typeBefore, ...rest } = this.#core.state;
    if (apn === apnBefore && type === typeBefore) return;
    if (this.#pdnActive) throw new ModemError("notAllowed", { detail: "the PDN is active" });
    await this.#core.save({ ...rest, ...(apn !== undefined && { apn }), ...(type !== undefined && { pdnType: type }) });
  }

  activatePdn(): PdnInfo {
    if (!this.isRegistered) throw new ModemError("notAllowed", { detail: "the modem is not registered" });
    if (!this.#pdnActive) {
      const refused = this.#isPdnRefused ? this.#core.faults.strike("pdnRefused") : undefined;
      if (refused !== undefined) throw new ModemError("pdnRefused", { rejectCause: refused.cause });
      this.#setPdn(true);
    }
    const { seed, apn, pdnType = "ipv4v6" } = this.#core.state;
    return pdnOf(seed, this.#core.operator, apn, pdnType);
  }

  get #isPdnRefused(): boolean {
    const refused = this.#core.faults.peek("pdnRefused");
    return refused !== undefined && (refused.apn ?? this.#core.state.apn) === this.#core.state.apn;
  }

  #search(): void {
    const { faults, options } = this.#core;
    const isSimMissing = faults.strike("noSim") !== undefined || options.sim?.present === false;
    if (isSimMissing || faults.strike("simLocked") !== undefined) {
      this.#failUicc();
      return;
    }
    this.#setRegistration("searching");
    if (faults.strike("attachTimesOut") === undefined) this.#after("attach", () => this.#arrive());
  }

  /** The network has answered. The default PDN comes up with the registration, as in LTE. */
  #arrive(): void {
    const { faults, operator, options, state } = this.#core;
    const denied = faults.strike("registrationDenied");
    if (denied !== undefined) {
      this.#setRegistration("denied", denied.cause);
      return;
    }
    const home = (options.sim ?? simOf(state.seed, operator)).operator ?? operator.plmn;
    this.#timeKnown = true;
    this.#setRegistration(home === operator.plmn ? "home" : "roaming");
    // A listener may have taken the radio away meanwhile.
    if (this.isRegistered && !this.#isPdnRefused) this.#setPdn(true);
    if (this.isRegistered && faults.peek("registrationLost") !== undefined) this.#after("attach", () => this.#lose());
  }

  #lose(): void {
    this.#core.faults.strike("registrationLost");
    this.#setPdn(false);
    this.#setRegistration("searching");
    if (this.#core.faults.peek("registrationLost") === undefined) this.#after("reattach", () => this.#arrive());
  }

  #failUicc(): void {
    this.#stopTimer();
    this.#setPdn(false);
    this.#setRegistration("uiccFailure");
  }

  #setRegistration(status: RegistrationStatus, rejectCause?: number): void {
    if (this.#registration === status) return;
    this.#registration = status;
    this.#core.notify({ kind: "registration", status, ...(rejectCause !== undefined && { rejectCause }) });
  }

  #setPdn(active: boolean): void {
    if (this.#pdnActive === active) return;
    this.#pdnActive = active;
    this.#core.notify({ kind: "pdn", state: active ? "active" : "inactive" });
  }

  #after(timing: TimingName, work: () => void): void {
    this.#in(this.#core.delayMs(timing), work);
  }

  #in(delayMs: number, work: () => void): void {
    this.#stopTimer();
    this.#timer = this.#core.options.clock.setTimeout(() => {
      this.#timer = undefined;
      work();
    }, delayMs);
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#core.options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
