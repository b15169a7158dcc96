/** Object 21, LWM2M OSCORE, version 2.0: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const OSCORE = defineObject({
  id: 21,
  name: "LWM2M OSCORE",
  version: "2.0",
  lwm2mVersion: "1.1",
  instances: "multiple",
  presence: "optional",
  resources: [
    [0, "OSCORE Master Secret", "", "single", "mandatory", "opaque"],
    [1, "OSCORE Sender ID", "", "single", "mandatory", "opaque"],
    [2, "OSCORE Recipient ID", "", "single", "mandatory", "opaque"],
    [3, "OSCORE AEAD Algorithm", "", "single", "optional", "integer"],
    [4, "OSCORE HMAC Algorithm", "", "single", "optional", "integer"],
    [5, "OSCORE Master Salt", "", "single", "optional", "opaque"],
    [6, "OSCORE ID Context", "", "single", "optional", "opaque"],
  ],
});
