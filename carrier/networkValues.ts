/** What the modem knows of the network, for objects 3, 4, 10 and 11: read when it attaches, and when a server asks. */
import type { Clock, TimerId } from "../ports/clock.ts";
import type { Modem } from "../ports/modem.ts";
import type { CoapHandler, IncomingRequest, OutgoingResponse } from "../services/coap/types.ts";
import { type Connectivity, setConnectivity } from "../services/lwm2m/device/connectivityObject.ts";
import { setNetworkTime } from "../services/lwm2m/device/deviceObject.ts";
import { NetworkStatus } from "../services/lwm2m/device/networkStatus.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import { CONNECTIVITY_MONITORING } from "../services/lwm2m/objects/connectivityMonitoring.ts";
import { isRegistered } from "./networkPath.ts";
import type { ResolvedOptions } from "./resolve.ts";

/** What is not older than this is not asked for again. */
const FRESH_MS = 1_000;
/** Longest that a Read waits for a modem; then it gets what was known before. */
const PATIENCE_MS = 2_000;
/** First segment of a path to object 4. */
const OBJECT = String(CONNECTIVITY_MONITORING.id);

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
      this.#readCell(),
    ]);
    if (pdn.status === "fulfilled") setConnectivity(this.#tree, { pdn: pdn.value });
    if (time.status === "fulfilled") setNetworkTime(this.#tree, time.value / 1_000);
  }

  /** Signal and cell as they are now, unless they have just been read. Never rejects. */
  refresh(): Promise<void> {
    if (this.#reading !== undefined) return this.#reading;
    const age = this.#clock.now() - this.#readAtMs;
    if (age < FRESH_MS || !isRegistered(this.#modem.registration)) return Promise.resolve();
    this.#readAtMs = this.#clock.now();
    this.#reading = this.#readCell().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** The handler, which answers what concerns object 4 when the modem has said what it is now. */
  fresh(handler: CoapHandler): CoapHandler {
    return new FreshHandler(handler, (request) => this.#forRead(request));
  }

  /** Undefined where nothing has to be waited for. */
  #forRead({ path }: IncomingRequest): Promise<void> | undefined {
    if (path[0] !== OBJECT || this.#clock.now() - this.#readAtMs < FRESH_MS) return undefined;
    if (!isRegistered(this.#modem.registration)) return undefined;
    let timer: TimerId | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = this.#clock.setTimeout(resolve, PATIENCE_MS);
    });
    return Promise.race([this.refresh(), patience]).finally(() => {
      if (timer !== undefined) this.#clock.clearTimeout(timer);
    });
  }

  /** A modem that cannot say leaves the values as they are. */
  async #readCell(): Promise<void> {
    const [signal, cell] = await Promise.allSettled([this.#modem.signal(), this.#modem.cell()]);
    const read: Connectivity = {
      ...(signal.status === "fulfilled" && { signal: signal.value }),
      ...(cell.status === "fulfilled" && { cell: cell.value }),
    };
    setConnectivity(this.#tree, read);
  }
}

class FreshHandler implements CoapHandler {
  readonly #inner: CoapHandler;
  readonly #wait: (request: IncomingRequest) => Promise<void> | undefined;

  constructor(inner: CoapHandler, wait: (request: IncomingRequest) => Promise<void> | undefined) {
    this.#inner = inner;
    this.#wait = wait;
  }

  onRequest(request: IncomingRequest): OutgoingResponse | Promise<OutgoingResponse> {
    const waiting = this.#wait(request);
    return waiting === undefined ? this.#inner.onRequest(request) : waiting.then(() => this.#inner.onRequest(request));
  }

  onUpload(request: Omit<IncomingRequest, "payload">) {
    return this.#inner.onUpload?.(request);
  }

  onObservationReset(token: Uint8Array): void {
    this.#inner.onObservationReset?.(token);
  }
}
