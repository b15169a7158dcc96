/**
 * The firmware area of a modem behind the Serial Modem application. The host pushes an image by #XDFU… commands, or the
 * modem downloads it by #XFOTA; the modem's restart applies it.
 *
 *   offset (#XFOTA=7) ─▶ #XDFUINIT ─▶ #XDFUWRITE, a chunk each ─▶ finish: #XDFUAPPLY, checks and marks ─▶ restart
 *
 * #XDFUAPPLY is the only check there is, so a finished image is applied by the next restart, scheduled or not.
 */
import type { Clock } from "../../ports/clock.ts";
import type { FirmwareArea, ModemDownloadOptions, ModemDownloadOutcome, ModemErrorCode } from "../../ports/modem.ts";
import { DFU_ERROR, type DfuErrorName } from "../dfuError.ts";
import { isModemError, ModemError } from "../modemError.ts";
import type { AtLine } from "./atLine.ts";
import { DFU, MAX_DFU_OCTETS } from "./commands/dfu.ts";
import type { AtNotification } from "./commands/table.ts";
import { FirmwareDownload } from "./firmwareDownload.ts";

export interface AtFirmwareOptions {
  readonly line: AtLine;
  readonly clock: Clock;
  /** Who fetches an image: the host, which pushes it, or the modem. The older Serial LTE Modem takes no pushed image. */
  readonly downloads: "host" | "modem";
}

/** NRF_MODEM_DELTA_DFU_OFFSET_DIRTY: the area is erased before it is written. */
const DIRTY_OFFSET = 0x280000;
/** A command that fails so has been lost, or its answer, or some of its data. */
const DISTURBANCES: ReadonlySet<ModemErrorCode> = new Set(["timeout", "lineError"]);
/** A write or an end that erases first, or checks a large image. */
const LONG_TIMEOUT_MS = 120_000;

interface Place {
  /** Octets of the area. */
  readonly size: number;
  /** Octets of the image that the modem holds. */
  readonly offset: number;
}

export class AtFirmwareArea implements FirmwareArea {
  readonly download?: (options: ModemDownloadOptions) => Promise<ModemDownloadOutcome>;
  readonly #line: AtLine;
  readonly #clock: Clock;
  #lastWork: Promise<unknown> = Promise.resolve();
  /** Undefined when the modem has to be asked. */
  #place: Place | undefined;
  /** #XDFUINIT was sent. */
  #begun = false;
  /** The image in the area is given up, but the modem erases it only when the next one's first octets come. */
  #abandoned = false;
  #finished = false;
  #downloading: FirmwareDownload | undefined;
  #applied: ((result: number | ModemError) => void) | undefined;

  constructor({ line, clock, downloads }: AtFirmwareOptions) {
    this.#line = line;
    this.#clock = clock;
    if (downloads === "modem") this.download = (options) => this.#inTurn(() => this.#fetch(options));
  }

  /** Every notification of the line goes through here. */
  take(notification: AtNotification): void {
    this.#downloading?.take(notification);
    switch (notification.key) {
      case "xdfu":
        if (notification.values.step === "apply") this.#applied?.(notification.values.result);
        return;
      case "ready":
      case "initError":
      case "modemFault":
        this.restarted();
    }
  }

  /** The modem has restarted, or the line is another one: what was known of the area may be wrong. */
  restarted(): void {
    this.#place = undefined;
    this.#begun = false;
    this.#finished = false;
    this.#applied?.(new ModemError("fault", { detail: "it restarted while it checked the image" }));
  }

  /** The last chunk is not the image's. */
  distrust(): void {
    this.#abandoned = true;
  }

  offset(): Promise<number> {
    return this.#inTurn(async () => (await this.#where()).offset);
  }

  size(): Promise<number> {
    return this.#inTurn(async () => (await this.#where()).size);
  }

