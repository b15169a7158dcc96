/** The carrier chart with everything it needs to act on a device. */
import { fromCallback } from "xstate";
import { carrierMachine } from "../../machines/carrier.ts";
import type { CarrierEvent, DeviceFacts } from "../../machines/carrierModel.ts";
import { DEFAULT_SETTINGS } from "../../machines/settings.ts";
import { purgeBootstrapAccount, removeStaleKeys } from "../bootstrapAccount.ts";
import { traceCharts } from "../chartTrace.ts";
import { VERSION } from "../version.ts";
import { bootstrapChart } from "./bootstrap.ts";
import { fotaChart } from "./fota.ts";
import { initChart } from "./init.ts";
import { linkChart } from "./link.ts";
import { registerChart } from "./register.ts";
import { actorsOf, ask, deadline, notify, service } from "./shared.ts";

export const carrierChart = carrierMachine.provide({
  actors: {
    ask,
    deadline,
    init: initChart,
    link: linkChart,
    bootstrap: bootstrapChart,
    register: registerChart,
    fota: fotaChart,
    loadDevice: service<DeviceFacts>(({ device }) => device.load()),
    prepareApplication: service(({ standard }) => standard.prepare()),
    deviceEvents: fromCallback<CarrierEvent>(({ sendBack, self }) => {
      const { device } = actorsOf(self);
      const { trace, edition, clock, settings } = device.options;
      // Whoever replays the recording needs the times and counts that the charts ran by.
      const own = settings !== DEFAULT_SETTINGS && { settings };
      trace?.record({ kind: "run", wall: clock.wall(), edition: edition.id, version: VERSION, ...own });
      const stopTracing =
        trace === undefined || self._parent === undefined ? undefined : traceCharts(self._parent, trace);
      const stopListening = device.listen(sendBack);
      return () => {
        stopListening();
        stopTracing?.();
      };
    }),
    restartDevice: service(async ({ device }) => {
      const { modem } = device.options;
      await device.halt();
      if (modem.initialised === undefined) return;
      // The next run begins with a modem that refuses as it is.
      await modem.shutdown().catch(() => device.tellModem());
    }),
    closeDevice: service(async ({ device }) => {
      const { modem } = device.options;
      try {
        await device.halt();
        if (modem.initialised !== undefined) await modem.setFunctionalMode("powerOff");
        await removeStaleKeys(device);
      } finally {
        await device.close();
      }
    }),
  },
  actions: {
    notify,
    purgeBootstrapAccount: ({ self }) => purgeBootstrapAccount(actorsOf(self).device),
    setFirmware: ({ self }, values) => actorsOf(self).device.firmware.set(values),
    noteCall: ({ self }, { name }) => {
      actorsOf(self).device.options.trace?.record({ kind: "call", from: "application", to: "library", name });
    },
    noteReturn: ({ self }, { name: of, value }) => {
      const { trace } = actorsOf(self).device.options;
      trace?.record({ kind: "return", from: "library", to: "application", of, ok: value === 0, value });
    },
  },
});
