/**
 * Registration and the default PDN (3GPP TS 27.007 §10.1.22 +CEREG, §10.1.19 +CGEREP, §10.1.2 +CGDCONT), with the
 * causes that the network gives. Where it refuses the configured APN, its own default takes that one's place.
 */
import { isIP } from "node:net";
import type { Clock, TimerId } from "../../ports/clock.ts";
import type { ModemNotification, PdnInfo, RegistrationStatus } from "../../ports/modem.ts";
import { isModemError, ModemError } from "../modemError.ts";
import { checkPdnOptions, type PdnOptions } from "../pdnOptions.ts";
import { type AtLine, isRefusal } from "./atLine.ts";
import { PDN } from "./commands/pdn.ts";
import { REGISTRATION } from "./commands/registration.ts";
import type { AtNotification } from "./commands/table.ts";

/** The default PDN's context identifier. */
const DEFAULT_CID = 0;
/** The cell identity of a modem that has lost its cell: it is registered nowhere. */
const NO_CELL = 0xffff_ffff;
const ENDS_PDN: ReadonlySet<RegistrationStatus> = new Set(["notRegistered", "denied", "uiccFailure"]);
/** +CEREG <cause_type>: the cause is one of EMM. */
const EMM_CAUSE = 0;
/** How long the ESM cause may come after the refusal. */
const ESM_CAUSE_WAIT_MS = 1_000;
/** How often a modem that searches is asked, in case its notification was lost on the line. */
const ASK_INTERVAL_MS = 30_000;

/** ESM causes that another APN may not have: barred, unknown APN, unknown type, not subscribed (TS 24.301 §9.9.4.4). */
const APN_CAUSES: ReadonlySet<number> = new Set([8, 27, 28, 33]);

type CeregValues = Extract<AtNotification, { key: "cereg" }>["values"];
type CgevValues = Extract<AtNotification, { key: "cgev" }>["values"];

export interface NetworkOptions {
  readonly line: AtLine;
  readonly clock: Clock;
  readonly notify: (notification: ModemNotification) => void;
  /** The network has refused the configured APN at the attachment: the radio has to go off and on without it. */
  readonly onApnRefused: () => void;
}

