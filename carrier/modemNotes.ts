/** What a modem notifies of, told to the charts or noted in the device's objects. */
import type { ModemNotification } from "../ports/modem.ts";
import { setDeviceIdentity } from "../services/lwm2m/device/deviceObject.ts";
import type { Device } from "./device.ts";
import { isRegistered } from "./networkPath.ts";
import { smsTrigger } from "./smsTrigger.ts";

export function noteModem(device: Device, notification: ModemNotification): void {
  switch (notification.kind) {
    case "domain":
      device.emit({ type: "modem.domain", event: notification.event });
      break;
    case "initialised":
      setDeviceIdentity(device.tree, { firmwareVersion: notification.result.firmwareVersion });
      break;
    case "functionalMode":
    case "registration":
      device.tellModem();
      if (notification.kind === "registration" && isRegistered(notification.status)) void device.network.attached();
      break;
    case "shutdown":
      device.tellModem();
      break;
    case "sms":
      noteSms(device, notification.from, notification.payload);
      break;
    default:
  }
}

function noteSms(device: Device, from: string, payload: Uint8Array): void {
  const server = smsTrigger(device.tree, from, payload);
  if (server !== undefined) device.emit({ type: "server.trigger", server, command: { type: "server.update" } });
}
