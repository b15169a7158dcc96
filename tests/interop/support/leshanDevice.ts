/** A whole carrier with its simulated modem, on real UDP and real time, and what Leshan is to know of it. */
import { waitFor } from "xstate";
import type { CarrierEventMessage } from "../../../carrier/application.ts";
import { SystemClock } from "../../../carrier/clock/systemClock.ts";
import { type Carrier, createCarrier } from "../../../carrier/createCarrier.ts";
import type { CarrierOptions } from "../../../carrier/options.ts";
import { systemRandom } from "../../../carrier/random.ts";
import { createSimulatedModem } from "../../../modem/index.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { AccountSecurity, ServerProvision } from "../../../services/lwm2m/device/provision.ts";
import { createMemoryStorage } from "../../../services/store/memoryStorage.ts";
import { createTrace } from "../../../trace/trace.ts";
import { keep } from "./keep.ts";
import { patiently } from "./patience.ts";

export const ENDPOINT = "leshan-device";
export const SERVER_ID = 123;
export const LIFETIME_SECONDS = 300;

/** Loopback loses nothing: what is not answered at once will not be. */
const QUICK = { initialMs: 500, maxMs: 2_000, max: 6 };

export class LeshanTestDevice {
  readonly carrier: Carrier;
  readonly records: TraceRecord[] = [];
  /** Events that nobody waited for so far. */
  readonly #events: CarrierEventMessage[] = [];
  #watchers: (() => void)[] = [];

  constructor(options: Partial<CarrierOptions>) {
    const clock = options.clock ?? new SystemClock();
    const storage = options.storage ?? createMemoryStorage();
    const sink = (record: TraceRecord) => {
      this.records.push(record);
      this.#look();
    };
    const trace = createTrace({ clock, device: ENDPOINT, sink });
    const modem = createSimulatedModem({ clock, random: systemRandom(), storage, timing: "instant", trace });
    const { dtls, ...rest } = options;
    this.carrier = createCarrier({
      ...{ endpoint: ENDPOINT, clock, storage, modem, trace },
      dtls: { retransmission: QUICK, ...dtls },
      ...rest,
    });
    this.carrier.onEvent((event) => {
      this.#events.push(event);
      this.#look();
    });
  }

  /** Resolves with the first record that matches, of those so far or to come. */
  record(what: string, matches: (record: TraceRecord) => boolean): Promise<TraceRecord> {
    return this.#first(what, () => this.records.find(matches));
  }

  /** Resolves with the first event of this meaning that no wait before had, of those so far or to come. */
  event(type: CarrierEventMessage["meaning"]["type"]): Promise<CarrierEventMessage> {
    return this.#first(`the event ${type}`, () => {
      const at = this.#events.findIndex(({ meaning }) => meaning.type === type);
      return at < 0 ? undefined : this.#events.splice(at, 1)[0];
    });
  }

  /** Events that nobody waited for do not count from now on. */
  forgetEvents(): void {
    this.#events.length = 0;
  }

  /** The network is gone until `linkUp` is requested. */
  async goOffline(): Promise<void> {
    this.carrier.request("linkDown");
    const offline = waitFor(this.carrier.actor, (snapshot) => snapshot.hasTag("linkDown"));
    await patiently(offline, () => `the link to go down; the last of it: ${this.#lastLines}`);
  }

  /** What the DTLS sessions agreed on, in order. */
  get sessions(): TraceRecord[] {
    return this.records.filter(({ kind, phase }) => kind === "dtls" && phase === "connected");
  }

  /** Without a word to the server. */
  close(): Promise<void> {
    return this.carrier.cutPower();
  }

  #first<Found>(what: string, find: () => Found | undefined): Promise<Found> {
    const coming = new Promise<Found>((resolve) => {
      const watch = () => {
        const found = find();
        if (found === undefined) return;
        this.#watchers = this.#watchers.filter((other) => other !== watch);
        resolve(found);
      };
      this.#watchers.push(watch);
      watch();
    });
    return patiently(coming, () => `${what}; the last of it: ${this.#lastLines}`);
  }

  #look(): void {
    for (const watch of this.#watchers) watch();
  }

  get #lastLines(): string {
    return this.records
      .slice(-30)
      .map((record) => JSON.stringify(record))
      .join("\n  ");
  }
}

/** Starts it; it ends with the test. */
export function startDevice(options: Partial<CarrierOptions>): LeshanTestDevice {
  const device = keep(new LeshanTestDevice(options));
  device.carrier.start();
  return device;
}

/** The account of a Leshan server on this machine. */
export function account(
  uri: string,
  security: AccountSecurity = { mode: "none" },
  more: Partial<ServerProvision> = {},
): ServerProvision {
  return { uri, security, shortServerId: SERVER_ID, lifetimeSeconds: LIFETIME_SECONDS, ...more };
}
