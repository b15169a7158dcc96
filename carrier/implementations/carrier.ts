/** The carrier chart with everything it needs to act on a device. */
import { fromCallback } from "xstate";
import { carrierMachine } from "../../machines/carrier.ts";
import type { CarrierEvent, DeviceFacts } from "../../machines/carrierModel.ts";
import { traceCharts } from "../chartTrace.ts";
import { VERSION } from "../version.ts";
import { provideBootstrap } from "./bootstrap.ts";
import { provideFota } from "./fota.ts";
import { provideInit } from "./init.ts";
import { provideLink } from "./link.ts";
import { provideRegister } from "./register.ts";
import { type Actors, serviceActors, shared } from "./shared.ts";

export function provideCarrier(actors: Actors) {
  const { device, standard } = actors;
  const { trace, modem, edition, clock } = device.options;
  const { ask, deadline, notify } = shared(actors);
  const service = serviceActors(actors);
  return carrierMachine.provide({
    actors: {
      ask,
      deadline,
      init: provideInit(actors),
      link: provideLink(actors),
      bootstrap: provideBootstrap(actors),
      register: provideRegister(actors),
      fota: provideFota(actors),
      loadDevice: service<DeviceFacts>(() => device.load()),
      prepareApplication: service(() => standard.prepare()),
      deviceEvents: fromCallback<CarrierEvent>(({ sendBack, self }) => {
        trace?.record({ kind: "run", wall: clock.wall(), edition: edition.id, version: VERSION });
        const stopTracing =
          trace === undefined || self._parent === undefined ? undefined : traceCharts(self._parent, trace);
        const stopListening = device.listen(sendBack);
        return () => {
          stopListening();
          stopTracing?.();
        };
      }),
      restartDevice: service(async () => {
        await device.halt();
        if (modem.initialised !== undefined) await modem.shutdown();
      }),
      closeDevice: service(async () => {
        await device.halt();
        if (modem.initialised !== undefined) await modem.setFunctionalMode("powerOff");
        await device.close();
      }),
    },
    actions: {
      notify,
      setFirmware: (_, values) => device.setFirmware(values),
      noteCall: (_, { name }) => {
        trace?.record({ kind: "call", from: "application", to: "library", name });
      },
      noteReturn: (_, { name: of, value }) => {
        trace?.record({ kind: "return", from: "library", to: "application", of, ok: value === 0, value });
      },
    },
  });
}
