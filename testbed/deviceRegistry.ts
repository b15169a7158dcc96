/** The devices registered at a management server, each until its lifetime ends (OMA LwM2M Core 1.1 §6.2). */
import type { Clock, TimerId } from "../ports/clock.ts";
import type { Link } from "../services/lwm2m/linkFormat.ts";
import type { DevicePeer } from "./coapMessage.ts";

/** A registration as a Register or the last Update left it. */
export interface Registration {
  readonly endpoint: string;
  /** `/rd/<location>`. */
  readonly location: string;
  readonly peer: DevicePeer;
  readonly lifetimeSeconds: number;
  /** The client's enabler version, `lwm2m=`. */
  readonly version: string;
  /** `b=`, `U` when it says nothing. */
  readonly binding: string;
  /** `Q` in LwM2M 1.1, `UQ` in 1.0. */
  readonly queueMode: boolean;
  readonly objects: readonly Link[];
}

interface Held {
  registration: Registration;
  expiry: TimerId;
}

export class DeviceRegistry {
  readonly #clock: Clock;
  readonly #onExpired: (registration: Registration) => void;
  readonly #byEndpoint = new Map<string, Held>();
  readonly #byLocation = new Map<string, Held>();
  #made = 0;

  constructor(clock: Clock, onExpired: (registration: Registration) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  get registrations(): readonly Registration[] {
    return [...this.#byEndpoint.values()].map((held) => held.registration);
  }

  get size(): number {
    return this.#byEndpoint.size;
  }

  find(endpoint: string): Registration | undefined {
    return this.#byEndpoint.get(endpoint)?.registration;
  }

  at(location: string): Registration | undefined {
    return this.#byLocation.get(location)?.registration;
  }

  /** Registers under a new location; a registration of the same endpoint is replaced (§6.2.1). */
  add(device: Omit<Registration, "location">): Registration {
    this.remove(device.endpoint);
    const registration = { ...device, location: (++this.#made).toString(36).padStart(4, "0") };
    const held: Held = { registration, expiry: undefined };
    this.#byEndpoint.set(device.endpoint, held);
    this.#byLocation.set(registration.location, held);
    this.#expireLater(held);
    return registration;
  }

  /** Takes over what an Update changed; the lifetime begins anew. */
  refresh(registration: Registration): void {
    const held = this.#byLocation.get(registration.location);
    if (held === undefined) return;
    held.registration = registration;
    this.#clock.clearTimeout(held.expiry);
    this.#expireLater(held);
  }

  /** Takes a device out, as if it had never been there. */
  remove(endpoint: string): Registration | undefined {
    const held = this.#byEndpoint.get(endpoint);
    if (held === undefined) return undefined;
    this.#clock.clearTimeout(held.expiry);
    this.#byEndpoint.delete(endpoint);
    this.#byLocation.delete(held.registration.location);
    return held.registration;
  }

  clear(): void {
    for (const endpoint of [...this.#byEndpoint.keys()]) this.remove(endpoint);
  }

  #expireLater(held: Held): void {
    held.expiry = this.#clock.setTimeout(() => {
      this.remove(held.registration.endpoint);
      this.#onExpired(held.registration);
    }, held.registration.lifetimeSeconds * 1_000);
  }
}
