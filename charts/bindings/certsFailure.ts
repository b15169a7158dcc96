/**
 * `certs-failure`. Window: from where the library begins to initialise to the application event after init() has
 * failed, mostly the end of the run. An edition that tells of the initialised modem before it asks for certificates
 * does so in between.
 */
import type { ChartBindings } from "./binding.ts";
import { answered, applicationCalls, box, divider, entered, events, returned, step } from "./vocabulary.ts";
import { initialisedBeforeCertificates } from "./windows.ts";

export const certsFailure: ChartBindings = {
  chart: "certs-failure",
  begins: "LwM2M carrier library is initializing",
  endsAtNextEvent: true,
  labels: {
    "LwM2M carrier library is initializing": divider(entered("carrier", "initialising"), initialisedBeforeCertificates),
    ...events("CERTS_INIT"),
    "Write CA certificates to modem security tags": step("writeCaCertificates"),
    "modem_key_mgmt_write(...)": applicationCalls("modem", "modem_key_mgmt_write(...)"),
    Failure: [
      returned("modem", "application", "modem_key_mgmt_write(...)", false),
      answered("CERTS_INIT", false),
      returned("library", "application", "lwm2m_carrier_init()", false),
    ],
    "LwM2M carrier library fails to initialize": box("library", entered("carrier", "initialisationFailed")),
  },
};
