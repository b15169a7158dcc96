/** The carrier as a function: start it, hear its events, ask it for things, stop it. */
import { type Actor, createActor, getNextTransitions, type SnapshotFrom } from "xstate";
import type { carrierMachine } from "../machines/carrier.ts";
import type { RequestEvent } from "../machines/carrierModel.ts";
import type { RequestName } from "../machines/edition.ts";
import { ERRNO } from "../machines/semanticEvent.ts";
import type { Clock } from "../ports/clock.ts";
import type { Modem } from "../ports/modem.ts";
import type { DeviceValues } from "../services/lwm2m/device/deviceValues.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import type { CarrierEventMessage } from "./application.ts";
import { reportMistake } from "./applicationMistake.ts";
import { createCarrierMachine } from "./createCarrierMachine.ts";
import { DataSend } from "./dataSend.ts";
import type { CarrierInspection } from "./inspection/inspection.ts";
import type { CarrierOptions } from "./options.ts";

/** `LWM2M_CARRIER_REQUEST_*`, by number. */
export const REQUESTS = [
  "reboot",
  "linkUp",
  "linkDown",
  "register",
  "deregister",
] as const satisfies readonly RequestName[];
/** Not every carrier profile lets the application decide. */
const REGISTRATION_REQUESTS: ReadonlySet<RequestName> = new Set(["register", "deregister"]);
const REQUEST_WORDS: Readonly<Record<RequestName, string>> = {
  reboot: "REBOOT",
  linkUp: "LINK_UP",
  linkDown: "LINK_DOWN",
  register: "REGISTER",
  deregister: "DEREGISTER",
};

export interface Carrier {
  start(): void;
  /** Deregisters, powers the modem off and lets go of everything. */
  stop(): Promise<void>;
  /** The device starts again from what is stored: for an application that put a REBOOT off. */
  restart(): void;
  /** As if the supply had gone: nothing is said to anyone, nothing more is stored. A new carrier goes on from the store. */
  cutPower(): Promise<void>;
  /** `lwm2m_carrier_request()`: 0, or a negative errno (-EINVAL unknown, -EBADR not now, -EALREADY under way). */
  request(name: RequestName): number;
  /**
   * `lwm2m_carrier_data_send()`: tells what lies at these paths (`/19/0/0/0`, `/3/0`; 1 to 100 of them) to every server
   * that is registered with and has not muted it. Resolves with 0 when one of them took it, else with a negative errno:
   * -EINVAL no path or an edition without it, -ENOENT nothing there or no server registered with, -EPERM not readable,
   * -EINPROGRESS one is under way, -ECANCELED muted by all (1/x/23), -EIO not delivered. Never rejects.
   */
  send(paths: readonly string[]): Promise<number>;
  /**
   * Resolves at the next REGISTERED, at once when registered already. Rejects when the carrier is stopped before, or
   * cannot start: `cause` says what stands in the way, a store that cannot be read for example.
   */
  readonly registered: Promise<void>;
  /** Calls `listener` for every event; returns the function that ends it. */
  onEvent(listener: (event: CarrierEventMessage) => void): () => void;
  /** What the application says of its device: power, battery, memory, location and so on. */
  readonly values: DeviceValues;
  /** The device's objects and resources. */
  readonly objects: ObjectTree;
  readonly modem: Modem;
  readonly clock: Clock;
  /** Known after the modem has been initialised. */
  readonly endpoint: string;
  /** Where the charts are. */
  readonly snapshot: SnapshotFrom<typeof carrierMachine>;
  readonly actor: Actor<typeof carrierMachine>;
  /** What it lets be seen and done by whoever inspects it. */
  readonly inspection: CarrierInspection;
}

/** Throws `CarrierOptionError` for options that cannot be. */
export function createCarrier(options: CarrierOptions): Carrier {
  return new RunningCarrier(options);
}

class RunningCarrier implements Carrier {
  readonly actor: Actor<typeof carrierMachine>;
  readonly #parts: ReturnType<typeof createCarrierMachine>;
  readonly #dataSend: DataSend;
  #listeners: readonly ((event: CarrierEventMessage) => void)[] = [];
  #waiting: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  #started = false;
  #ended = false;

