/** `edition-0.30-init`. Window: from the call of init() to where the loop turns to its first phase. */
import type { ChartBindings } from "./binding.ts";
import { applicationCalls, box, call, entered, events, step } from "./vocabulary.ts";
import { loopPhase } from "./windows.ts";

export const edition030Init: ChartBindings = {
  chart: "edition-0.30-init",
  begins: "lwm2m_carrier_init()",
  endsBefore: loopPhase,
  endsAtNextEvent: true,
  labels: {
    "lwm2m_carrier_init()": call("lwm2m_carrier_init()"),
    ...events("INIT"),
    "CA certificates are written to the modem if not done already": step("writeCaCertificates"),
    "the application may attach to the network from here on": step("mayAttach"),
    "lte_lc_init_and_connect()": applicationCalls("link", "lte_lc_init_and_connect()"),
    "lwm2m_carrier_run()": call("lwm2m_carrier_run()"),
    "library loop, does not return": box("library", entered("carrier", "running")),
  },
};
