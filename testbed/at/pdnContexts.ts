/**
 * Packet data contexts by number. 0 is the default one, which the modem activates when it registers; the others share
 * its addresses while they are active.
 */
import { ModemError, type SimulatedModem } from "../../modem/index.ts";
import type { PdnInfo, PdnType } from "../../ports/modem.ts";
import { isRegistered } from "./registrationFields.ts";

export interface PdnContext {
  readonly type: PdnType;
  readonly apn: string;
}

export const DEFAULT_CID = 0;
const MOST_CID = 10;

export class PdnContexts {
  readonly #modem: SimulatedModem;
  readonly #defined = new Map<number, PdnContext>([[DEFAULT_CID, { type: "ipv4v6", apn: "" }]]);
  readonly #active = new Set<number>();

  constructor(modem: SimulatedModem) {
    this.#modem = modem;
  }

  /** Lowest first. */
  get all(): readonly (readonly [cid: number, context: PdnContext])[] {
    return [...this.#defined].sort(([a], [b]) => a - b);
  }

  isActive(cid: number): boolean {
    return this.#active.has(cid);
  }

  /** The next free number (AT%XNEWCID?). */
  allocate(): number {
    for (let cid = DEFAULT_CID + 1; cid <= MOST_CID; cid++) {
      if (this.#defined.has(cid)) continue;
      this.#defined.set(cid, { type: "ipv4v6", apn: "" });
      return cid;
    }
    throw new ModemError("memoryFull", { detail: "every packet data context is in use" });
  }

  async define(cid: number, context: Partial<PdnContext>): Promise<void> {
    const { type = "ipv4v6", apn = "" } = context;
    if (this.isActive(cid)) throw new ModemError("notAllowed", { detail: `context ${cid} is active` });
    if (cid === DEFAULT_CID) await this.#modem.configurePdn({ type, ...(apn !== "" && { apn }) });
    this.#defined.set(cid, { type, apn });
  }

  /** The default context goes back to what the network offers. */
  async remove(cid: number): Promise<void> {
    if (this.isActive(cid)) throw new ModemError("notAllowed", { detail: `context ${cid} is active` });
    if (cid !== DEFAULT_CID) this.#defined.delete(cid);
    else await this.define(cid, {});
  }

  /** True where it was not active before. Rejects with `pdnRefused` and the ESM cause. */
  async activate(cid: number): Promise<boolean> {
    this.#known(cid);
    const isNew = !this.isActive(cid);
    await this.#modem.activatePdn();
    this.#active.add(cid);
    return isNew;
  }

  /** True where it was active. The default one goes with the registration alone. */
  deactivate(cid: number): boolean {
    this.#known(cid);
    if (cid === DEFAULT_CID && this.isActive(cid)) {
      throw new ModemError("notAllowed", { detail: "the default context ends with the registration" });
    }
    return this.#active.delete(cid);
  }

  /** Undefined while it is not active. */
  async info(cid: number): Promise<PdnInfo | undefined> {
    const context = this.#known(cid);
    if (!this.isActive(cid) || !isRegistered(this.#modem)) return undefined;
    const info = await this.#modem.activatePdn();
    return cid === DEFAULT_CID || context.apn === "" ? info : { ...info, apn: context.apn };
  }

  /** A modem that was restarted has its default context alone. */
  forget(): void {
    for (const cid of this.#defined.keys()) if (cid !== DEFAULT_CID) this.#defined.delete(cid);
    this.#active.clear();
  }

  /** The modem says so of its default context; the others go down with it. */
  defaultChanged(active: boolean): void {
    if (active) this.#active.add(DEFAULT_CID);
    else this.#active.clear();
  }

  #known(cid: number): PdnContext {
    const context = this.#defined.get(cid);
    if (context === undefined) throw new ModemError("incorrectParameters", { detail: `context ${cid} is not defined` });
    return context;
  }
}
