/**
 * What the modem knows of the network and its battery, for objects 3, 4, 10 and 11: read when it attaches, and when a
 * server asks.
 */
import type { Clock, TimerId } from "../ports/clock.ts";
import type { Modem } from "../ports/modem.ts";
import type { CoapHandler, IncomingRequest, OutgoingResponse } from "../services/coap/types.ts";
import { type Connectivity, setConnectivity } from "../services/lwm2m/device/connectivityObject.ts";
import { setBatteryVoltage, setNetworkTime, wantsBatteryVoltage } from "../services/lwm2m/device/deviceObject.ts";
import { NetworkStatus } from "../services/lwm2m/device/networkStatus.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import { CONNECTIVITY_MONITORING } from "../services/lwm2m/objects/connectivityMonitoring.ts";
import { DEVICE } from "../services/lwm2m/objects/device.ts";
import { isRegistered } from "./networkPath.ts";
import type { ResolvedOptions } from "./resolve.ts";

/** What is not older than this is not asked for again. */
const FRESH_MS = 1_000;
/** Longest that a Read waits for a modem; then it gets what was known before. */
const PATIENCE_MS = 2_000;
/** Segments of the paths to object 4 and to 3/0/7. */
const CONNECTIVITY = String(CONNECTIVITY_MONITORING.id);
const DEVICE_OBJECT = String(DEVICE.id);
const VOLTAGE = "7";

export class NetworkValues {
  readonly status: NetworkStatus;
  readonly #modem: Modem;
  readonly #clock: Clock;
  readonly #tree: ObjectTree;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor({ modem, clock, apn, pdnType }: ResolvedOptions, tree: ObjectTree) {
    this.#modem = modem;
    this.#clock = clock;
    this.#tree = tree;
    this.status = new NetworkStatus({ apn, pdnType, onRead: () => void this.refresh() });
  }

  /** The modem is registered in a network. Never rejects. */
  async attached(): Promise<void> {
    this.#readAtMs = this.#clock.now();
    const [pdn, time] = await Promise.allSettled([
      this.#modem.activatePdn(),
      this.#modem.networkTime(),
      this.#readNow(),
    ]);
    if (pdn.status === "fulfilled") setConnectivity(this.#tree, { pdn: pdn.value });
    if (time.status === "fulfilled") setNetworkTime(this.#tree, time.value / 1_000);
  }

  /** Signal, cell and voltage as they are now, unless they have just been read. Never rejects. */
  refresh(): Promise<void> {
    if (this.#reading !== undefined) return this.#reading;
    const age = this.#clock.now() - this.#readAtMs;
    if (age < FRESH_MS || !isRegistered(this.#modem.registration)) return Promise.resolve();
    this.#readAtMs = this.#clock.now();
    this.#reading = this.#readNow().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** The handler, which answers what concerns object 4 or 3/0/7 when the modem has said what it is now. */
  fresh(handler: CoapHandler): CoapHandler {
    return new FreshHandler(handler, this);
  }

  /** Undefined where nothing has to be waited for. */
  beforeRead({ path }: IncomingRequest): Promise<void> | undefined {
    if (!this.#isLive(path) || this.#clock.now() - this.#readAtMs < FRESH_MS) return undefined;
    if (!isRegistered(this.#modem.registration)) return undefined;
    let timer: TimerId | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = this.#clock.setTimeout(resolve, PATIENCE_MS);
    });
    return Promise.race([this.refresh(), patience]).finally(() => {
      if (timer !== undefined) this.#clock.clearTimeout(timer);
    });
  }

  #isLive([object, , resource]: readonly string[]): boolean {
    if (object === CONNECTIVITY) return true;
    return object === DEVICE_OBJECT && (resource ?? VOLTAGE) === VOLTAGE && this.#measuresVoltage;
  }

  get #measuresVoltage(): boolean {
    return this.#modem.capabilities.batteryVoltage && wantsBatteryVoltage(this.#tree);
  }

  /** A modem that cannot say leaves the values as they are. */
  async #readNow(): Promise<void> {
    const [signal, cell, voltage] = await Promise.allSettled([
      this.#modem.signal(),
      this.#modem.cell(),
      this.#measuresVoltage ? this.#modem.batteryVoltage() : undefined,
    ]);
    const read: Connectivity = {
      ...(signal.status === "fulfilled" && { signal: signal.value }),
      ...(cell.status === "fulfilled" && { cell: cell.value }),
    };
    setConnectivity(this.#tree, read);
    if (voltage.status === "fulfilled" && voltage.value) setBatteryVoltage(this.#tree, voltage.value.millivolts);
  }
}

class FreshHandler implements CoapHandler {
  readonly #inner: CoapHandler;
  readonly #network: NetworkValues;

  constructor(inner: CoapHandler, network: NetworkValues) {
    this.#inner = inner;
    this.#network = network;
  }

  onRequest(request: IncomingRequest): OutgoingResponse | Promise<OutgoingResponse> {
    const waiting = this.#network.beforeRead(request);
    return waiting === undefined ? this.#inner.onRequest(request) : waiting.then(() => this.#inner.onRequest(request));
  }

  onUpload(request: Omit<IncomingRequest, "payload">) {
    return this.#inner.onUpload?.(request);
  }

  onObservationReset(token: Uint8Array): void {
    this.#inner.onObservationReset?.(token);
  }
}
