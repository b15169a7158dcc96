/** `edition-3-bootstrap`. Window: from the call of main() to the application event after REGISTERED. */
import type { ChartBindings } from "./binding.ts";
import { applicationCalls, box, call, divider, entered, events } from "./vocabulary.ts";

export const edition3Bootstrap: ChartBindings = {
  chart: "edition-3-bootstrap",
  begins: "lwm2m_carrier_main()",
  endsAtNextEvent: true,
  labels: {
    "lwm2m_carrier_main()": call("lwm2m_carrier_main()"),
    "device is not bootstrapped": divider(entered("carrier", "bootstrapping")),
    ...events("LTE_LINK_DOWN", "LTE_LINK_UP", "BOOTSTRAPPED", "REGISTERED"),
    "lte_lc_offline()": applicationCalls("link", "lte_lc_offline()"),
    "write bootstrap server keys to modem": box("library", entered("bootstrap", "writingServerKeys")),
    "lte_lc_connect()": applicationCalls("link", "lte_lc_connect()"),
    "write management server keys to modem": box("library", entered("bootstrap", "writingManagementKeys")),
    "device is bootstrapped": divider(entered("carrier", "serving")),
    "connect to the management server(s)": box("library", entered("carrier", "registering")),
  },
};
