/**
 * TCP connections that have not shown the token. They are few at once: a further one costs the oldest its place, so that
 * whoever opens many and says nothing keeps no page out.
 */
import type { Duplex } from "node:stream";

export class Strangers {
  readonly #limit: number;
  /** The oldest first. */
  readonly #connections = new Set<Duplex>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(connection: Duplex): void {
    this.#connections.add(connection);
    connection.once("close", () => this.#connections.delete(connection));
    if (this.#connections.size <= this.#limit) return;
    const [oldest] = this.#connections;
    if (oldest === undefined) return;
    this.#connections.delete(oldest);
    oldest.destroy();
  }

  /** It has shown the token. */
  admit(connection: Duplex): void {
    this.#connections.delete(connection);
  }
}
