/** The objects of the device, and what a server's operations on them tell the charts. */

import type { ServerCommand } from "../machines/registerModel.ts";
import { addAccessControlObject } from "../services/lwm2m/device/accessControl.ts";
import { addApnObject } from "../services/lwm2m/device/apnObject.ts";
import { addCellularObject } from "../services/lwm2m/device/cellularObject.ts";
import { addConnectivityObject } from "../services/lwm2m/device/connectivityObject.ts";
import { addDeviceObject, type DeviceHost } from "../services/lwm2m/device/deviceObject.ts";
import { addEventLogObject } from "../services/lwm2m/device/eventLogObject.ts";
import { addOscoreObject } from "../services/lwm2m/device/oscoreObject.ts";
import { addSecurityObject } from "../services/lwm2m/device/securityObject.ts";
import { addServerObject, type ServerHost } from "../services/lwm2m/device/serverObject.ts";
import { addStatisticsObject } from "../services/lwm2m/device/statisticsObject.ts";
import { LOCATION } from "../services/lwm2m/objects/location.ts";
import { PORTFOLIO } from "../services/lwm2m/objects/portfolio.ts";
import { addAppDataObject } from "./appData.ts";
import type { Device } from "./device.ts";
import { addOwnObjects } from "./ownObjects.ts";
import { OPTIONAL_OBJECTS } from "./profiles/profile.ts";

/** What the application may give instances: listed to a server even while there is none. */
const APPLICATION_OBJECTS = [LOCATION, PORTFOLIO];

export function addObjects(device: Device): void {
  const { tree, vault, options, network, traffic } = device;
  addSecurityObject(tree, vault);
  const host = new ObjectHost(device);
  addServerObject(tree, host);
  addDeviceObject(tree, {
    clock: options.clock,
    identity: { deviceType: "Module", ...options.device },
    host,
  });
  addAccessControlObject(tree);
  addConnectivityObject(tree, "lteFdd", network.status);
  addStatisticsObject(tree, traffic);
  addCellularObject(tree);
  addApnObject(tree, network.status);
  addOscoreObject(tree);
  addAppDataObject(tree, (event) => device.emit(event));
  addEventLogObject(tree);
  for (const definition of APPLICATION_OBJECTS) tree.add(definition);
  const { objects = OPTIONAL_OBJECTS } = device.profile;
  for (const id of OPTIONAL_OBJECTS) if (!objects.includes(id)) tree.remove(id);
  addOwnObjects(tree, options.objects);
  device.firmware.addObject();
}

/** Tells the charts what servers trigger on objects 1 and 3. */
class ObjectHost implements ServerHost, DeviceHost {
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  onUpdateTrigger(server: number): void {
    this.#command(server, { type: "server.update" });
  }

  onChanged(server: number): void {
    this.#command(server, { type: "server.update" });
  }

  onDisable(server: number, timeoutSeconds: number): void {
    this.#command(server, { type: "server.disable", timeoutSeconds });
  }

  onBootstrapTrigger(): void {
    queueMicrotask(() => this.#device.emit({ type: "server.bootstrap" }));
  }

  onReboot(): void {
    queueMicrotask(() => this.#device.emit({ type: "request.reboot" }));
  }

  /** A store that fails is told by a record; the device stays as it is then. */
  onFactoryReset(): void {
    queueMicrotask(() => this.#device.resetToFactory().catch(() => {}));
  }

  onErrorCodesReset(): void {
    this.#device.emit({ type: "errorCodes.reset" });
  }

  /** The response leaves first: an operation's own answer belongs to the session that the command may close. */
  #command(server: number, command: ServerCommand): void {
    queueMicrotask(() => this.#device.emit({ type: "server.trigger", server, command }));
  }
}
