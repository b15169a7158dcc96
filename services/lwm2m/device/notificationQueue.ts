/** Notifications that wait for a server, oldest first (OMA LwM2M Core 1.1, 1/x/6 Notification Storing). */
import type { OutgoingResponse } from "../../coap/types.ts";

/** Notifications stored for one server. */
export const MAX_STORED_NOTIFICATIONS = 200;
/** Octets of their payloads together. */
export const MAX_STORED_NOTIFICATION_OCTETS = 65_536;

export interface StoredNotification {
  /** Of the observation that it belongs to. */
  readonly token: Uint8Array;
  readonly response: OutgoingResponse;
}

export class NotificationQueue {
  readonly #limit: number;
  #waiting: StoredNotification[] = [];
  #octets = 0;
  #dropped = 0;

  constructor(limit: number = MAX_STORED_NOTIFICATIONS) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** How many gave way to newer ones. */
  get dropped(): number {
    return this.#dropped;
  }

  get first(): StoredNotification | undefined {
    return this.#waiting[0];
  }

  [Symbol.iterator](): Iterator<StoredNotification> {
    return this.#waiting.values();
  }

  /** The newest. */
  push(notification: StoredNotification): void {
    this.#waiting.push(notification);
    this.#octets += octetsOf(notification);
    this.#trim();
  }

  /** Older than all that wait: it was sent and did not arrive. */
  unshift(notification: StoredNotification): void {
    this.#waiting.unshift(notification);
    this.#octets += octetsOf(notification);
    this.#trim();
  }

  /** Takes one out; false when it is not there any more. */
  remove(notification: StoredNotification): boolean {
    if (this.#waiting[0] === notification) {
      this.#waiting.shift();
      this.#octets -= octetsOf(notification);
      return true;
    }
    return this.#keep((other) => other !== notification) > 0;
  }

  /** Drops what belongs to an observation that ended. */
  forget(token: Uint8Array): void {
    this.#keep((other) => !sameToken(other.token, token));
  }

  #keep(wanted: (notification: StoredNotification) => boolean): number {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((notification) => {
      if (wanted(notification)) return true;
      this.#octets -= octetsOf(notification);
      return false;
    });
    return before - this.#waiting.length;
  }

  #trim(): void {
    while (this.#waiting.length > this.#limit || this.#octets > MAX_STORED_NOTIFICATION_OCTETS) {
      this.#octets -= octetsOf(this.#waiting.shift()!);
      this.#dropped++;
    }
  }
}

function octetsOf({ response }: StoredNotification): number {
  return response.payload?.length ?? 0;
}

function sameToken(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
