/**
 * `edition-0.30-pre-fota-success`. Window: from where the library turns to the update, through the restart, to the
 * application event after REGISTERED. After `device reboot` the edition's init chart runs.
 */
import type { ChartBindings } from "./binding.ts";
import { initialisationEvents } from "./initialisation.ts";
import { answered, applicationCalls, box, divider, entered, events, modemOperation, step } from "./vocabulary.ts";

export const edition030PreFotaSuccess: ChartBindings = {
  chart: "edition-0.30-pre-fota-success",
  begins: "the management server starts a modem update",
  endsAtNextEvent: true,
  labels: {
    "the management server starts a modem update": divider(entered("carrier", "updatingFirmware")),
    ...events("FOTA_START", "REBOOT", "LTE_POWER_OFF", "CERTS_INIT", "LTE_READY", "REGISTERED"),
    "modem firmware is downloaded": box("library", entered("fota", "downloaded")),
    "application gets ready to reboot": step("prepareReboot"),
    Success: answered("REBOOT", true),
    "lte_lc_power_off()": applicationCalls("link", "lte_lc_power_off()"),
    "device reboot": { ...box("library", entered("carrier", "restarting")), allows: initialisationEvents },
    "the new modem firmware is applied": divider(modemOperation("init", "done", { result: "updated" })),
  },
};
