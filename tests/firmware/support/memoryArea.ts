/** A firmware area in memory with the modem's rules: written in order, bounded, refusing on demand. */
import { ModemError } from "../../../modem/modemError.ts";
import type { FirmwareArea } from "../../../ports/modem.ts";

export class MemoryArea implements FirmwareArea {
  readonly writes: number[] = [];
  erased = 0;
  /** Called before each write is taken; throws to refuse, waits to be slow. */
  beforeWrite: (offset: number) => Promise<void> | void = () => {};
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(size = 1024 * 1024, already: Uint8Array = new Uint8Array()) {
    this.#bytes = new Uint8Array(size);
    this.#bytes.set(already);
    this.#offset = already.length;
  }

  get content(): Uint8Array {
    return this.#bytes.slice(0, this.#offset);
  }

  async offset(): Promise<number> {
    return this.#offset;
  }

  async size(): Promise<number> {
    return this.#bytes.length;
  }

  async erase(): Promise<void> {
    this.#offset = 0;
    this.erased += 1;
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    await this.beforeWrite(offset);
    if (offset !== this.#offset) throw new ModemError("dfu", { dfu: 14 });
    if (offset + bytes.length > this.#bytes.length) throw new ModemError("memoryFull");
    this.#bytes.set(bytes, offset);
    this.#offset += bytes.length;
    this.writes.push(bytes.length);
  }

  async finish(): Promise<void> {}
  async schedule(): Promise<void> {}
}
