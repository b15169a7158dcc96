/** Object 7, Connectivity Statistics, version 1.0: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const CONNECTIVITY_STATISTICS = defineObject({
  id: 7,
  name: "Connectivity Statistics",
  version: "1.0",
  lwm2mVersion: "1.0",
  instances: "single",
  presence: "optional",
  resources: [
    [0, "SMS Tx Counter", "R", "single", "optional", "integer"],
    [1, "SMS Rx Counter", "R", "single", "optional", "integer"],
    [2, "Tx Data", "R", "single", "optional", "integer"],
    [3, "Rx Data", "R", "single", "optional", "integer"],
    [4, "Max Message Size", "R", "single", "optional", "integer", { units: "B" }],
    [5, "Average Message Size", "R", "single", "optional", "integer", { units: "B" }],
    [6, "Start", "E", "single", "mandatory", "none"],
    [7, "Stop", "E", "single", "mandatory", "none"],
    [8, "Collection Period", "RW", "single", "optional", "integer", { units: "s" }],
  ],
});
