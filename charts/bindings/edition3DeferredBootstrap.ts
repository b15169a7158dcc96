/** `edition-3-deferred-bootstrap`. Window: from the call of main() to the application event after the last error. */
import type { ChartBindings } from "./binding.ts";
import {
  box,
  call,
  connection,
  deferredEvent,
  divider,
  entered,
  errorEvent,
  events,
  sessionOutcome,
} from "./vocabulary.ts";

export const edition3DeferredBootstrap: ChartBindings = {
  chart: "edition-3-deferred-bootstrap",
  begins: "lwm2m_carrier_main()",
  endsAtNextEvent: true,
  labels: {
    "lwm2m_carrier_main()": call("lwm2m_carrier_main()"),
    "device is not bootstrapped": divider(entered("carrier", "bootstrapping")),
    ...events("LTE_LINK_DOWN", "LTE_LINK_UP"),
    "write bootstrap server keys to modem": box("library", entered("bootstrap", "writingServerKeys")),
    "connect: no response": connection("bootstrap", sessionOutcome("bootstrap", "noRoute")),
    ...deferredEvent("BOOTSTRAP_NO_ROUTE"),
    "retry time elapses": divider(entered("bootstrap", "connecting", "retry.due")),
    "connect: security handshake fails": connection("bootstrap", sessionOutcome("bootstrap", "handshakeFailed")),
    ...deferredEvent("BOOTSTRAP_CONNECT"),
    connected: connection("bootstrap", sessionOutcome("bootstrap", "open")),
    "expected objects are not sent": box("bootstrap", entered("bootstrap", "sequenceFailed")),
    ...deferredEvent("BOOTSTRAP_SEQUENCE"),
    "all attempts are used up": divider(entered("carrier", "exhausted")),
    ...errorEvent("CONNECT"),
  },
};
