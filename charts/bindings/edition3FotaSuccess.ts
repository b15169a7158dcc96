/** `edition-3-fota-success`. Window: from where the library turns to the update to the REGISTERED that follows. */
import type { ChartBindings } from "./binding.ts";
import { applicationCalls, box, divider, entered, events, message, modemActs, modemNotifies } from "./vocabulary.ts";
import { registeredAgain } from "./windows.ts";

export const edition3FotaSuccess: ChartBindings = {
  chart: "edition-3-fota-success",
  begins: "the management server starts a modem update",
  endsBefore: registeredAgain,
  endsAtNextEvent: false,
  labels: {
    "the management server starts a modem update": divider(entered("carrier", "updatingFirmware")),
    ...events("FOTA_START", "LTE_POWER_OFF", "MODEM_SHUTDOWN", "MODEM_INIT", "FOTA_SUCCESS", "LTE_LINK_UP"),
    "modem firmware is downloaded": box("library", entered("fota", "downloaded")),
    "lte_lc_power_off()": applicationCalls("link", "lte_lc_power_off()"),
    "nrf_modem_lib_shutdown()": applicationCalls("modem", "nrf_modem_lib_shutdown()"),
    "modem shut down": message("modem", "library", modemNotifies("shutdown")),
    "nrf_modem_lib_init()": applicationCalls("modem", "nrf_modem_lib_init()"),
    "apply the new firmware": box("modem", modemActs("applyFirmware")),
    "modem initialised, result: updated": message(
      "modem",
      "library",
      modemNotifies("initialised", { result: "updated" }),
    ),
    "lte_lc_connect()": applicationCalls("link", "lte_lc_connect()"),
  },
};
