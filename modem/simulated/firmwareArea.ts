/**
 * The firmware area with the rules of nrf_modem_delta_dfu: erased before a new image, written in order, goes on after
 * a power loss where it was, checked at the end, applied by the next initialisation.
 *
 *   open --finish, in order--> verified --schedule--> scheduled --init--> applied or refused, then erased
 *     └────finish, damaged──> rejected --erase with the modem offline, or init--> open
 */
import type { FirmwareArea, ModemInitResult } from "../../ports/modem.ts";
import { DFU_ERROR, DFU_RESULT, type DfuErrorName } from "../dfuError.ts";
import { ModemError } from "../modemError.ts";
import {
  decodeFirmwareHeader,
  FIRMWARE_HEADER_OCTETS,
  type FirmwareHeader,
  FirmwareImageError,
  type FirmwareImageErrorCode,
  imageLength,
  verifyFirmwareImage,
} from "./firmwareImage.ts";
import { FirmwareLog } from "./firmwareLog.ts";
import type { ModemCore } from "./modemCore.ts";
import type { FirmwareAreaStatus } from "./modemState.ts";
import { DEFAULT_FIRMWARE_AREA_BYTES } from "./options.ts";

export class SimulatedFirmwareArea implements FirmwareArea {
  readonly #core: ModemCore;
  readonly #log: FirmwareLog;
  /** Of the image in the area, once it was read. */
  #header: FirmwareHeader | undefined;

  constructor(core: ModemCore) {
    this.#core = core;
    this.#log = new FirmwareLog(core.options.storage);
  }

  offset(): Promise<number> {
    return this.#core.run("query", () => this.#log.length());
  }

  size(): Promise<number> {
    return this.#core.run("query", () => this.#sizeBytes);
  }

