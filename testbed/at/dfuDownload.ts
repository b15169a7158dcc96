/**
 * The simulated modem's own downloads (AT#XFOTA=2): an image over HTTP or HTTPS into its firmware area, told of by
 * `#XFOTA` notifications.
 *
 *   init ──▶ (erase pending, erased) ──▶ download, per cent ──▶ activate pending ──reset──▶ complete
 */
import type { FOTA_STAGES, FOTA_STATUS } from "../../modem/at/commands/dfu.ts";
import { NOTIFICATIONS } from "../../modem/at/commands/notifications.ts";
import { formatNotification } from "../../modem/at/commands/text.ts";
import { DFU_ERROR } from "../../modem/dfuError.ts";
import { isModemError } from "../../modem/modemError.ts";
import type { SimulatedModem } from "../../modem/simulated/simulatedModem.ts";
import type { Clock } from "../../ports/clock.ts";
import type { RegistrationStatus } from "../../ports/modem.ts";
import { downloadFirmware } from "../../services/firmware/download.ts";
import { type DownloadOutcome, refused } from "../../services/firmware/outcome.ts";

export type FotaStage = keyof typeof FOTA_STAGES;
export type FotaStatus = keyof typeof FOTA_STATUS;
export type TellFota = (stage: FotaStage, status: FotaStatus, info?: number) => void;

/** FOTA_DOWNLOAD_ERROR_CAUSE_… of the application's library. */
export const FOTA_CAUSES = { downloadFailed: 1, updateRejected: 2, typeMismatch: 3 } as const;

export interface DfuDownloadOptions {
  readonly modem: SimulatedModem;
  readonly clock: Clock;
  readonly tell: TellFota;
  /** Erases the area where it must be before a new image. */
  erase(): Promise<void>;
  readonly needsErase: boolean;
}

export interface DfuSource {
  readonly uri: string;
  readonly securityTag?: number | undefined;
}

/** What the area holds a part of: another image cannot go on there. */
export interface PartialImage {
  readonly uri: string;
  readonly etag?: string | undefined;
}

export class DfuDownload {
  readonly #options: DfuDownloadOptions;
  readonly #source: DfuSource;
  readonly #stop = new AbortController();
  #stage: FotaStage = "init";
  #percent = -1;
  #abandoned = false;
  #part: PartialImage;

  constructor(options: DfuDownloadOptions, source: DfuSource, before: PartialImage | undefined) {
    this.#options = options;
    this.#source = source;
    this.#part = before?.uri === source.uri ? before : { uri: source.uri };
  }

  /** What the area holds a part of afterwards. */
  get part(): PartialImage {
    return this.#part;
  }

  /** Nobody hears of it any more. */
  get isAbandoned(): boolean {
    return this.#abandoned;
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Stops it without a word: the application has started again. */
  abandon(): void {
    this.#abandoned = true;
    this.#stop.abort();
  }

  /** Resolves with true when the image is in the area and scheduled. */
  async run(keep: boolean): Promise<boolean> {
    const { needsErase, erase } = this.#options;
    const tell = this.#tell;
    try {
      if (needsErase) {
        tell("erasePending", "ok");
        await erase();
        tell("erased", "ok");
      } else if (!keep) await erase();
      let outcome = await this.#attempt();
      if (outcome.kind === "refused" && outcome.reason === "changed") {
        await erase();
        this.#part = { uri: this.#source.uri };
        outcome = await this.#attempt();
      }
      return await this.#conclude(outcome);
    } catch (error) {
      if (!isModemError(error)) throw error;
      // Without power nobody tells anything.
      if (error.code !== "fault") tell(this.#stage, "error", FOTA_CAUSES.updateRejected);
      return false;
    }
  }

  async #attempt(): Promise<DownloadOutcome> {
    const { modem, clock } = this.#options;
    const { uri, securityTag } = this.#source;
    if (!ATTACHED.includes(modem.registration)) return refused("unreachable", "the modem is not registered");
    return downloadFirmware({
      uri,
      area: modem.firmware,
      credentials: modem.credentials,
      caTags: securityTag === undefined ? [] : [securityTag],
      clock,
      signal: this.#stop.signal,
      schemes: ["https:", "http:"],
      etag: this.#part.etag,
      onEtag: (etag) => {
        this.#part = { uri, etag };
      },
      onProgress: (bytes, total) => {
        if (total !== undefined) this.#progress(Math.floor((100 * bytes) / total));
      },
    });
  }

  #progress(percent: number): void {
    this.#stage = "download";
    if (percent === this.#percent) return;
    this.#percent = percent;
    this.#tell("download", "ok", percent);
  }

  readonly #tell: TellFota = (...told) => {
    if (!this.#abandoned) this.#options.tell(...told);
  };

  async #conclude(outcome: DownloadOutcome): Promise<boolean> {
    const { modem } = this.#options;
    const tell = this.#tell;
    switch (outcome.kind) {
      case "complete":
        await modem.firmware.finish();
        // The application that would have it scheduled has gone.
        if (this.#abandoned) return false;
        await modem.firmware.schedule();
        tell("activatePending", "ok");
        return true;
      case "aborted":
        tell(this.#stage, "cancelled");
        return false;
      case "modem":
        if (outcome.code === "fault") return false;
        tell(
          this.#stage,
          "error",
          outcome.dfu === INVALID_HEADER ? FOTA_CAUSES.typeMismatch : FOTA_CAUSES.updateRejected,
        );
        return false;
      default:
        tell(this.#stage, "error", FOTA_CAUSES.downloadFailed);
        return false;
    }
  }
}

const ATTACHED: readonly RegistrationStatus[] = ["home", "roaming"];
const INVALID_HEADER = DFU_ERROR.invalidHeader;

export function formatFota(stage: FotaStage, status: FotaStatus, info?: number): string {
  return formatNotification(NOTIFICATIONS.xfota, { stage, status, ...(info !== undefined && { info }) });
}
