/** `edition-3-deferred-server`. Window: from the call of main() to the application event after the last error. */
import type { ChartBindings } from "./binding.ts";
import { box, call, connection, deferredEvent, divider, entered, errorEvent, sessionOutcome } from "./vocabulary.ts";

export const edition3DeferredServer: ChartBindings = {
  chart: "edition-3-deferred-server",
  begins: "lwm2m_carrier_main()",
  endsAtNextEvent: true,
  labels: {
    "lwm2m_carrier_main()": call("lwm2m_carrier_main()"),
    "device is bootstrapped and ready to connect": divider(entered("carrier", "serving")),
    "connect: no response": connection("server", sessionOutcome("register", "noRoute")),
    ...deferredEvent("SERVER_NO_ROUTE"),
    "retry time elapses": divider(entered("register", "connecting", "retry.due")),
    "connect: security handshake fails": connection("server", sessionOutcome("register", "handshakeFailed")),
    ...deferredEvent("SERVER_CONNECT"),
    connected: connection("server", sessionOutcome("register", "open")),
    "registration is not answered": box("server", entered("register", "registrationFailed")),
    ...deferredEvent("SERVER_REGISTRATION"),
    "all attempts are used up": divider(entered("carrier", "exhausted")),
    ...errorEvent("CONNECT"),
  },
};
