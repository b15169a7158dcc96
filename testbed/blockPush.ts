/** Sends a payload of any size to a device, block by block (RFC 7959 §2.3, Block1). */
import type { DeviceAnswer, ServerRequest } from "./coapMessage.ts";
import type { CoapPort } from "./coapPort.ts";
import { TestbedError } from "./testbedError.ts";

export const LARGEST_BLOCK = 1_024;
const SMALLEST_BLOCK = 16;
/** Block numbers have 20 bits (RFC 7959 §2.2). */
const MAX_BLOCKS = 1 << 20;

export interface PushOptions {
  /** 16 to 1024 octets, a power of two; the device may ask for less. Default 1024. */
  readonly blockSize?: number;
  /** Called after each block that the device took. */
  onProgress?(sent: number, total: number): void;
  /** Gives the push up between two blocks. */
  readonly signal?: AbortSignal;
}

/**
 * Pushes `payload` and resolves with the device's final answer, a refusal in the middle included. Each block is an
 * exchange of its own, so a push may last as long as it takes. Rejects as `CoapPort.request` does.
 */
export async function pushBlocks(
  port: CoapPort,
  request: Omit<ServerRequest, "payload">,
  payload: Uint8Array,
  options: PushOptions = {},
): Promise<DeviceAnswer> {
  let size = options.blockSize ?? LARGEST_BLOCK;
  if (size < SMALLEST_BLOCK || size > LARGEST_BLOCK || !Number.isInteger(Math.log2(size))) {
    throw new TestbedError("badOption", `blockSize ${size}: want a power of two from 16 to 1024`);
  }
  if (payload.length > size * MAX_BLOCKS) {
    throw new TestbedError(
      "badOption",
      `payload of ${payload.length} octets: blocks of ${size} carry ${size * MAX_BLOCKS}`,
    );
  }
  for (let offset = 0; ; ) {
    if (options.signal?.aborted) throw new TestbedError("aborted", `the push to ${request.path} was given up`);
    const more = offset + size < payload.length;
    const answer = await port.request(
      { ...request, payload: payload.subarray(offset, offset + size) },
      { block1: encodeBlock(offset / size, more, size), ...(offset === 0 ? { size1: payload.length } : {}) },
    );
    const smaller = answer.blockSize !== undefined && answer.blockSize < size ? answer.blockSize : undefined;
    // RFC 7959 §2.9.3: too large, but it would take smaller blocks.
    if (answer.code === "4.13" && smaller !== undefined && offset === 0) {
      size = smaller;
      continue;
    }
    if (answer.code !== "2.31" || !more) return answer;
    offset += size;
    options.onProgress?.(offset, payload.length);
    size = smaller ?? size;
  }
}

/** The option's value: number, more, size exponent (RFC 7959 §2.2), in as few octets as it takes. */
export function encodeBlock(num: number, more: boolean, size: number): Uint8Array {
  const value = num * 16 + (more ? 0b1000 : 0) + (Math.log2(size) - 4);
  const octets = value > 0xffff ? 3 : value > 0xff ? 2 : 1;
  return Uint8Array.from({ length: octets }, (_, index) => (value >>> (8 * (octets - 1 - index))) & 0xff);
}
