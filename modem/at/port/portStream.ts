/**
 * The octets of an open port as a Duplex of its own: destroying it closes the port, a device that vanishes destroys it
 * with a `PortError`, and nothing of the port's own life shows through.
 *
 *   port ──data──▶ PortStream ──▶ reader
 *        ◀─write──            ◀── writer
 */
import { Duplex } from "node:stream";
import { PortError } from "./portError.ts";

export interface PortHandle {
  readonly stream: Duplex;
  /** Gives the device back; called once, also after it was lost. */
  close(done: () => void): void;
}

export class PortStream extends Duplex {
  readonly #handle: PortHandle;
  readonly #path: string;
  /** Octets handed to the port, and taken from it, so far. */
  written = 0;
  taken = 0;

  constructor(handle: PortHandle, path: string) {
    super({ allowHalfOpen: false });
    this.#handle = handle;
    this.#path = path;
    const { stream } = handle;
    stream.on("data", (octets: Uint8Array) => {
      this.taken += octets.length;
      if (!this.push(octets)) stream.pause();
    });
    stream.on("error", (error) => this.#lose(error));
    stream.on("end", () => this.#lose());
    stream.on("close", () => this.#lose());
  }

  override _read(): void {
    this.#handle.stream.resume();
  }

  override _write(octets: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.written += octets.length;
    this.#handle.stream.write(octets, (error) => done(error ? this.#lost(error) : null));
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#handle.close(() => done(error));
  }

  #lose(cause?: Error): void {
    if (!this.destroyed) this.destroy(this.#lost(cause));
  }

  #lost(cause?: Error): PortError {
    return new PortError("lost", this.#path, cause === undefined ? "" : ` (${cause.message})`, cause);
  }
}
