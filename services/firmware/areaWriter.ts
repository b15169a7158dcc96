/**
 * Streams octets into the firmware area in pieces of one size. At most one piece is held; the caller waits for the
 * modem, and with it the peer.
 */
import type { FirmwareArea } from "../../ports/modem.ts";
import { areaRefusal } from "./modemRefusal.ts";
import { type ModemRefused, type Refused, refused } from "./outcome.ts";

/** What nRF91 takes in one write (AT#XDFUWRITE). */
export const AREA_WRITE_OCTETS = 4096;

export type AreaRefusal = ModemRefused | Refused;

export interface AreaWriterOptions {
  readonly area: FirmwareArea;
  /** Octets that the area holds already. */
  readonly offset: number;
  /** Octets that the area can hold. */
  readonly size: number;
  readonly onWritten?: ((bytes: number) => void) | undefined;
}

export class AreaWriter {
  readonly size: number;
  readonly #area: FirmwareArea;
  readonly #onWritten: ((bytes: number) => void) | undefined;
  readonly #piece = new Uint8Array(AREA_WRITE_OCTETS);
  #held = 0;
  #written: number;

  constructor({ area, offset, size, onWritten }: AreaWriterOptions) {
    this.#area = area;
    this.#written = offset;
    this.size = size;
    this.#onWritten = onWritten;
  }

  /** Octets that the area holds. */
  get written(): number {
    return this.#written;
  }

  /** Octets taken, those of an unfinished piece included. */
  get received(): number {
    return this.#written + this.#held;
  }

  /** The octets of the unfinished piece. */
  get held(): Uint8Array {
    return this.#piece.subarray(0, this.#held);
  }

  /** Takes the next octets and resolves when they may be reused; with the refusal when the area does not take them. */
  async push(bytes: Uint8Array): Promise<AreaRefusal | undefined> {
    if (this.received + bytes.length > this.size) {
      return refused("tooLarge", `the image is larger than the ${this.size} octets of the firmware area`);
    }
    for (let at = 0; at < bytes.length; ) {
      const whole = this.#held === 0 && bytes.length - at >= AREA_WRITE_OCTETS;
      if (whole) {
        const refusal = await this.#write(bytes.subarray(at, at + AREA_WRITE_OCTETS));
        if (refusal) return refusal;
        at += AREA_WRITE_OCTETS;
        continue;
      }
      const part = bytes.subarray(at, at + AREA_WRITE_OCTETS - this.#held);
      this.#piece.set(part, this.#held);
      this.#held += part.length;
      at += part.length;
      const refusal = this.#held === AREA_WRITE_OCTETS ? await this.flush() : undefined;
      if (refusal) return refusal;
    }
    return undefined;
  }

  /** Writes the unfinished piece. */
  async flush(): Promise<AreaRefusal | undefined> {
    if (this.#held === 0) return undefined;
    const piece = this.held;
    this.#held = 0;
    return this.#write(piece);
  }

  async #write(piece: Uint8Array): Promise<AreaRefusal | undefined> {
    try {
      await this.#area.write(this.#written, piece);
    } catch (error) {
      return areaRefusal(error);
    }
    this.#written += piece.length;
    this.#onWritten?.(this.#written);
    return undefined;
  }
}
