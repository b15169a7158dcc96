/**
 * `certs-success`. Window: from where the library begins to initialise to the application event after the tags were
 * handed over. An edition that tells of the initialised modem before it asks for certificates does so in between.
 */
import type { ChartBindings } from "./binding.ts";
import { answered, applicationCalls, divider, entered, events, returned, step } from "./vocabulary.ts";
import { initialisedBeforeCertificates } from "./windows.ts";

export const certsSuccess: ChartBindings = {
  chart: "certs-success",
  begins: "LwM2M carrier library is initializing",
  endsAtNextEvent: true,
  labels: {
    "LwM2M carrier library is initializing": divider(entered("carrier", "initialising"), initialisedBeforeCertificates),
    ...events("CERTS_INIT"),
    "Write CA certificates to modem security tags": step("writeCaCertificates"),
    "modem_key_mgmt_write(...)": applicationCalls("modem", "modem_key_mgmt_write(...)"),
    "Provide LwM2M carrier library the security tags for CA certificates": step("provideTags"),
    "LwM2M carrier event data set to ca_cert_tags_t": step("provideTags"),
    Success: [returned("modem", "application", "modem_key_mgmt_write(...)", true), answered("CERTS_INIT", true)],
  },
};
