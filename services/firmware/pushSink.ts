/** Takes a firmware image that the server pushes block by block into 5/0/0 (Package), and streams it into the area. */
import type { Clock, TimerId } from "../../ports/clock.ts";
import type { FirmwareArea } from "../../ports/modem.ts";
import { CODE } from "../coap/codes.ts";
import type { OutgoingResponse, UploadSink } from "../coap/types.ts";
import { type AreaRefusal, AreaWriter } from "./areaWriter.ts";
import { areaRefusal } from "./modemRefusal.ts";
import { type PushOutcome, refused } from "./outcome.ts";

export interface PackageSinkOptions {
  readonly area: FirmwareArea;
  readonly clock: Clock;
  /** Longest wait for the next block (the carrier library's firmware download timeout). */
  readonly idleTimeoutMs: number;
  /** Octets in the area. */
  onProgress?(bytes: number): void;
  /** Called once. After `complete` the image is in the area, not yet checked. */
  onOutcome(outcome: PushOutcome): void;
}

export interface PackageSink extends UploadSink {
  /** The device gives the upload up; blocks that still come are answered 4.08. */
  cancel(): void;
}

/** The sink erases what an earlier transfer left in the area: a push begins at its first octet. */
export function createPackageSink(options: PackageSinkOptions): PackageSink {
  return new FirmwarePush(options);
}

/** 5/0/0: one zero octet asks the device to forget the package. */
const FORGET = 0x00;
/** DFU errors of the modem that say: this is no image for this device. */
const BAD_IMAGE_DFU_ERRORS: ReadonlySet<number> = new Set([3, 9]);

class FirmwarePush implements PackageSink {
  readonly #options: PackageSinkOptions;
  #writer: AreaWriter | undefined;
  /** Octets taken from the server. */
  #received = 0;
  #timer: TimerId | undefined;
  #ended = false;

  constructor(options: PackageSinkOptions) {
    this.#options = options;
    this.#awaitBlock();
  }

  async write(chunk: Uint8Array, offset: number): Promise<OutgoingResponse | undefined> {
    if (this.#ended) return { code: CODE.REQUEST_ENTITY_INCOMPLETE };
    // A block that came before is acknowledged again and not written again.
    if (offset + chunk.length <= this.#received) return undefined;
    if (offset !== this.#received) {
      this.#end(refused("protocol", `block at octet ${offset}, expected ${this.#received}`));
      return { code: CODE.REQUEST_ENTITY_INCOMPLETE };
    }
    this.#received += chunk.length;
    this.#rest();
    const refusal = await this.#take(chunk);
    if (refusal !== undefined) return this.#refuse(refusal);
    // Cancelled or given up while the modem wrote.
    if (this.#ended) return { code: CODE.REQUEST_ENTITY_INCOMPLETE };
    this.#awaitBlock();
    return undefined;
  }

  async finish(): Promise<OutgoingResponse> {
    if (this.#ended) return { code: CODE.REQUEST_ENTITY_INCOMPLETE };
    this.#rest();
    const writer = this.#writer;
    if (writer === undefined) {
      this.#end(refused("protocol", "the package is empty"));
      return { code: CODE.BAD_REQUEST };
    }
    if (writer.received === 1 && writer.held[0] === FORGET) {
      this.#end({ kind: "reset" });
      return { code: CODE.CHANGED };
    }
    const refusal = await writer.flush();
    if (refusal !== undefined) return this.#refuse(refusal);
    if (this.#ended) return { code: CODE.REQUEST_ENTITY_INCOMPLETE };
    this.#end({ kind: "complete", bytes: writer.written });
    return { code: CODE.CHANGED };
  }

  abort(): void {
    this.#interrupt("the upload was given up");
  }

  cancel(): void {
    this.#end({ kind: "aborted" });
  }

  async #take(chunk: Uint8Array): Promise<AreaRefusal | undefined> {
    try {
      this.#writer ??= await this.#begin();
    } catch (error) {
      return areaRefusal(error);
    }
    return this.#writer.push(chunk);
  }

  async #begin(): Promise<AreaWriter> {
    const { area, onProgress } = this.#options;
    if ((await area.offset()) !== 0) await area.erase();
    return new AreaWriter({ area, offset: 0, size: await area.size(), onWritten: (bytes) => onProgress?.(bytes) });
  }

  #refuse(refusal: AreaRefusal): OutgoingResponse {
    this.#end(refusal);
    if (refusal.kind === "refused") return { code: CODE.REQUEST_ENTITY_TOO_LARGE };
    const badImage = refusal.dfu !== undefined && BAD_IMAGE_DFU_ERRORS.has(refusal.dfu);
    return { code: badImage ? CODE.BAD_REQUEST : CODE.INTERNAL_SERVER_ERROR };
  }

  #awaitBlock(): void {
    const { clock, idleTimeoutMs } = this.#options;
    this.#timer = clock.setTimeout(() => this.#interrupt(`no block for ${idleTimeoutMs} ms`), idleTimeoutMs);
  }

  #interrupt(detail: string): void {
    this.#end({ kind: "interrupted", bytes: this.#writer?.written ?? 0, detail });
  }

  #rest(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #end(outcome: PushOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#rest();
    this.#options.onOutcome(outcome);
  }
}
