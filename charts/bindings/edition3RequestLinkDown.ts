/**
 * `edition-3-request-link-down`. Window: from where the library has registered (it tells the application so right
 * after) to the application event after the modem went offline.
 */
import type { ChartBindings } from "./binding.ts";
import {
  applicationCalls,
  box,
  divider,
  entered,
  events,
  message,
  modemNotifies,
  modemOperation,
  request,
} from "./vocabulary.ts";
import { registered } from "./windows.ts";

export const edition3RequestLinkDown: ChartBindings = {
  chart: "edition-3-request-link-down",
  begins: "the library is connected to a management server",
  endsAtNextEvent: true,
  labels: {
    "the library is connected to a management server": divider(entered("carrier", "registered"), registered),
    "lwm2m_carrier_request() LWM2M_CARRIER_REQUEST_LINK_DOWN": request("LWM2M_CARRIER_REQUEST_LINK_DOWN"),
    "disconnect from the management server": box("library", entered("carrier", "disconnecting")),
    ...events("LTE_LINK_DOWN"),
    "lte_lc_offline()": applicationCalls("link", "lte_lc_offline()"),
    "AT+CFUN=4": message("link", "modem", modemOperation("setFunctionalMode", "start", { mode: "offline" })),
    "modem is offline": box("modem", modemNotifies("functionalMode", { mode: "offline" })),
  },
};
