/** The device management of each server: made when it is first met, ended when it no longer knows this device. */
import type { CoapEndpoint } from "../services/coap/endpoint.ts";
import { AccessControl } from "../services/lwm2m/device/accessControl.ts";
import { serverAccounts } from "../services/lwm2m/device/accounts.ts";
import type { Lwm2mVersion } from "../services/lwm2m/device/discover.ts";
import { DeviceManagement } from "../services/lwm2m/device/dispatch.ts";
import type { ObservationState } from "../services/lwm2m/device/observationState.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import { type AppDataEvent, appDataObserved } from "./appData.ts";
import { recordRefusal } from "./recordRefusal.ts";
import type { ResolvedOptions } from "./resolve.ts";
import type { ServerAttributes } from "./serverAttributes.ts";

export interface ManagementsOptions {
  readonly options: Pick<ResolvedOptions, "clock" | "confirmableIntervalSeconds" | "storedNotifications" | "trace">;
  readonly tree: ObjectTree;
  readonly attributes: ServerAttributes;
  /** What a server observes, or what waits to be told to it, is another now. */
  onObservations(shortServerId: number, state: ObservationState): void;
  /** A server began or ceased to observe what the application serves. */
  onAppData(event: AppDataEvent): void;
  /** The enabler version that a server was registered with; 1.1 by default. */
  lwm2mVersion?(shortServerId: number): Lwm2mVersion;
}

export class Managements {
  readonly #options: ManagementsOptions;
  readonly #access: AccessControl;
  readonly #managements = new Map<number, DeviceManagement>();

  constructor(options: ManagementsOptions) {
    const { tree } = options;
    this.#options = options;
    this.#access = new AccessControl(tree, () => serverAccounts(tree).map(({ shortServerId }) => shortServerId));
  }

  /** The one of this server; its observations live as long as the registration. */
  of(shortServerId: number): DeviceManagement {
    const present = this.#managements.get(shortServerId);
    if (present !== undefined) return present;
    const { tree, attributes, options, onAppData, onObservations, lwm2mVersion } = this.#options;
    const { clock, confirmableIntervalSeconds, storedNotifications, trace } = options;
    const management: DeviceManagement = new DeviceManagement({
      clock,
      tree,
      shortServerId,
      access: this.#access,
      attributes: attributes.of(shortServerId),
      ...(lwm2mVersion && { lwm2mVersion: () => lwm2mVersion(shortServerId) }),
      onObserve: (path, change) => {
        const event = appDataObserved(path, change);
        if (event !== undefined) onAppData(event);
      },
      onRefused: (operation, path, refusal) => recordRefusal(trace, shortServerId, operation, path, refusal),
      storedNotifications,
      trace,
      onObservationsChanged: () => onObservations(shortServerId, management.observations.state()),
      ...(confirmableIntervalSeconds !== undefined && { confirmableIntervalSeconds }),
    });
    this.#managements.set(shortServerId, management);
    return management;
  }

  /** Whether object 2 lets the server know what is in this instance. */
  mayRead(shortServerId: number, objectId: number, instanceId: number): boolean {
    return this.#access.allows("read", shortServerId, objectId, instanceId);
  }

  /** Notifications go over this session from now on. */
  attach(shortServerId: number, endpoint: CoapEndpoint): void {
    this.of(shortServerId).attach(endpoint);
  }

  /** The session is gone: what is to be told waits for the next one. */
  detach(shortServerId: number): void {
    this.#managements.get(shortServerId)?.detach();
  }

  /** The server is disabled (1/x/4): where it wants that (1/x/6), its observations go on when it is registered with anew. */
  pause(shortServerId: number): void {
    this.#managements.get(shortServerId)?.observations.pause();
  }

  /** What was stored holds again, for servers that hold a registration still and for disabled ones. */
  restore(states: ReadonlyMap<number, ObservationState>, isRegistered: (shortServerId: number) => boolean): void {
    for (const [shortServerId, state] of states) {
      if (isRegistered(shortServerId) || state.paused) this.of(shortServerId).observations.restore(state);
    }
  }

  /** The server no longer knows this device, nor what it observed. */
  end(shortServerId: number): void {
    const management = this.#managements.get(shortServerId);
    management?.observations.clear();
    management?.close();
    this.#managements.delete(shortServerId);
  }

  /** The accounts are others now: what object 2 says of servers that are gone goes (Appendix E.1.3). */
  accountsChanged(): void {
    this.#access.reconcile();
  }

  /** The run ends; what is stored stays. */
  endAll(): void {
    for (const management of this.#managements.values()) management.close();
    this.#managements.clear();
  }
}
