/** The one client to which a modem hands short messages: each is acknowledged before the next (3GPP TS 27.005 §3.4). */
import { encodeSmsDeliver, SmsPduError, tpduLength } from "../../modem/at/smsPdu.ts";
import { ModemError } from "../../modem/index.ts";
import type { Clock, TimerId } from "../../ports/clock.ts";
import type { SmsRouting } from "./modemSettings.ts";
import type { Notify } from "./unit.ts";

/** How long a client may take to acknowledge; then the modem drops it. */
export const ACKNOWLEDGE_MS = 20_000;
/** `+CMS ERROR: 524`: the client was dropped. */
const CLIENT_DROPPED = 524;
const MAX_WAITING = 16;
const NO_ROUTING: SmsRouting = [0, 0, 0, 0, 1];

export class SmsClient {
  readonly #clock: Clock;
  readonly #notify: Notify;
  #routing: SmsRouting = NO_ROUTING;
  /** The first of them has been handed over. */
  #waiting: { readonly from: string; readonly payload: Uint8Array }[] = [];
  #unacknowledged = false;
  #timer: TimerId;
  /** Since the modem has started. */
  received = 0;

  constructor(clock: Clock, notify: Notify) {
    this.#clock = clock;
    this.#notify = notify;
  }

  get routing(): SmsRouting {
    return this.#routing;
  }

  /** AT+CNMI. There is one client: whoever is there has to leave first. */
  route(routing: SmsRouting): void {
    const isRegistration = routing[0] !== 0;
    if (isRegistration && this.#isRegistered) {
      throw new ModemError("notAllowed", { detail: "an SMS client is registered already" });
    }
    this.#routing = routing;
    if (!isRegistration) this.#drop();
  }

  /** A message has arrived; without a client it is lost. */
  deliver(from: string, payload: Uint8Array): void {
    if (!this.#isRegistered || this.#waiting.length >= MAX_WAITING) return;
    this.received++;
    this.#waiting.push({ from, payload });
    if (!this.#unacknowledged) this.#handOver();
  }

  /** AT+CNMA=1. */
  acknowledge(): void {
    if (!this.#unacknowledged)
      throw new ModemError("notAllowed", { detail: "no message waits for an acknowledgement" });
    this.#stop();
    this.#waiting.shift();
    this.#handOver();
  }

  /** The modem was restarted. */
  forget(): void {
    this.#routing = NO_ROUTING;
    this.received = 0;
    this.#drop();
  }

  get #isRegistered(): boolean {
    return this.#routing[0] !== 0;
  }

  #handOver(): void {
    const message = this.#waiting[0];
    if (message === undefined) return;
    let pdu: string;
    try {
      pdu = encodeSmsDeliver(message.from, message.payload, new Date(this.#clock.wall()));
    } catch (error) {
      if (!(error instanceof SmsPduError)) throw error;
      // No network carries it.
      this.#waiting.shift();
      this.#handOver();
      return;
    }
    this.#unacknowledged = true;
    this.#timer = this.#clock.setTimeout(() => {
      this.#routing = NO_ROUTING;
      this.#drop();
      this.#notify("cmsError", { number: CLIENT_DROPPED });
    }, ACKNOWLEDGE_MS);
    // Last: the acknowledgement may come at once.
    this.#notify("cmt", { from: message.from, length: tpduLength(pdu), data: new TextEncoder().encode(pdu) });
  }

  #drop(): void {
    this.#stop();
    this.#waiting = [];
  }

  #stop(): void {
    this.#unacknowledged = false;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
