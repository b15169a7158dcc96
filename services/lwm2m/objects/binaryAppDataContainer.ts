/** Object 19, BinaryAppDataContainer, version 1.0: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const BINARY_APP_DATA_CONTAINER = defineObject({
  id: 19,
  name: "BinaryAppDataContainer",
  version: "1.0",
  lwm2mVersion: "1.0",
  instances: "multiple",
  presence: "optional",
  resources: [
    [0, "Data", "RW", "multiple", "mandatory", "opaque"],
    [1, "Data Priority", "RW", "single", "optional", "integer", { range: { min: 0, max: 255 } }],
    [2, "Data Creation Time", "RW", "single", "optional", "time"],
    [3, "Data Description", "RW", "single", "optional", "string", { range: { max: 32 } }],
    [4, "Data Format", "RW", "single", "optional", "string", { range: { max: 32 } }],
    [5, "App ID", "RW", "single", "optional", "integer", { range: { min: 0, max: 65535 } }],
  ],
});