  erase(): Promise<void> {
    return this.#core.run("eraseFirmware", async () => {
      if (this.#core.state.area === "rejected" && this.#core.mode === "normal") {
        throw refusal("notAllowed", "a failed image is deleted with the modem offline or powered off");
      }
      await this.#erase();
    });
  }

  write(offset: number, bytes: Uint8Array): Promise<void> {
    return this.#core.run("writeFirmware", async () => {
      const accepted = await this.#log.length();
      this.#checkPlace(offset, accepted, bytes.length);
      if (bytes.length === 0) return;
      const header = this.#header ?? (await this.#headerWith(accepted, bytes));
      if (header !== undefined && accepted + bytes.length > imageLength(header)) {
        throw refusal("invalidData", `the header announces ${imageLength(header)} octets`);
      }
      const loss = this.#core.faults.peek("powerLossDuringWrite");
      const kept = (loss?.afterBytes ?? 0) - accepted;
      if (loss !== undefined && kept > 0 && kept <= bytes.length) return this.#losePower(bytes, kept);
      await this.#log.append(bytes);
      this.#header = header;
    });
  }

  finish(): Promise<void> {
    return this.#core.run("finishFirmware", async () => {
      const { area } = this.#core.state;
      if (area === "verified" || area === "scheduled") return;
      if (area === "rejected") throw refusal("invalidData", "the image has been found damaged");
      try {
        await verifyFirmwareImage(this.#log.read());
      } catch (error) {
        if (!(error instanceof FirmwareImageError)) throw error;
        const isIncomplete = error.code === "truncated" && error.offset === (await this.#log.length());
        if (!isIncomplete) await this.#setStatus("rejected");
        throw error.code === "truncated" && !isIncomplete
          ? refusal("logCorrupt", error.message, error)
          : imageRefusal(error);
      }
      await this.#setStatus("verified");
    });
  }

  schedule(): Promise<void> {
    return this.#core.run("query", async () => {
      const { area } = this.#core.state;
      if (area === "scheduled") return;
      if (area !== "verified") throw refusal("invalidOperation", "no image has been finished");
      await this.#setStatus("scheduled");
    });
  }

  /**
   * What initialisation does before all else; its result is the initialisation's. The outcome of an update is told
   * until `told`: whoever was killed before it took note hears it again.
   */
  async start(): Promise<ModemInitResult> {
    this.#log.recount();
    this.#header = undefined;
    if (this.#core.state.area === "scheduled") {
      // The image stays scheduled: the next start tries again.
      if (this.#core.faults.peek("batteryLow") !== undefined) return this.#result(DFU_RESULT.voltageLow);
      await this.#apply();
    }
    const { area, untold } = this.#core.state;
    if (area === "erasing" || area === "rejected") await this.#erase();
    return this.#result(untold);
  }

  async told(): Promise<void> {
    const { untold, ...state } = this.#core.state;
    if (untold !== undefined) await this.#core.save(state);
  }

  /** The version changes, the image is given up and the outcome noted in one step: a crash leaves all or nothing. */
  async #apply(): Promise<void> {
    await this.#core.pass("applyFirmware");
    const { version, failure } = await this.#judge();
    const untold = failure ?? DFU_RESULT.ok;
    await this.#core.save({ ...this.#core.state, area: "erasing", untold, firmwareVersion: version });
  }

  /** The image's version, or why it does not become the modem's firmware. */
  async #judge(): Promise<{ readonly version: string; readonly failure?: number }> {
    const current = this.#core.state.firmwareVersion;
    const fault = this.#core.faults.strike("firmwareRejected");
    if (fault !== undefined) return { version: current, failure: fault.code ?? DFU_RESULT.authentication };
    try {
      const { version, baseVersion } = await verifyFirmwareImage(this.#log.read());
      const fits = baseVersion === undefined || baseVersion === current;
      return fits ? { version } : { version: current, failure: DFU_RESULT.uuid };
    } catch (error) {
      if (!(error instanceof FirmwareImageError)) throw error;
      return { version: current, failure: DFU_RESULT.authentication };
    }
  }

  #result(untold: number | undefined): ModemInitResult {
    const { firmwareVersion } = this.#core.state;
    if (untold === undefined) return { kind: "ok", firmwareVersion };
    return untold === DFU_RESULT.ok
      ? { kind: "updated", firmwareVersion }
      : { kind: "updateFailed", firmwareVersion, code: untold };
  }

  async #erase(): Promise<void> {
    if (this.#core.state.area !== "erasing") await this.#setStatus("erasing");
    await this.#log.clear();
    this.#header = undefined;
    await this.#setStatus("open");
  }

  async #setStatus(area: FirmwareAreaStatus): Promise<void> {
    await this.#core.save({ ...this.#core.state, area });
  }

  #checkPlace(offset: number, accepted: number, length: number): void {
    if (this.#core.state.area !== "open" || (offset === 0 && accepted > 0)) {
      throw refusal("areaNotBlank", "the area is erased before a new image");
    }
    if (offset !== accepted) throw refusal("badOffset", `octet ${offset} written, ${accepted} is next`);
    if (offset + length > this.#sizeBytes) throw refusal("blockTooLarge", `the area has ${this.#sizeBytes} octets`);
  }

  /** The header as soon as `bytes` complete it; a wrong one refuses them. */
  async #headerWith(accepted: number, bytes: Uint8Array): Promise<FirmwareHeader | undefined> {
    const start = new Uint8Array(Math.min(FIRMWARE_HEADER_OCTETS, accepted + bytes.length));
    let filled = 0;
    if (accepted > 0) {
      for await (const piece of this.#log.read()) {
        start.set(piece.subarray(0, start.length - filled), filled);
        filled = Math.min(start.length, filled + piece.length);
        if (filled === start.length) break;
      }
    }
    start.set(bytes.subarray(0, start.length - filled), filled);
    try {
      const header = decodeFirmwareHeader(start);
      if (imageLength(header) <= this.#sizeBytes) return header;
      throw refusal("blockTooLarge", `the image has ${imageLength(header)} octets, the area ${this.#sizeBytes}`);
    } catch (error) {
      if (!(error instanceof FirmwareImageError)) throw error;
      if (error.code === "truncated") return undefined;
      throw imageRefusal(error);
    }
  }

  async #losePower(bytes: Uint8Array, kept: number): Promise<never> {
    this.#core.faults.strike("powerLossDuringWrite");
    await this.#log.append(bytes.subarray(0, kept));
    // What the modem was about to write next.
    await this.#log.appendTorn(kept < bytes.length ? bytes.subarray(kept) : bytes);
    this.#core.losePower();
    throw new ModemError("fault", { detail: "the supply broke down during a firmware write" });
  }

  get #sizeBytes(): number {
    return this.#core.options.firmwareAreaBytes ?? DEFAULT_FIRMWARE_AREA_BYTES;
  }
}

function refusal(name: DfuErrorName, detail: string, cause?: unknown): ModemError {
  return new ModemError("dfu", { dfu: DFU_ERROR[name], detail, cause });
}

function imageRefusal(error: FirmwareImageError): ModemError {
  return refusal(DFU_OF_IMAGE_ERROR[error.code], error.message, error);
}

const DFU_OF_IMAGE_ERROR = {
  truncated: "incomplete",
  magic: "invalidHeader",
  format: "invalidHeader",
  checksum: "invalidHeader",
  version: "invalidHeader",
  length: "invalidHeader",
  digest: "invalidData",
  trailing: "invalidData",
} as const satisfies Record<FirmwareImageErrorCode, DfuErrorName>;
