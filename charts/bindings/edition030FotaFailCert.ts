/**
 * `edition-0.30-fota-fail-cert`. Window: from where the library turns to the update to the application event after
 * the error.
 */
import type { ChartBindings } from "./binding.ts";
import { box, connectsWithSecurityTags, divider, entered, errorEvent, events } from "./vocabulary.ts";

export const edition030FotaFailCert: ChartBindings = {
  chart: "edition-0.30-fota-fail-cert",
  begins: "the management server starts a modem update",
  endsAtNextEvent: true,
  labels: {
    "the management server starts a modem update": divider(entered("carrier", "updatingFirmware")),
    ...events("FOTA_START"),
    "apply the security tag that holds the invalid certificate": box("library", connectsWithSecurityTags),
    ...errorEvent("FOTA_CONN", "ECONNREFUSED"),
  },
};
