/** Object 4, Connectivity Monitoring, version 1.3: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const CONNECTIVITY_MONITORING = defineObject({
  id: 4,
  name: "Connectivity Monitoring",
  version: "1.3",
  lwm2mVersion: "1.1",
  instances: "single",
  presence: "optional",
  resources: [
    [0, "Network Bearer", "R", "single", "mandatory", "integer", { range: { min: 0, max: 50 } }],
    [1, "Available Network Bearer", "R", "multiple", "mandatory", "integer", { range: { min: 0, max: 50 } }],
    [2, "Radio Signal Strength", "R", "single", "mandatory", "integer", { units: "dBm" }],
    [3, "Link Quality", "R", "single", "optional", "integer"],
    [4, "IP Addresses", "R", "multiple", "mandatory", "string"],
    [5, "Router IP Addresses", "R", "multiple", "optional", "string"],
    [6, "Link Utilization", "R", "single", "optional", "integer", { range: { min: 0, max: 100 }, units: "/100" }],
    [7, "APN", "R", "multiple", "optional", "string"],
    [8, "Cell ID", "R", "single", "optional", "integer"],
    [9, "SMNC", "R", "single", "optional", "integer", { range: { min: 0, max: 999 } }],
    [10, "SMCC", "R", "single", "optional", "integer", { range: { min: 0, max: 999 } }],
    [11, "SignalSNR", "R", "single", "optional", "integer", { units: "dB" }],
    [12, "LAC", "R", "single", "optional", "integer"],
    [13, "Coverage Enhancement Level", "R", "single", "optional", "integer", { range: { min: 0, max: 4 } }],
  ],
});
