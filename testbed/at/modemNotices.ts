/** What the modem does by itself, told to the host as far as it has subscribed to it. */
import type { SimulatedModem } from "../../modem/index.ts";
import type { CellInfo, ModemDomainEvent, ModemNotification } from "../../ports/modem.ts";
import { type SimState, simState, stateOf } from "./commands/sim.ts";
import { signalIndices } from "./commands/telemetry.ts";
import type { ModemSettings } from "./modemSettings.ts";
import type { PdnContexts } from "./pdnContexts.ts";
import { isRegistered, registrationValues } from "./registrationFields.ts";
import type { SmsClient } from "./smsClient.ts";
import type { Notify } from "./unit.ts";

const DOMAIN_WORDS: Readonly<Record<ModemDomainEvent, string>> = {
  overheated: "ME OVERHEATED",
  batteryLow: "ME BATTERY LOW",
  resetLoop: "RESET LOOP",
};
/** `+CGEV: ME PDN ACT 0,<reason>`: only IPv4, or only IPv6, was to be had. */
const IPV4_ONLY = 0;
const IPV6_ONLY = 1;
/** Levels of %CESQ: bounds of RSRP in 20 dB steps and RSRQ in 6 dB steps. */
const CESQ_LEVELS = { rsrp: [20, 40, 60, 80], rsrq: [7, 14, 21, 28] };

export interface NoticeSources {
  readonly modem: SimulatedModem;
  readonly settings: ModemSettings;
  readonly contexts: PdnContexts;
  readonly sms: SmsClient;
  readonly notify: Notify;
}

export class ModemNotices {
  readonly #sources: NoticeSources;
  /** Domain events that nobody has heard. */
  readonly #untold = new Set<ModemDomainEvent>();
  /** What asks the modem first is told in its turn. */
  #last: Promise<void> = Promise.resolve();
  #connected = false;
  /** What %XSIM has told last; nothing since the UICC had no power. */
  #sim: SimState | undefined;
  rejectCause: number | undefined;

  constructor(sources: NoticeSources) {
    this.#sources = sources;
  }

  take(notification: ModemNotification): void {
    if (notification.kind === "shutdown") this.#untold.clear();
    if (notification.kind === "registration") this.rejectCause = notification.rejectCause;
    if (notification.kind === "pdn") this.#sources.contexts.defaultChanged(notification.state === "active");
    this.#last = this.#last.then(() => this.#tell(notification)).catch(() => {});
  }

  /** Somebody has pulled, put in, locked or unlocked the SIM. */
  simChanged(): void {
    this.#last = this.#last.then(() => this.#tellSim()).catch(() => {});
  }

  tellDomainEvents(): void {
    const events = [...this.#untold];
    this.#untold.clear();
    for (const event of events) this.#tellDomain(event);
  }

  async #tell(notification: ModemNotification): Promise<void> {
    switch (notification.kind) {
      case "registration":
        await this.#tellRegistration(notification);
        return;
      case "pdn":
        await this.#tellPdn(notification.state === "active");
        return;
      case "domain":
        this.#tellDomain(notification.event);
        return;
      case "sms":
        this.#sources.sms.deliver(notification.from, notification.payload);
        return;
      case "functionalMode":
        await this.#tellSim();
        return;
      default:
        return;
    }
  }

  async #tellRegistration({ status, rejectCause }: ModemNotification & { kind: "registration" }): Promise<void> {
    const { modem, settings, notify } = this.#sources;
    const { cereg, cscon, xtime, cesq } = settings.subscriptions;
    const registered = status === "home" || status === "roaming";
    const cell = registered ? await cellOf(modem) : undefined;
    if (cereg > 0) notify("cereg", registrationValues(cereg, status, { cell, rejectCause }));
    if (registered !== this.#connected && cscon > 0) notify("cscon", { mode: registered ? 1 : 0 });
    this.#connected = registered;
    if (rejectCause !== undefined && settings.tells("emm")) notify("cnecEmm", { cause: rejectCause });
    if (status === "uiccFailure") await this.#tellSim();
    if (!registered || !isRegistered(modem)) return;
    if (xtime === 1)
      notify("xtime", { timeZone: "00", utc: serviceCentreTime(await modem.networkTime()), daylightSaving: "00" });
    if (cesq === 1) notify("cesq", await signalLevels(modem));
  }

  async #tellSim(): Promise<void> {
    const { modem, settings, notify } = this.#sources;
    const state = modem.functionalMode === "powerOff" ? undefined : await stateOf(modem);
    const isNews = state !== this.#sim;
    this.#sim = state;
    if (isNews && state !== undefined && settings.subscriptions.xsim === 1) notify("xsim", simState(state));
  }

  async #tellPdn(active: boolean): Promise<void> {
    const { contexts, settings, notify } = this.#sources;
    if (settings.subscriptions.cgerep !== 1) return;
    const addresses = active ? ((await contexts.info(0))?.addresses ?? []) : [];
    const families = new Set(addresses.map((address) => address.includes(":")));
    const reason = families.size === 1 ? [String(families.has(true) ? IPV6_ONLY : IPV4_ONLY)] : [];
    notify("cgev", { event: { words: active ? "ME PDN ACT" : "ME PDN DEACT", numbers: [0] }, more: reason });
  }

  #tellDomain(event: ModemDomainEvent): void {
    const { settings, notify } = this.#sources;
    if (settings.subscriptions.mdmev > 0) notify("mdmev", { event: { words: DOMAIN_WORDS[event], numbers: [] } });
    else this.#untold.add(event);
  }
}

/** Undefined when the modem has lost it again. */
async function cellOf(modem: SimulatedModem): Promise<CellInfo | undefined> {
  return modem.cell().catch(() => undefined);
}

async function signalLevels(modem: SimulatedModem) {
  const { rsrp, rsrq } = signalIndices(await modem.signal());
  const level = (value: number, bounds: readonly number[]) => bounds.filter((bound) => value >= bound).length;
  return {
    rsrp,
    rsrpLevel: level(rsrp, CESQ_LEVELS.rsrp),
    rsrq,
    rsrqLevel: level(rsrq, CESQ_LEVELS.rsrq),
  };
}

/** 3GPP TS 23.040 §9.2.3.11: two digits an octet, swapped; the last octet is the time zone. */
function serviceCentreTime(timeMs: number): string {
  const digits = new Date(timeMs).toISOString().replace(/\D/g, "").slice(2, 14);
  return `${digits}00`.replace(/(.)(.)/g, "$2$1");
}
