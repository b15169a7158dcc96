/**
 * `edition-0.10-fota`. Window: from where the library turns to the update to the application event after REGISTERED.
 */
import type { ChartBindings } from "./binding.ts";
import { divider, entered, events } from "./vocabulary.ts";

export const edition010Fota: ChartBindings = {
  chart: "edition-0.10-fota",
  begins: "Carrier initiates modem update",
  endsAtNextEvent: true,
  labels: {
    "Carrier initiates modem update": divider(entered("carrier", "updatingFirmware")),
    ...events("FOTA_START", "DISCONNECTING", "DISCONNECTED", "CONNECTING", "CONNECTED", "LTE_READY", "REGISTERED"),
  },
};
