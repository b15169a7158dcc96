/** A payload to be sent block by block, whether it lies in memory or is still being made. */

const NOTHING = new Uint8Array(0);

export interface SourceBlock {
  readonly bytes: Uint8Array;
  /** More octets follow this block. */
  readonly more: boolean;
}

export interface BlockSource {
  /** Octets in all, where that is known. */
  readonly size: number | undefined;
  /** The next block of up to `size` octets, without taking it: the peer may want it smaller. */
  peek(size: number): SourceBlock | Promise<SourceBlock>;
  take(octets: number): void;
  /** Lets go of an iterable that was not read to its end. */
  close(): void;
}

export function blockSourceOf(payload: Uint8Array | AsyncIterable<Uint8Array> | undefined): BlockSource {
  if (payload === undefined) return new MemorySource(NOTHING);
  return Symbol.asyncIterator in payload ? new IterableSource(payload) : new MemorySource(payload);
}

class MemorySource implements BlockSource {
  readonly size: number;
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
    this.size = bytes.length;
  }

  peek(size: number): SourceBlock {
    return { bytes: this.#rest.subarray(0, size), more: this.#rest.length > size };
  }

  take(octets: number): void {
    this.#rest = this.#rest.subarray(octets);
  }

  close(): void {}
}

class IterableSource implements BlockSource {
  readonly size = undefined;
  readonly #iterator: AsyncIterator<Uint8Array>;
  #ended = false;
  #held: Uint8Array = NOTHING;

  constructor(iterable: AsyncIterable<Uint8Array>) {
    this.#iterator = iterable[Symbol.asyncIterator]();
  }

  /** Reads one octet further than asked, to know whether this is the last block. */
  async peek(size: number): Promise<SourceBlock> {
    if (this.#held.length <= size && !this.#ended) await this.#fill(size + 1);
    return { bytes: this.#held.subarray(0, size), more: this.#held.length > size };
  }

  take(octets: number): void {
    this.#held = this.#held.subarray(octets);
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    // What a source says about being closed early concerns nobody any more.
    void Promise.resolve(this.#iterator.return?.()).catch(() => {});
  }

  async #fill(octets: number): Promise<void> {
    const parts = [this.#held];
    let length = this.#held.length;
    while (length < octets && !this.#ended) {
      const next = await this.#iterator.next();
      if (next.done === true) {
        this.#ended = true;
      } else {
        parts.push(next.value);
        length += next.value.length;
      }
    }
    this.#held = concatBytes(parts, length);
  }
}

export function concatBytes(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
