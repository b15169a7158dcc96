/** Two Duplex streams, each with what is written to the other: `stream.duplexPair` of later Node versions. */
import { Duplex } from "node:stream";

class Half extends Duplex {
  #other: Half | undefined;
  #resume: (() => void) | undefined;

  join(other: Half): void {
    this.#other = other;
  }

  override _read(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const other = this.#other;
    if (other === undefined || other.destroyed) done();
    else if (other.push(chunk)) queueMicrotask(done);
    else other.#resume = done;
  }

  override _final(done: () => void): void {
    if (this.#other?.destroyed === false) this.#other.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other;
    this.#other = undefined;
    this._read();
    if (other !== undefined && !other.destroyed) queueMicrotask(() => other.destroy());
    done(error);
  }
}

export function duplexPair(): readonly [Duplex, Duplex] {
  const one = new Half();
  const two = new Half();
  one.join(two);
  two.join(one);
  return [one, two];
}
