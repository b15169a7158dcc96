/** Tells a modem's notifications to all listeners, in order. */
import type { ModemNotification } from "../ports/modem.ts";

export type NotificationListener = (notification: ModemNotification) => void;

export class NotificationHub {
  #closed = false;
  #listeners: readonly NotificationListener[] = NO_LISTENERS;
  #undelivered: ModemNotification[] | undefined;

  subscribe(listener: NotificationListener): () => void {
    // A wrapper of its own, so that one function can listen twice and end each time.
    const entry: NotificationListener = (notification) => listener(notification);
    this.#listeners = [...this.#listeners, entry];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }

  /** Tells all listeners; what a listener causes comes after what it was told. */
  notify(notification: ModemNotification): void {
    if (this.#undelivered !== undefined) {
      this.#undelivered.push(notification);
      return;
    }
    const undelivered = [notification];
    this.#undelivered = undelivered;
    for (let next = undelivered.shift(); next !== undefined; next = undelivered.shift()) {
      for (const listener of this.#listeners) {
        if (this.#closed) break;
        deliver(listener, next);
      }
    }
    this.#undelivered = undefined;
  }

  /** No notification after this. */
  close(): void {
    this.#closed = true;
    this.#listeners = NO_LISTENERS;
  }
}

const NO_LISTENERS: readonly NotificationListener[] = Object.freeze([]);

/** A listener that throws is its owner's mistake: it surfaces there and harms neither the modem nor other listeners. */
function deliver(listener: NotificationListener, notification: ModemNotification): void {
  try {
    listener(notification);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
