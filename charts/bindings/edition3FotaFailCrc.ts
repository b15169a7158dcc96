/** `edition-3-fota-fail-crc`. Window: from where the library turns to the update to the REGISTERED that follows. */
import type { ChartBindings } from "./binding.ts";
import { applicationCalls, box, divider, entered, errorEvent, events } from "./vocabulary.ts";
import { registeredAgain } from "./windows.ts";

export const edition3FotaFailCrc: ChartBindings = {
  chart: "edition-3-fota-fail-crc",
  begins: "the management server starts a modem update",
  endsBefore: registeredAgain,
  endsAtNextEvent: false,
  labels: {
    "the management server starts a modem update": divider(entered("carrier", "updatingFirmware")),
    ...events("FOTA_START", "LTE_LINK_DOWN", "LTE_LINK_UP"),
    "modem firmware download is under way": divider(entered("fota", "transferring")),
    "CRC error in the downloaded image": box("library", entered("fota", "imageRejected")),
    ...errorEvent("FOTA_FAIL", "EINVAL"),
    "the modem must be offline to delete the image": box("library", entered("fota", "takingLinkDownToDelete")),
    "lte_lc_offline()": applicationCalls("link", "lte_lc_offline()"),
    "the modem has deleted the image": box("library", entered("fota", "imageDeleted")),
    "lte_lc_connect()": applicationCalls("link", "lte_lc_connect()"),
  },
};
