/**
 * What each management server knows of this device, and what the device knows of it since the last bootstrap. It is
 * stored as it changes: a device that starts again goes on with a registration that may still hold.
 */
import type { LwM2mVersion, ServerFacts } from "../machines/outcomes.ts";
import type { Clock } from "../ports/clock.ts";
import type { ServerAccount } from "../services/lwm2m/device/accounts.ts";
import { type KnownServer, LAST_INSTANT_MS } from "../services/store/facts.ts";
import type { DeviceFactsKeeper } from "./deviceFacts.ts";

/** A registration as the server knows it. */
export interface Registration {
  readonly location: readonly string[];
  readonly version: LwM2mVersion;
  readonly lifetimeSeconds: number;
  /** As in the parameter `b`: `U`, or 1.0's `UQ`. */
  readonly binding: string;
  /** The device sleeps between exchanges, and the server knows. */
  readonly queueMode: boolean;
  /** Undefined where none was told, or nobody knows any more which. */
  readonly smsNumber: string | undefined;
  readonly objectsVersion: number;
}

/** With the time of day, ms, at which the server forgets it. */
interface HeldRegistration extends Registration {
  readonly expiresAt: number;
}

/** After a restart nobody knows which objects the server was told: the next Update tells them. */
const UNKNOWN_OBJECTS = -1;
/**
 * What is stored may tell an expiry that much too early, so that Updates do not wear out the store. Within it an Update is
 * tried: a server that has forgotten the device answers 4.04.
 */
const EXPIRY_LAG_MS = 3_600_000;

export class Registrations {
  readonly #keeper: DeviceFactsKeeper;
  readonly #clock: Clock;
  readonly #registrations = new Map<number, HeldRegistration>();

  constructor(keeper: DeviceFactsKeeper, clock: Clock) {
    this.#keeper = keeper;
    this.#clock = clock;
  }

  /** Those that hold a registration of ours. */
  get servers(): number[] {
    return [...this.#registrations.keys()];
  }

  has(server: number): boolean {
    return this.#registrations.has(server);
  }

  get(server: number): Registration | undefined {
    return this.#registrations.get(server);
  }

  /** What the server's chart begins with, beside the account. */
  factsOf(server: number): Pick<ServerFacts, "version" | "met" | "registered" | "disabledUntil"> {
    const known = this.#keeper.knownServer(server);
    return { ...known, ...(this.has(server) && { registered: true }) };
  }

  /** The server accepted Register or Update. */
  note(server: number, registration: Registration): void {
    const { location, version, lifetimeSeconds, queueMode } = registration;
    const before = this.#registrations.get(server);
    const expiresAt = Math.min(this.#clock.wall() + 1000 * lifetimeSeconds, LAST_INSTANT_MS);
    // The spread last: V8 of Node 20 makes a hidden class for each object that gets more properties after one.
    this.#registrations.set(server, { expiresAt, ...registration });
    const known = this.#keeper.knownServer(server);
    if (known?.met !== true || known.version !== version || known.disabledUntil !== undefined) {
      this.#know(server, { met: true, version });
    }
    const isSame =
      before?.location === location &&
      before.version === version &&
      before.lifetimeSeconds === lifetimeSeconds &&
      before.queueMode === queueMode;
    const stored = this.#keeper.facts.registrations?.get(String(server));
    if (!isSame || stored === undefined || expiresAt - stored.expiresAt >= EXPIRY_LAG_MS) this.#store(server);
  }

  /** The server sent the device away until this time of day, ms. */
  disable(server: number, until: number): void {
    const disabledUntil = Math.min(until, LAST_INSTANT_MS);
    this.#know(server, { ...this.#keeper.knownServer(server), disabledUntil });
  }

  /** The server holds none any more. */
  end(server: number): void {
    this.#registrations.delete(server);
    this.#keeper.keepRegistration(server, undefined);
  }

  /** What was stored for these accounts holds again, as far as it has not expired; the rest is forgotten. */
  restore(accounts: readonly ServerAccount[], queueMode: boolean | undefined): void {
    const stored = this.#keeper.registrations();
    for (const [server, { location, version, lifetimeSeconds, expiresAt, binding }] of stored) {
      const account = accounts.find(({ shortServerId }) => shortServerId === server);
      const wasQueued = binding.includes("Q");
      // An Update of 1.1 cannot tell queue mode: such a device registers anew.
      const holds = account !== undefined && wasQueued === wantsQueueMode(account, queueMode);
      if (!holds || expiresAt + EXPIRY_LAG_MS <= this.#clock.wall()) {
        this.#keeper.keepRegistration(server, undefined);
        continue;
      }
      this.#registrations.set(server, {
        location,
        version,
        lifetimeSeconds,
        binding: bindingOf(wasQueued, version),
        queueMode: wasQueued,
        smsNumber: undefined,
        objectsVersion: UNKNOWN_OBJECTS,
        expiresAt,
      });
    }
  }

  /** The run ends; what is stored stays. */
  clear(): void {
    this.#registrations.clear();
  }

  /** The accounts are new: nothing is known of their servers. */
  begin(): void {
    this.clear();
    this.#keeper.saveInBackground({ servers: new Map(), registrations: new Map(), observations: new Map() });
  }

  #store(server: number): void {
    const registration = this.#registrations.get(server);
    if (registration === undefined) return;
    const { location, expiresAt, lifetimeSeconds, queueMode, version } = registration;
    const binding = queueMode ? "UQ" : "U";
    this.#keeper.keepRegistration(server, { location, expiresAt, lifetimeSeconds, binding, version });
  }

  #know(server: number, known: KnownServer): void {
    this.#keeper.keepServer(server, known);
  }
}

/** Queue mode is wanted by the device's owner, or by the server's own binding (`UQ`, LwM2M 1.0). */
export function wantsQueueMode({ binding }: Pick<ServerAccount, "binding">, queueMode: boolean | undefined): boolean {
  return queueMode === true || binding.includes("Q");
}

/** The binding as a Register or Update tells it: this device has `U` alone (LwM2M 1.0 §5.3.1.1, 1.1 §6.2.1.2). */
export function bindingOf(queueMode: boolean, version: LwM2mVersion): string {
  return queueMode && version === "1.0" ? "UQ" : "U";
}
