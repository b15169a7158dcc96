/** Object 20, Event Log, version 2.1: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const EVENT_LOG = defineObject({
  id: 20,
  name: "Event Log",
  version: "2.1",
  lwm2mVersion: "1.1",
  instances: "multiple",
  presence: "optional",
  resources: [
    [4010, "LogClass", "RW", "single", "optional", "integer", { range: { min: 0, max: 255 } }],
    [4011, "LogStart", "E", "single", "optional", "none"],
    [4012, "LogStop", "E", "single", "optional", "none"],
    [4013, "LogStatus", "R", "single", "optional", "integer", { range: { min: 0, max: 255 } }],
    [4014, "LogData", "R", "single", "mandatory", "opaque"],
    [4015, "LogDataFormat", "RW", "single", "optional", "integer", { range: { min: 0, max: 255 } }],
    [4016, "LogDataIncremental", "", "single", "optional", "opaque"],
    [4017, "LogDataIncrementalMinimumSendInterval", "RW", "single", "optional", "unsigned"],
  ],
});