  constructor(options: CarrierOptions) {
    this.#parts = createCarrierMachine({
      ...options,
      onEvent: (event) => this.#onEvent(event),
    });
    if (options.onEvent !== undefined) this.#listeners = [options.onEvent];
    const { machine, input, clock, device } = this.#parts;
    this.#dataSend = new DataSend(device, input.policy);
    this.actor = createActor(machine, { input, clock });
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.actor.start();
  }

  async stop(): Promise<void> {
    if (this.#started && this.actor.getSnapshot().status === "active") {
      const stopped = new Promise<void>((resolve) => {
        this.actor.subscribe({ complete: resolve, error: () => resolve() });
      });
      this.actor.send({ type: "stop" });
      this.#parts.device.unfreeze();
      await stopped;
    }
    this.#giveUp();
  }

  restart(): void {
    this.actor.send({ type: "restart" });
  }

  async cutPower(): Promise<void> {
    const { device } = this.#parts;
    device.fallSilent();
    this.actor.stop();
    device.unfreeze();
    try {
      await device.close();
    } finally {
      this.#giveUp();
    }
  }

  request(name: RequestName): number {
    const result = this.#request(name);
    this.#parts.options.trace?.record({
      kind: "request",
      from: "application",
      to: "library",
      name: `LWM2M_CARRIER_REQUEST_${REQUEST_WORDS[name]}`,
      number: REQUESTS.indexOf(name),
      result,
    });
    if (result === 0) this.actor.send({ type: `request.${name}` });
    return result;
  }

  send(paths: readonly string[]): Promise<number> {
    return this.#dataSend.send(paths);
  }

  get registered(): Promise<void> {
    const snapshot = this.actor.getSnapshot();
    if (this.#ended) return Promise.reject(stoppedBefore());
    if (snapshot.hasTag("registered")) return Promise.resolve();
    if (snapshot.hasTag("failed")) return Promise.reject(this.#failure());
    const watch = this.actor.subscribe((next) => {
      if (next.hasTag("failed")) this.#rejectWaiting(this.#failure());
    });
    const registered = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    return registered.finally(() => watch.unsubscribe());
  }

  onEvent(listener: (event: CarrierEventMessage) => void): () => void {
    this.#listeners = this.#listeners.concat(listener);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  get values() {
    return this.#parts.device.values;
  }
  get objects() {
    return this.#parts.device.tree;
  }
  get modem() {
    return this.#parts.options.modem;
  }
  get clock() {
    return this.#parts.clock;
  }
  get inspection() {
    return this.#parts.inspection;
  }
  get endpoint() {
    return this.#parts.device.endpointName;
  }
  get snapshot() {
    return this.actor.getSnapshot();
  }

  #request(name: RequestName): number {
    const { device, options } = this.#parts;
    const isForbidden = device.profile.requestsRegistration === false && REGISTRATION_REQUESTS.has(name);
    if (isForbidden || !options.edition.policy.requests.includes(name)) return -ERRNO.EINVAL;
    const event: RequestEvent["type"] = `request.${name}`;
    const snapshot = this.actor.getSnapshot();
    if (this.#ended) return -ERRNO.EBADR;
    if (name === "reboot" && snapshot.hasTag("rebooting")) return -ERRNO.EALREADY;
    const takes = getNextTransitions(snapshot).some(({ eventType }) => eventType === event);
    return takes ? 0 : -ERRNO.EBADR;
  }

  #onEvent(event: CarrierEventMessage): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        reportMistake("event listener", error);
      }
    }
    if (event.meaning.type !== "registered") return;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  #giveUp(): void {
    this.#ended = true;
    this.#rejectWaiting(stoppedBefore());
  }

  #rejectWaiting(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #failure(): Error {
    const { failure } = this.#parts.device;
    if (failure === undefined) return new Error("The carrier's modem or CA certificates could not be initialised");
    return new Error(`The carrier cannot start: ${failure.message}`, { cause: failure });
  }
}

function stoppedBefore(): Error {
  return new Error("The carrier was stopped before it was registered");
}
