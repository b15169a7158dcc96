/** A firmware update as a management server runs it (OMA LwM2M Core 1.1 §E.6, object 5). */
import { succeeded } from "./coapMessage.ts";
import type { DeviceObservation } from "./deviceRequests.ts";
import type { ManagementServer } from "./managementServer.ts";
import { TestbedError } from "./testbedError.ts";

const PACKAGE = "/5/0/0";
const PACKAGE_URI = "/5/0/1";
const UPDATE = "/5/0/2";
const STATE = "/5/0/3";
const RESULT = "/5/0/5";
const FIRMWARE_VERSION = "/3/0/3";

/** /5/0/3. */
export const FIRMWARE_STATE = { idle: 0, downloading: 1, downloaded: 2, updating: 3 } as const;
/** /5/0/5: nothing to say yet. */
const RESULT_INITIAL = 0;
const RESULT_SUCCESS = 1;

/** Pull: the device fetches the image from `uri`. Push: the server writes it block by block. */
export type FirmwareSource = { readonly uri: string } | { readonly package: Uint8Array };

export interface FirmwareUpdateOptions {
  /** Gives up waiting for the device. */
  readonly signal?: AbortSignal;
}

export interface FirmwareOutcome {
  /** /5/0/3 and /5/0/5 at the end. */
  readonly state: number;
  readonly result: number;
  /** /3/0/3 after the update, undefined when there was none. */
  readonly version?: string;
  /** The code that refused the write or the execute; undefined when neither was. */
  readonly refused?: string;
}

/** Used by `ManagementServer.updateFirmware`. */
export async function runFirmwareUpdate(
  server: ManagementServer,
  endpoint: string,
  source: FirmwareSource,
  options: FirmwareUpdateOptions,
): Promise<FirmwareOutcome> {
  const watch = new FirmwareWatch(server, endpoint, options.signal);
  try {
    await watch.observe();
    const delivered = await deliver(server, endpoint, source, options.signal);
    if (!succeeded(delivered)) return { ...(await watch.read()), refused: delivered.code };
    watch.touch();
    // A result that was there before stays until the device begins (5/0/5): only failures end the wait.
    const ready = await watch.until(
      ({ state, result }) =>
        state === FIRMWARE_STATE.downloaded || (state === FIRMWARE_STATE.idle && result > RESULT_SUCCESS),
    );
    if (ready.state !== FIRMWARE_STATE.downloaded) return ready;

    const executed = await server.execute(endpoint, UPDATE);
    if (!succeeded(executed)) return { ...(await watch.read()), refused: executed.code };
    const ended = await watch.until(
      ({ state, result }) => state !== FIRMWARE_STATE.updating && result !== RESULT_INITIAL,
    );
    const version = await server.read(endpoint, FIRMWARE_VERSION);
    return typeof version.value === "string" ? { ...ended, version: version.value } : ended;
  } finally {
    watch.close();
  }
}

function deliver(server: ManagementServer, endpoint: string, source: FirmwareSource, signal: AbortSignal | undefined) {
  if ("uri" in source) return server.write(endpoint, PACKAGE_URI, source.uri);
  return server.push(endpoint, PACKAGE, source.package, {
    onProgress: (sent, total) => server.events.record({ type: "firmwareProgress", endpoint, sent, total }),
    ...(signal === undefined ? {} : { signal }),
  });
}

interface FirmwareStatus {
  readonly state: number;
  readonly result: number;
}

/**
 * State and result of a device. Both are read together each time something may have changed (a notification, a
 * Register, an Update), so that no mixture of old and new is ever acted on.
 */
class FirmwareWatch {
  readonly #server: ManagementServer;
  readonly #endpoint: string;
  readonly #signal: AbortSignal | undefined;
  readonly #unsubscribe: () => void;
  #observations: DeviceObservation[] = [];
  #mustObserve = false;
  #dirty = false;
  #wake: (() => void) | undefined;
  #back: (() => void) | undefined;
  #ended = false;

  constructor(server: ManagementServer, endpoint: string, signal: AbortSignal | undefined) {
    this.#server = server;
    this.#endpoint = endpoint;
    this.#signal = signal;
    this.#signal?.addEventListener("abort", this.touch);
    const ends = [
      server.events.on("registered", ({ registration }) => this.#returned(registration.endpoint, true)),
      server.events.on("updated", ({ registration }) => this.#returned(registration.endpoint, false)),
      server.events.onClosed(() => {
        this.#ended = true;
        this.touch();
      }),
    ];
    this.#unsubscribe = () => {
      for (const end of ends) end();
    };
  }

  async observe(): Promise<void> {
    for (const path of [STATE, RESULT]) {
      this.#observations.push(await this.#server.observe(this.#endpoint, path, this.touch));
    }
    this.#mustObserve = false;
  }

  /** Something may have changed. */
  readonly touch = (): void => {
    this.#dirty = true;
    this.#wake?.();
  };

  async read(): Promise<FirmwareStatus> {
    const state = await this.#server.read(this.#endpoint, STATE);
    const result = await this.#server.read(this.#endpoint, RESULT);
    if (typeof state.value !== "number" || typeof result.value !== "number") {
      throw new TestbedError("badAnswer", `${STATE} was answered by ${state.code}, ${RESULT} by ${result.code}`);
    }
    const status = { state: state.value, result: result.value };
    this.#server.events.record({ type: "firmware", endpoint: this.#endpoint, ...status });
    return status;
  }

  /** The first status that `accepts`. A device that cannot be asked now says so by coming back. */
  async until(accepts: (status: FirmwareStatus) => boolean): Promise<FirmwareStatus> {
    for (;;) {
      await this.#changed();
      try {
        const status = await this.#unlessBack(this.#ask());
        if (status !== undefined && accepts(status)) return status;
      } catch (error) {
        if (!(error instanceof TestbedError)) throw error;
      }
    }
  }

  async #ask(): Promise<FirmwareStatus> {
    if (this.#mustObserve) await this.observe();
    return this.read();
  }

  /** Undefined when the device comes back meanwhile: the request may have gone to an address that is no more. */
  #unlessBack(asking: Promise<FirmwareStatus>): Promise<FirmwareStatus | undefined> {
    asking.catch(() => {});
    const back = new Promise<undefined>((resolve) => {
      this.#back = () => resolve(undefined);
    });
    return Promise.race([asking, back]);
  }

  close(): void {
    this.#unsubscribe();
    this.#signal?.removeEventListener("abort", this.touch);
    for (const observation of this.#observations) observation.forget();
  }

  async #changed(): Promise<void> {
    if (!this.#dirty) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    this.#dirty = false;
    if (this.#signal?.aborted) throw new TestbedError("aborted", `the update of "${this.#endpoint}" was given up`);
    if (this.#ended) throw new TestbedError("closed", `the server was closed during the update of "${this.#endpoint}"`);
  }

  #returned(endpoint: string, anew: boolean): void {
    if (endpoint !== this.#endpoint) return;
    if (anew) {
      this.#observations = [];
      this.#mustObserve = true;
    }
    this.#back?.();
    this.touch();
  }
}
