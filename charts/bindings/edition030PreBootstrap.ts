/** `edition-0.30-pre-bootstrap`. Window: from the call of run() to the application event after REGISTERED. */
import type { ChartBindings } from "./binding.ts";
import { applicationCalls, box, call, divider, entered, events, handled } from "./vocabulary.ts";

export const edition030PreBootstrap: ChartBindings = {
  chart: "edition-0.30-pre-bootstrap",
  begins: "lwm2m_carrier_run()",
  endsAtNextEvent: true,
  labels: {
    "lwm2m_carrier_run()": call("lwm2m_carrier_run()"),
    "device is not bootstrapped": divider(entered("carrier", "bootstrapping")),
    ...events("LTE_LINK_DOWN", "LTE_LINK_UP", "BOOTSTRAPPED", "LTE_READY", "REGISTERED"),
    "lte_lc_offline()": applicationCalls("link", "lte_lc_offline()"),
    "write bootstrap server keys to modem": box("library", entered("bootstrap", "writingServerKeys")),
    "lte_lc_connect()": applicationCalls("link", "lte_lc_connect()"),
    "write management server keys to modem": box("library", entered("bootstrap", "writingManagementKeys")),
    "device is bootstrapped": divider(entered("carrier", "serving")),
    "LTE link is free for the application": handled("application", "LTE_READY"),
    "connect to the management server(s)": box("library", entered("carrier", "registering")),
  },
};
