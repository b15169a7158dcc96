/**
 * The octets of the firmware area in a storage: a log in segments of 64 KiB, so that no more than one is ever in
 * memory. Every write is a frame with its checksum, by which a torn tail is found and cut off.
 *
 *   modem-firmware-0, -1, …:  | length (4) | CRC-32 of the data (4) | data | …
 */
import { crc32 } from "node:zlib";
import type { Storage } from "../../ports/storage.ts";

/** Octets of data in a segment; all but the last are full. */
export const SEGMENT_OCTETS = 64 * 1024;
const FRAME_HEADER_OCTETS = 8;

export class FirmwareLog {
  readonly #storage: Storage;
  /** Octets of data, undefined until it was counted. */
  #length: number | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Forgets what was counted: after a power loss the storage alone knows. */
  recount(): void {
    this.#length = undefined;
  }

  async length(): Promise<number> {
    this.#length ??= await this.#count();
    return this.#length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    let length = await this.length();
    // A storage that fails in the middle may have kept a part.
    this.recount();
    for (let from = 0; from < bytes.length; ) {
      const room = SEGMENT_OCTETS - (length % SEGMENT_OCTETS);
      const data = bytes.subarray(from, from + room);
      await this.#storage.append(nameOf(segmentOf(length)), encodeFrame(data));
      length += data.length;
      from += data.length;
    }
    this.#length = length;
  }

  /** Appends as a supply does that breaks down: half a frame. */
  async appendTorn(bytes: Uint8Array): Promise<void> {
    const length = await this.length();
    this.recount();
    const frame = encodeFrame(bytes.subarray(0, SEGMENT_OCTETS));
    await this.#storage.append(nameOf(segmentOf(length)), frame.subarray(0, frame.length >> 1));
  }

  /** All data in order, a frame at a time; ends early where a frame is damaged. */
  async *read(): AsyncGenerator<Uint8Array> {
    for (let segment = 0; ; segment++) {
      const bytes = await this.#storage.read(nameOf(segment));
      if (bytes === undefined) return;
      for (const { data } of framesOf(bytes)) yield data;
    }
  }

  /** Removes from the end, so that a crash in between leaves a log. */
  async clear(): Promise<void> {
    this.recount();
    for (let segment = await this.#lastSegment(); segment >= 0; segment--) await this.#storage.remove(nameOf(segment));
    this.#length = 0;
  }

  async #count(): Promise<number> {
    const last = await this.#lastSegment();
    if (last < 0) return 0;
    const bytes = (await this.#storage.read(nameOf(last))) ?? new Uint8Array(0);
    let length = 0;
    let end = 0;
    for (const frame of framesOf(bytes)) {
      length += frame.data.length;
      end = frame.end;
    }
    if (end === 0) await this.#storage.remove(nameOf(last));
    else if (end < bytes.length) await this.#storage.write(nameOf(last), bytes.subarray(0, end));
    return last * SEGMENT_OCTETS + length;
  }

  async #lastSegment(): Promise<number> {
    let segment = -1;
    while ((await this.#storage.length(nameOf(segment + 1))) > 0) segment++;
    return segment;
  }
}

function nameOf(segment: number): string {
  return `modem-firmware-${segment}`;
}

function segmentOf(offset: number): number {
  return Math.floor(offset / SEGMENT_OCTETS);
}

function encodeFrame(data: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_OCTETS + data.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, data.length);
  view.setUint32(4, crc32(data));
  frame.set(data, FRAME_HEADER_OCTETS);
  return frame;
}

/** The whole frames of a segment; what comes after the last of them is a torn tail. */
function* framesOf(bytes: Uint8Array): Generator<{ readonly data: Uint8Array; readonly end: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + FRAME_HEADER_OCTETS <= bytes.length; ) {
    const length = view.getUint32(at);
    const start = at + FRAME_HEADER_OCTETS;
    if (length === 0 || length > bytes.length - start) return;
    const data = bytes.subarray(start, start + length);
    if (crc32(data) !== view.getUint32(at + 4)) return;
    at = start + length;
    yield { data, end: at };
  }
}
