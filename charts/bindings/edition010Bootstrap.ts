/**
 * `edition-0.10-bootstrap`. Window: from where the running library turns to the bootstrap (run() itself lies in the
 * init chart's window) to the application event after REGISTERED.
 */
import type { ChartBindings } from "./binding.ts";
import { box, divider, entered, events } from "./vocabulary.ts";

export const edition010Bootstrap: ChartBindings = {
  chart: "edition-0.10-bootstrap",
  begins: "Device is not bootstrapped yet",
  endsAtNextEvent: true,
  labels: {
    "Device is not bootstrapped yet": divider(entered("carrier", "bootstrapping")),
    ...events("DISCONNECTING", "DISCONNECTED"),
    "Write keys to modem": box("library", entered("bootstrap", "writingManagementKeys")),
    ...events("CONNECTING", "CONNECTED", "BOOTSTRAPPED", "LTE_READY", "REGISTERED"),
  },
};