export class AtNetwork {
  readonly #options: NetworkOptions;
  #registration: RegistrationStatus = "notRegistered";
  #pdnActive = false;
  #info: PdnInfo | undefined;
  #radioOn = false;
  /** What came while the radio was being switched; told after it. */
  #held: (() => void)[] | undefined;
  #configured: PdnOptions | undefined;
  /** The configured APN was refused: the network's default is used until another is configured. */
  #fallenBack = false;
  #emmCause: number | undefined;
  #esmCause: number | undefined;
  #esmAwaited: (() => void) | undefined;
  #timer: TimerId;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  get registration(): RegistrationStatus {
    return this.#registration;
  }

  get isRegistered(): boolean {
    return this.#registration === "home" || this.#registration === "roaming";
  }

  /** The radio is about to be switched: what the modem says meanwhile waits for `switched`. */
  switching(): void {
    this.#held = [];
  }

  /** The radio has been switched, or could not be. */
  switched(radioOn: boolean): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    if (this.#radioOn && !radioOn) this.vanish();
    this.#radioOn = radioOn;
    this.#emmCause = undefined;
    this.#esmCause = undefined;
    if (!radioOn) return;
    for (const work of held) work();
    this.#askLater();
  }

  /** The radio is off, or the modem gone. */
  vanish(): void {
    this.#radioOn = false;
    this.#held = undefined;
    this.#stopTimer();
    this.#setPdn(false);
    this.#setRegistration("notRegistered");
  }

  onNotification(notification: AtNotification): void {
    switch (notification.key) {
      case "cereg":
        this.#whenOn(() => this.#onCereg(notification.values));
        break;
      case "cgev":
        this.#whenOn(() => this.#onCgev(notification.values));
        break;
      case "cnecEmm":
        this.#emmCause = notification.values.cause;
        break;
      case "cnecEsm":
        if ((notification.values.cid ?? DEFAULT_CID) === DEFAULT_CID) this.#onEsmCause(notification.values.cause);
        break;
      default:
    }
  }

  /** What the modem says when it is asked, after its line was lost for a while. */
  async refresh(): Promise<void> {
    if (!this.#radioOn) return;
    const registration = await this.#options.line.execute(REGISTRATION.ceregRead);
    this.#whenOn(() => this.#onCereg(registration));
    if (!this.isRegistered) return;
    const active = await this.#isPdnActive();
    this.#whenOn(() => this.#setPdn(active));
  }

  async configurePdn(options: PdnOptions): Promise<void> {
    checkPdnOptions(options);
    const before = this.#configured ?? {};
    if (before.apn === options.apn && before.type === options.type) return;
    if (this.#pdnActive) throw new ModemError("notAllowed", { detail: "the PDN is active" });
    await this.#define(options);
    this.#configured = options;
    this.#fallenBack = false;
  }

  /** Tells the modem again, which has forgotten it when it restarted. */
  async restorePdn(): Promise<void> {
    if (this.#configured === undefined) return;
    const { apn: _, ...withoutApn } = this.#configured;
    await this.#define(this.#fallenBack ? withoutApn : this.#configured);
  }

  async activatePdn(): Promise<PdnInfo> {
    if (!this.isRegistered) throw new ModemError("notAllowed", { detail: "the modem is not registered" });
    if (!(await this.#isPdnActive())) {
      try {
        await this.#activate();
      } catch (error) {
        if (!isModemError(error) || error.code !== "pdnRefused" || !(await this.fallBack())) throw error;
        await this.#activate();
      }
    }
    if (this.isRegistered) this.#setPdn(true);
    const info = this.#info ?? (await this.#readPdn());
    // It holds until the modem says that something has changed.
    if (this.#pdnActive) this.#info = info;
    return info;
  }

  /** There is a configured APN to do without. */
  get mayFallBack(): boolean {
    return this.#configured?.apn !== undefined && !this.#fallenBack;
  }

  /** Defines the default PDN without the configured APN; false when there is none to do without. */
  async fallBack(): Promise<boolean> {
    if (!this.mayFallBack) return false;
    this.#fallenBack = true;
    await this.restorePdn();
    return true;
  }

  async #define({ apn, type = "ipv4v6" }: PdnOptions): Promise<void> {
    await this.#options.line.execute(PDN.cgdcontSet, { cid: DEFAULT_CID, type, ...(apn !== undefined && { apn }) });
  }

  async #activate(): Promise<void> {
    this.#esmCause = undefined;
    try {
      await this.#options.line.execute(PDN.cgactSet, { state: 1, cid: DEFAULT_CID });
    } catch (cause) {
      if (!isRefusal(cause)) throw cause;
      const rejectCause = await this.#awaitEsmCause();
      throw new ModemError("pdnRefused", { ...(rejectCause !== undefined && { rejectCause }), cause });
    }
  }

  async #isPdnActive(): Promise<boolean> {
    const contexts = await this.#options.line.execute(PDN.cgactRead, {});
    return contexts.some(({ cid, state }) => cid === DEFAULT_CID && state === 1);
  }

  async #readPdn(): Promise<PdnInfo> {
    const { line } = this.#options;
    const defined = (await line.execute(PDN.cgdcontRead, {})).find(({ cid }) => cid === DEFAULT_CID);
    const dynamic = await line.execute(PDN.cgcontrdp, { cid: DEFAULT_CID });
    const dnsServers = dynamic.flatMap(({ primaryDns, secondaryDns }) => [primaryDns, secondaryDns]);
    const mtu = dynamic.find((each) => each.mtu !== undefined && each.mtu > 0)?.mtu;
    return {
      apn: defined?.apn || dynamic.find(({ apn }) => apn !== undefined && apn !== "")?.apn || "",
      addresses: (defined?.address ?? "").split(" ").filter(isAddress),
      dnsServers: dnsServers.filter(isAddress),
      ...(mtu !== undefined && { mtu }),
    };
  }

  #onCereg({ status, cellId, causeType, rejectCause }: Partial<CeregValues>): void {
    if (status === undefined) return;
    const hasLostCell = (status === "home" || status === "roaming") && cellId === NO_CELL;
    if (ENDS_PDN.has(status)) this.#setPdn(false);
    const isEmmCause = (causeType ?? EMM_CAUSE) === EMM_CAUSE;
    const cause = status === "denied" && isEmmCause ? (rejectCause ?? this.#emmCause) : undefined;
    this.#setRegistration(hasLostCell ? "unknown" : status, cause);
  }

  #onCgev({ event: { words, numbers } }: CgevValues): void {
    this.#info = undefined;
    const [cid] = numbers;
    if (words === "ME PDN ACT" && cid === DEFAULT_CID) this.#setPdn(true);
    if ((words === "ME PDN DEACT" || words === "NW PDN DEACT") && cid === DEFAULT_CID) this.#setPdn(false);
    if (words === "ME DETACH" || words === "NW DETACH") this.#setPdn(false);
  }

  #onEsmCause(cause: number): void {
    this.#esmCause = cause;
    this.#esmAwaited?.();
    if (this.#radioOn && !this.isRegistered && this.mayFallBack && APN_CAUSES.has(cause)) this.#options.onApnRefused();
  }

  /** It may stand after the refusal on the line. */
  #awaitEsmCause(): Promise<number | undefined> {
    if (this.#esmCause !== undefined) return Promise.resolve(this.#esmCause);
    return new Promise((resolve) => {
      const end = () => {
        this.#options.clock.clearTimeout(timer);
        this.#esmAwaited = undefined;
        resolve(this.#esmCause);
      };
      const timer = this.#options.clock.setTimeout(end, ESM_CAUSE_WAIT_MS);
      this.#esmAwaited = end;
    });
  }

  #whenOn(work: () => void): void {
    if (this.#held !== undefined) this.#held.push(work);
    else if (this.#radioOn) work();
  }

  #setRegistration(status: RegistrationStatus, rejectCause?: number): void {
    if (this.#registration === status) return;
    this.#registration = status;
    if (status === "searching") this.#emmCause = undefined;
    this.#options.notify({ kind: "registration", status, ...(rejectCause !== undefined && { rejectCause }) });
    this.#askLater();
  }

  #setPdn(active: boolean): void {
    if (this.#pdnActive === active) return;
    this.#pdnActive = active;
    this.#info = undefined;
    this.#options.notify({ kind: "pdn", state: active ? "active" : "inactive" });
  }

  /** Only while it searches: a notification that was lost on the line is not missed for ever. */
  #askLater(): void {
    this.#stopTimer();
    if (!this.#radioOn || this.isRegistered) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.refresh().then(
        () => this.#askLater(),
        () => this.#askLater(),
      );
    }, ASK_INTERVAL_MS);
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function isAddress(text: string | undefined): text is string {
  return text !== undefined && isIP(text) !== 0;
}
