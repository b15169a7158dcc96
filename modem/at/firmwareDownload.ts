/**
 * An image that the modem downloads itself: AT#XFOTA=2, then `#XFOTA` notifications until it has ended.
 *
 *   #XFOTA: 2,0 erase pending ─▶ 3,0 erased ─▶ 1,0,<per cent> … ─▶ 4,0 in the area, checked and marked
 *                                    └─▶ <stage>,1,<cause> failed · <stage>,2 cancelled
 */
import type { Clock, TimerId } from "../../ports/clock.ts";
import type { ModemDownloadOptions, ModemDownloadOutcome } from "../../ports/modem.ts";
import { isModemError, ModemError } from "../modemError.ts";
import type { AtLine } from "./atLine.ts";
import { DFU } from "./commands/dfu.ts";
import type { AtNotification } from "./commands/table.ts";

/** Longest silence of a modem that erases or whose host is slow; then the download is given up. */
export const DOWNLOAD_SILENCE_MS = 300_000;
/** Until a modem that was told to stop says so. */
const STOP_MS = 30_000;
const LAST_WORD_MS = 1_000;

/** FOTA_DOWNLOAD_ERROR_CAUSE_… of the application's library. */
const CAUSES: Readonly<Record<number, string>> = {
  1: "the modem's download failed",
  2: "the modem rejected the image",
  3: "the image is not of the modem's type",
};

const CANCELLED = { kind: "interrupted", detail: "the modem cancelled its download" } as const;

type Ending = ModemDownloadOutcome | ModemError;

export class FirmwareDownload {
  readonly #line: AtLine;
  readonly #clock: Clock;
  readonly #ended: Promise<Ending>;
  #end: (ending: Ending) => void = () => {};
  #timer: TimerId | undefined;
  #onProgress: ((percent: number) => void) | undefined;
  /** errno of a download that did not begin. */
  #refusal: number | undefined;
  #stopping = false;

  constructor(line: AtLine, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Once. */
  async run(options: ModemDownloadOptions): Promise<ModemDownloadOutcome> {
    const { uri, securityTag, signal, onProgress } = options;
    if (signal?.aborted) return { kind: "aborted" };
    this.#onProgress = onProgress;
    const stop = () => void this.#stop();
    try {
      await this.#line.execute(DFU.xfotaStart, { type: "delta", url: uri, securityTag });
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop, { once: true });
      if (!this.#stopping) this.#await(DOWNLOAD_SILENCE_MS, "it was silent");
      const ending = await this.#ended;
      if (ending instanceof ModemError) throw ending;
      return ending;
    } catch (error) {
      if (!isModemError(error) || (error.code !== "refused" && error.code !== "incorrectParameters")) throw error;
      const why =
        this.#refusal === undefined
          ? "a download waits for the modem's restart, or the URI"
          : `errno ${-this.#refusal}`;
      return { kind: "refused", detail: `the modem did not begin the download: ${why}` };
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#clock.clearTimeout(this.#timer);
    }
  }

  take(notification: AtNotification): void {
    switch (notification.key) {
      case "xfota":
        this.#taken(notification.values);
        break;
      case "ready":
      case "initError":
      case "modemFault":
        this.#end(new ModemError("fault", { detail: "it restarted during its download" }));
    }
  }

  #taken({ stage, status, info }: { stage: string; status: string; info?: number | undefined }): void {
    if (status === "error") this.#failed(info ?? 0);
    else if (status !== "ok") this.#end(this.#stopping ? { kind: "aborted" } : CANCELLED);
    else if (stage === "activatePending") this.#end({ kind: "complete" });
    else {
      if (stage === "download" && info !== undefined && info >= 0 && info <= 100) this.#onProgress?.(info);
      if (!this.#stopping) this.#await(DOWNLOAD_SILENCE_MS, "it was silent");
    }
  }

  #failed(cause: number): void {
    if (cause < 0) {
      this.#refusal = cause;
      return;
    }
    const detail = CAUSES[cause] ?? `the modem's download failed (cause ${cause})`;
    this.#end({ kind: cause === 2 || cause === 3 ? "rejected" : "interrupted", detail });
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    this.#await(STOP_MS, "it did not stop");
    try {
      await this.#line.execute(DFU.xfotaStop, { operation: 0 });
    } catch (error) {
      // Refused: it has just ended, and its last word follows if there is one.
      if (isModemError(error) && error.code === "refused") this.#await(LAST_WORD_MS, "it did not say how it ended");
      else this.#end(error as ModemError);
    }
  }

  #await(silenceMs: number, what: string): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#stopping) return this.#end({ kind: "aborted" });
      this.#end({ kind: "interrupted", detail: `${what} for ${silenceMs / 1_000} s` });
      void this.#line.execute(DFU.xfotaStop, { operation: 0 }).catch(() => {});
    }, silenceMs);
  }
}
