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

export interface WaitingNotification extends StoredNotification {
  /** Its place among all that the server was told: higher is later. */
  readonly turn: number;
}

export class NotificationQueue {
  readonly #limit: number;
  #waiting: WaitingNotification[] = [];
  #octets = 0;
  #dropped = 0;

  constructor(limit: number = MAX_STORED_NOTIFICATIONS) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** How many gave way to newer ones, or were too large for all the room there is. */
  get dropped(): number {
    return this.#dropped;
  }

  get first(): WaitingNotification | undefined {
    return this.#waiting[0];
  }

  [Symbol.iterator](): Iterator<WaitingNotification> {
    return this.#waiting.values();
  }

  /** Takes its turn: what was sent and did not arrive is older than what was stored meanwhile. */
  add(notification: WaitingNotification): void {
    const octets = octetsOf(notification);
    if (octets > MAX_STORED_NOTIFICATION_OCTETS) {
      this.#dropped++;
      return;
    }
    let at = this.#waiting.length;
    while (at > 0 && this.#waiting[at - 1]!.turn > notification.turn) at--;
    this.#waiting.splice(at, 0, notification);
    this.#octets += octets;
    this.#trim();
  }

  /** Takes one out; false when it is not there any more. */
  remove(notification: WaitingNotification): boolean {
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

  #keep(wanted: (notification: WaitingNotification) => boolean): number {
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
