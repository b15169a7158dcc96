/** The LTE link controller on a modem. */
import { linkMachine } from "../../machines/link.ts";
import { ask, deadline, notify, service } from "./shared.ts";

export const linkChart = linkMachine.provide({
  actors: {
    ask,
    deadline,
    attach: service(({ device }) => device.options.modem.setFunctionalMode("normal")),
    switchOffline: service(({ device }) => device.options.modem.setFunctionalMode("offline")),
    switchPowerOff: service(({ device }) => device.options.modem.setFunctionalMode("powerOff")),
  },
  actions: { notify },
});
