/** `edition-0.21-init`. Window: from the call of init() to where the loop turns to its first phase. */
import type { ChartBindings } from "./binding.ts";
import { answered, box, call, entered, events, returned } from "./vocabulary.ts";
import { loopPhase } from "./windows.ts";

export const edition021Init: ChartBindings = {
  chart: "edition-0.21-init",
  begins: "lwm2m_carrier_init()",
  endsBefore: loopPhase,
  endsAtNextEvent: true,
  labels: {
    "lwm2m_carrier_init()": call("lwm2m_carrier_init()"),
    ...events("MODEM_INIT", "CERTS_INIT", "CONNECTING", "CONNECTED"),
    Success: [answered("CERTS_INIT", true), returned("library", "application", "lwm2m_carrier_init()", true)],
    "lwm2m_carrier_run()": call("lwm2m_carrier_run()"),
    "(no return)": box("library", entered("carrier", "running")),
  },
};
