/** Object 2, LwM2M Access Control, version 1.1: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const ACCESS_CONTROL = defineObject({
  id: 2,
  name: "LwM2M Access Control",
  version: "1.1",
  lwm2mVersion: "1.0",
  instances: "multiple",
  presence: "optional",
  resources: [
    [0, "Object ID", "R", "single", "mandatory", "integer", { range: { min: 1, max: 65534 } }],
    [1, "Object Instance ID", "R", "single", "mandatory", "integer", { range: { min: 0, max: 65535 } }],
    [2, "ACL", "RW", "multiple", "optional", "integer", { range: { min: 0, max: 31 } }],
    [3, "Access Control Owner", "RW", "single", "mandatory", "integer", { range: { min: 0, max: 65535 } }],
  ],
});
