/** The LTE link controller on a modem. */
import { linkMachine } from "../../machines/link.ts";
import { type Actors, serviceActors, shared } from "./shared.ts";

export function provideLink(actors: Actors) {
  const { modem } = actors.device.options;
  const { ask, deadline, notify } = shared(actors);
  const service = serviceActors(actors);
  return linkMachine.provide({
    actors: {
      ask,
      deadline,
      attach: service(() => modem.setFunctionalMode("normal")),
      switchOffline: service(() => modem.setFunctionalMode("offline")),
      switchPowerOff: service(() => modem.setFunctionalMode("powerOff")),
    },
    actions: { notify },
  });
}