  erase(): Promise<void> {
    return this.#inTurn(async () => {
      this.#begun = false;
      this.#finished = false;
      this.#place = undefined;
      await this.#line.execute(DFU.xfotaErase, { operation: 9 });
      this.#abandoned = false;
      // The application erases only what cannot be written at all: an image that has begun stays.
      this.#abandoned = (await this.#where()).offset > 0;
      this.#place = undefined;
    });
  }

  write(offset: number, bytes: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      const place = await this.#where();
      if (offset !== place.offset) throw refusal("badOffset", `octet ${offset} written, ${place.offset} is next`);
      if (offset + bytes.length > place.size) throw refusal("blockTooLarge", `the area has ${place.size} octets`);
      for (let at = 0; at < bytes.length; at += MAX_DFU_OCTETS) {
        await this.#push({ ...place, offset: offset + at }, bytes.subarray(at, at + MAX_DFU_OCTETS));
      }
    });
  }

  finish(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#finished) return;
      if ((await this.#where()).offset === 0) throw refusal("incomplete", "the area holds no image");
      const result = await this.#apply();
      this.#place = undefined;
      this.#begun = false;
      if (result !== 0) throw new ModemError("dfu", { detail: `AT#XDFUAPPLY was answered ${result}` });
      this.#finished = true;
    });
  }

  schedule(): Promise<void> {
    return this.#inTurn(async () => {
      // An image of before this driver's start is marked already, or applied, or there is none.
      if (this.#finished || (await this.#where()).offset > 0) return;
      throw refusal("invalidOperation", "no image has been finished");
    });
  }

  async #where(): Promise<Place> {
    this.#place ??= await this.#ask();
    return this.#abandoned ? { ...this.#place, offset: 0 } : this.#place;
  }

  async #ask(): Promise<Place> {
    const answer = await this.#line.execute(DFU.xfotaOffset, { operation: 7 }).catch(async (error: unknown) => {
      if (!isModemError(error) || error.code !== "refused") throw error;
      // It refuses while it erases; this waits for the end of that.
      await this.#line.execute(DFU.xfotaErase, { operation: 9 });
      return this.#line.execute(DFU.xfotaOffset, { operation: 7 });
    });
    return { size: answer.area, offset: answer.offset === DIRTY_OFFSET ? 0 : answer.offset };
  }

  async #begin(size: number): Promise<void> {
    if (this.#line.dialect === "slm") {
      const detail = "the older Serial LTE Modem takes no image from the host: let the modem download it";
      throw new ModemError("notSupported", { detail });
    }
    // Of the whole image, which nobody knows here: the modem only compares it with the area.
    await this.#line.execute(DFU.xdfuinit, { type: "delta", size });
    this.#begun = true;
  }

  /** A chunk that the modem has not heard of goes out again, once. */
  async #push(place: Place, data: Uint8Array, again = true): Promise<void> {
    const { size, offset: address } = place;
    if (!this.#begun) await this.#begin(size);
    const timeoutMs = this.#abandoned ? LONG_TIMEOUT_MS : undefined;
    this.#place = undefined;
    try {
      const params = { type: "delta", address, length: data.length } as const;
      await this.#line.execute(DFU.xdfuwrite, params, { data, timeoutMs });
    } catch (error) {
      this.#begun = false;
      if (!isModemError(error) || !DISTURBANCES.has(error.code)) throw error;
      if ((await this.#where()).offset !== address) throw this.#lost(place, data.length, error);
      if (!again) throw error;
      return this.#push(place, data, false);
    }
    this.#abandoned = false;
    this.#place = { size, offset: address + data.length };
  }

  /** The modem has waited for octets that were lost, and has what came instead of them in the image. */
  #lost({ offset }: Place, length: number, cause: unknown): ModemError {
    this.#abandoned = true;
    return refusal(
      "interruptedWrite",
      `some of the octets ${offset} to ${offset + length} were lost on the line`,
      cause,
    );
  }

  /** #XDFUAPPLY's result, which comes after OK. */
  async #apply(): Promise<number> {
    const result = new Promise<number | ModemError>((resolve) => {
      this.#applied = resolve;
    });
    const timer = this.#clock.setTimeout(
      () => this.#applied?.(new ModemError("timeout", { detail: "no result of AT#XDFUAPPLY" })),
      LONG_TIMEOUT_MS,
    );
    try {
      await this.#line.execute(DFU.xdfuapply, { type: "delta" });
      const outcome = await result;
      if (typeof outcome === "number") return outcome;
      throw outcome;
    } finally {
      this.#applied = undefined;
      this.#clock.clearTimeout(timer);
    }
  }

  async #fetch(options: ModemDownloadOptions): Promise<ModemDownloadOutcome> {
    this.#place = undefined;
    this.#begun = false;
    const download = new FirmwareDownload(this.#line, this.#clock);
    this.#downloading = download;
    try {
      const outcome = await download.run(options);
      // The modem has checked and marked it.
      this.#finished = outcome.kind === "complete";
      if (this.#finished) this.#abandoned = false;
      return outcome;
    } finally {
      this.#downloading = undefined;
    }
  }

  /** One after the other: what is known of the area must hold until the work is done. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lastWork.then(work);
    this.#lastWork = result.catch(() => undefined);
    return result;
  }
}

function refusal(name: DfuErrorName, detail: string, cause?: unknown): ModemError {
  return new ModemError("dfu", { dfu: DFU_ERROR[name], detail, cause });
}
