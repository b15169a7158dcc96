/**
 * Representations that the peer fetches block by block (RFC 7959 §2.4): kept from the first block on, so that all blocks
 * come from the same one. Bounded by count and time; what is gone is made anew by the handler.
 */
import { type Block, blockOffset } from "./block.ts";
import type { Deadline } from "./deadlines.ts";
import type { MessageLayer } from "./messageLayer.ts";
import type { OptionFields } from "./optionFields.ts";
import type { TransferKeys } from "./transferKeys.ts";
import type { OutgoingResponse } from "./types.ts";

/** A response whose payload does not fit one block. */
export type Representation = OutgoingResponse & { readonly payload: Uint8Array; readonly etag: Uint8Array };

/** One block of it, and the options that say so. */
export interface RepresentationBlock {
  readonly payload: Uint8Array;
  readonly options: Pick<OptionFields, "block2" | "size2">;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

export class Representations {
  readonly #messages: MessageLayer;
  /** Least recently used first. */
  readonly #kept = new Set<Kept>();
  readonly #byKey = new Map<string, Kept>();

  constructor(messages: MessageLayer) {
    this.#messages = messages;
    messages.onEnd(() => {
      this.#kept.clear();
      this.#byKey.clear();
    });
  }

  /** The one that the first of these keys to know any stands for. */
  find(keys: TransferKeys): Representation | undefined {
    for (const key of keys) {
      const kept = this.#byKey.get(key);
      if (kept === undefined) continue;
      this.#keep(kept);
      return kept.representation;
    }
    return undefined;
  }

  /** Takes a response for block-wise transfer; one without an ETag gets one, so that a change shows. */
  add(keys: TransferKeys, response: OutgoingResponse & { readonly payload: Uint8Array }): Representation {
    const representation: Representation = { ...response, etag: response.etag ?? digest(response.payload) };
    const before = this.#byKey.get(keys[0]);
    if (before !== undefined) this.#forget(before);
    const kept = new Kept(representation, keys, () => this.#forget(kept));
    for (const key of keys) this.#byKey.set(key, kept);
    this.#keep(kept);
    if (this.#kept.size > this.#messages.parameters.maxBlockTransfers) {
      const oldest = this.#kept.values().next();
      if (oldest.done !== true) this.#forget(oldest.value);
    }
    return representation;
  }

  #keep(kept: Kept): void {
    this.#kept.delete(kept);
    this.#kept.add(kept);
    this.#messages.deadlines.set(kept, this.#messages.times.exchangeLifetimeMs);
  }

  #forget(kept: Kept): void {
    this.#kept.delete(kept);
    for (const key of kept.keys) if (this.#byKey.get(key) === kept) this.#byKey.delete(key);
    this.#messages.deadlines.clear(kept);
  }
}

class Kept implements Deadline {
  due = 0;
  readonly representation: Representation;
  readonly keys: TransferKeys;
  readonly expire: () => void;

  constructor(representation: Representation, keys: TransferKeys, expire: () => void) {
    this.representation = representation;
    this.keys = keys;
    this.expire = expire;
  }
}

/** Undefined when the block lies beyond the end. */
export function sliceBlock(payload: Uint8Array, num: number, size: number): RepresentationBlock | undefined {
  const offset = blockOffset({ num, more: false, size });
  if (offset >= payload.length) return undefined;
  const block: Block = { num, more: offset + size < payload.length, size };
  return {
    payload: payload.subarray(offset, offset + size),
    options: { block2: block, ...(num === 0 && { size2: payload.length }) },
  };
}

/** FNV-1a, 32 bits: tells representations apart, protects against nothing. */
function digest(bytes: Uint8Array): Uint8Array {
  let hash = FNV_OFFSET;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at]!, FNV_PRIME);
  return Uint8Array.of(hash >>> 24, hash >>> 16, hash >>> 8, hash);
}
