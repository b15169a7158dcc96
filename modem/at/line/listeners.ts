/** Whom a line's notifications are told. */
import type { AtNotification } from "../commands/table.ts";

export type AtListener = (notification: AtNotification) => void;

export class Listeners {
  readonly #listeners = new Set<AtListener>();

  add(listener: AtListener): () => void {
    const entry: AtListener = (notification) => listener(notification);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  tell(notification: AtNotification): void {
    for (const listener of [...this.#listeners]) deliver(listener, notification);
  }
}

/** A listener that throws is its owner's mistake: it surfaces there and harms neither the line nor other listeners. */
function deliver(listener: AtListener, notification: AtNotification): void {
  try {
    listener(notification);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
