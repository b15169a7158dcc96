/** Object 0, LWM2M Security, version 1.1: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const SECURITY = defineObject({
  id: 0,
  name: "LWM2M Security",
  version: "1.1",
  lwm2mVersion: "1.1",
  instances: "multiple",
  presence: "mandatory",
  resources: [
    [0, "LWM2M Server URI", "", "single", "mandatory", "string", { range: { min: 0, max: 255 } }],
    [1, "Bootstrap-Server", "", "single", "mandatory", "boolean"],
    [2, "Security Mode", "", "single", "mandatory", "integer", { range: { min: 0, max: 4 } }],
    [3, "Public Key or Identity", "", "single", "mandatory", "opaque"],
    [4, "Server Public Key", "", "single", "mandatory", "opaque"],
    [5, "Secret Key", "", "single", "mandatory", "opaque"],
    [6, "SMS Security Mode", "", "single", "optional", "integer", { range: { min: 0, max: 255 } }],
    [7, "SMS Binding Key Parameters", "", "single", "optional", "opaque", { range: { max: 6 } }],
    [8, "SMS Binding Secret Key(s)", "", "single", "optional", "opaque", { values: [16, 32, 48] }],
    [9, "LwM2M Server SMS Number", "", "single", "optional", "string"],
    [10, "Short Server ID", "", "single", "optional", "integer", { range: { min: 1, max: 65534 } }],
    [11, "Client Hold Off Time", "", "single", "optional", "integer", { units: "s" }],
    [12, "Bootstrap-Server Account Timeout", "", "single", "optional", "integer", { units: "s" }],
    [13, "Matching Type", "", "single", "optional", "unsigned", { range: { min: 0, max: 3 }, units: "s" }],
    [14, "SNI", "", "single", "optional", "string"],
    [15, "Certificate Usage", "", "single", "optional", "unsigned", { range: { min: 0, max: 3 }, units: "s" }],
    [16, "DTLS/TLS Ciphersuite", "", "multiple", "optional", "unsigned"],
    [17, "OSCORE Security Mode", "", "single", "optional", "objlnk"],
  ],
});
