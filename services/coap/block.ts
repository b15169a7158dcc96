/** The value of Block1 and Block2: NUM, M and SZX (RFC 7959 §2.2). */

export interface Block {
  /** Number of the block, 0 to 2^20 − 1. */
  readonly num: number;
  /** More blocks follow. */
  readonly more: boolean;
  /** 16 to 1024 octets. */
  readonly size: number;
}

/** Greatest block number: 20 bits. */
export const MAX_BLOCK_NUMBER = 0xfffff;

const RESERVED_SZX = 7;
const SMALLEST = 16;

/** As the option's unsigned integer. */
export function encodeBlock({ num, more, size }: Block): number {
  return num * 16 + (more ? 0b1000 : 0) + sizeExponent(size);
}

/** Undefined for SZX 7, which is reserved. */
export function decodeBlock(value: number): Block | undefined {
  const szx = value & 0b111;
  if (szx === RESERVED_SZX) return undefined;
  return { num: value >>> 4, more: (value & 0b1000) !== 0, size: SMALLEST << szx };
}

/** Where a block begins in the representation, in octets. */
export function blockOffset(block: Block): number {
  return block.num * block.size;
}

/** The largest block size that is not above `limit`; 16 at least. */
export function blockSizeWithin(limit: number): number {
  let size = 1024;
  while (size > SMALLEST && size > limit) size >>= 1;
  return size;
}

function sizeExponent(size: number): number {
  return 31 - Math.clz32(size) - 4;
}
