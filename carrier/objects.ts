/** The objects of the device, and what a server's operations on them tell the charts. */

import type { ServerCommand } from "../machines/register.ts";
import { addConnectivityObject } from "../services/lwm2m/device/connectivityObject.ts";
import { addDeviceObject } from "../services/lwm2m/device/deviceObject.ts";
import {
  addFirmwareObject,
  FIRMWARE_STATE,
  type FirmwareObject,
  type FirmwareProtocol,
  UPDATE_RESULT,
} from "../services/lwm2m/device/firmwareObject.ts";
import { addSecurityObject } from "../services/lwm2m/device/securityObject.ts";
import { addServerObject } from "../services/lwm2m/device/serverObject.ts";
import { EVENT_LOG } from "../services/lwm2m/objects/eventLog.ts";
import { LOCATION } from "../services/lwm2m/objects/location.ts";
import { PORTFOLIO } from "../services/lwm2m/objects/portfolio.ts";
import type { FirmwareFacts } from "../services/store/facts.ts";
import { addAppDataObject } from "./appData.ts";
import type { Device } from "./device.ts";

/** What the application may give instances: listed to a server even while there is none. */
const APPLICATION_OBJECTS = [LOCATION, PORTFOLIO, EVENT_LOG];

/** 5/0/8 with DTLS. */
const SECURE_PROTOCOLS: readonly FirmwareProtocol[] = ["coap", "coaps", "http", "https"];

export function addObjects(device: Device, firmware: FirmwareFacts): FirmwareObject {
  const { tree, vault, options } = device;
  const tell = (server: number, command: ServerCommand) => {
    // The response leaves first: an operation's own answer belongs to the session that the command may close.
    queueMicrotask(() => device.emit({ type: "server.trigger", server, command }));
  };

  addSecurityObject(tree, vault);
  addServerObject(tree, {
    onUpdateTrigger: (server) => tell(server, { type: "server.update" }),
    onChanged: (server) => tell(server, { type: "server.update" }),
    onDisable: (server, timeoutSeconds) => tell(server, { type: "server.disable", timeoutSeconds }),
    onBootstrapTrigger: () => queueMicrotask(() => device.emit({ type: "server.bootstrap" })),
  });
  addDeviceObject(tree, {
    clock: options.clock,
    identity: { deviceType: "Module", ...options.device },
    host: {
      onReboot: () => queueMicrotask(() => device.emit({ type: "request.reboot" })),
      onErrorCodesReset: () => device.emit({ type: "errorCodes.reset" }),
    },
  });
  addConnectivityObject(tree);
  addAppDataObject(tree, (event) => device.emit(event));
  for (const definition of [...APPLICATION_OBJECTS, ...(options.objects ?? [])]) tree.add(definition);
  return addFirmwareObject(tree, {
    ...firmwareWords(firmware),
    ...(device.hasDtls && { protocols: SECURE_PROTOCOLS }),
    ...(firmware.uri !== undefined && { packageUri: firmware.uri }),
    host: {
      onUri: (uri) => device.emit({ type: "firmware.pull", uri }),
      onReset: () => device.emit({ type: "firmware.reset" }),
      onUpdate: () => queueMicrotask(() => device.emit({ type: "firmware.update" })),
      openPackage: () => device.openPackage(),
    },
  });
}

/** State and Update Result in the object's own words. */
export function firmwareWords({ state, result }: { readonly state: number; readonly result: number }) {
  return { state: nameOf(FIRMWARE_STATE, state), result: nameOf(UPDATE_RESULT, result) };
}

function nameOf<Name extends string>(names: Readonly<Record<Name, number>>, value: number): Name {
  const [name] = (Object.keys(names) as Name[]).filter((candidate) => names[candidate] === value);
  if (name === undefined) throw new RangeError(`${value} is none of ${Object.values(names).join(", ")}`);
  return name;
}
