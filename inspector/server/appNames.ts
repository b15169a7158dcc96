/** Names of the apps that attach by Stately's protocol: each its own, and the same one when it attaches again. */
import type { DeviceName, StatelyReader } from "../adapters/statelyReader.ts";

/** Names that are remembered. */
const MOST_NAMES = 200;

export class AppNames {
  readonly #readers = new Map<string, StatelyReader>();
  readonly #attached = new Set<string>();

  take(wanted: string, reader: StatelyReader): DeviceName {
    let name = wanted;
    for (let n = 2; this.#attached.has(name); n++) name = `${wanted} ${n}`;
    const before = this.#readers.get(name);
    this.#attached.add(name);
    this.#readers.delete(name);
    this.#readers.set(name, reader);
    this.#forget();
    return { name, before };
  }

  release(name: string): void {
    this.#attached.delete(name);
  }

  #forget(): void {
    for (const name of this.#readers.keys()) {
      if (this.#readers.size <= MOST_NAMES) return;
      if (!this.#attached.has(name)) this.#readers.delete(name);
    }
  }
}
