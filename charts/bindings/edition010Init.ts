/** `edition-0.10-init`. Window: from the call of init() to where the loop turns to its first phase. */
import type { ChartBindings } from "./binding.ts";
import { box, call, entered, events, returned } from "./vocabulary.ts";
import { loopPhase } from "./windows.ts";

export const edition010Init: ChartBindings = {
  chart: "edition-0.10-init",
  begins: "lwm2m_carrier_init()",
  endsBefore: loopPhase,
  endsAtNextEvent: true,
  labels: {
    "lwm2m_carrier_init()": call("lwm2m_carrier_init()"),
    ...events("BSDLIB_INIT", "CONNECTING", "CONNECTED"),
    Success: returned("library", "application", "lwm2m_carrier_init()", true),
    "lwm2m_carrier_run()": call("lwm2m_carrier_run()"),
    "(no return)": box("library", entered("carrier", "running")),
  },
};
