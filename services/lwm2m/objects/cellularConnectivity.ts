/** Object 10, LWM2M Cellular Connectivity, version 1.1: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const CELLULAR_CONNECTIVITY = defineObject({
  id: 10,
  name: "LWM2M Cellular Connectivity",
  version: "1.1",
  lwm2mVersion: "1.1",
  instances: "single",
  presence: "optional",
  resources: [
    [0, "SMSC address", "RW", "single", "optional", "string"],
    [1, "Disable radio period", "RW", "single", "optional", "integer", { range: { min: 0, max: 65535 } }],
    [2, "Module activation code", "RW", "single", "optional", "string"],
    [3, "Vendor specific extensions", "R", "single", "optional", "objlnk"],
    [4, "PSM Timer", "RW", "single", "optional", "integer", { units: "s" }],
    [5, "Active Timer", "RW", "single", "optional", "integer", { units: "s" }],
    [7, "eDRX parameters for Iu mode", "RW", "single", "optional", "opaque", { range: { min: 0, max: 255 } }],
    [8, "eDRX parameters for WB-S1 mode", "RW", "single", "optional", "opaque", { range: { min: 0, max: 255 } }],
    [9, "eDRX parameters for NB-S1 mode", "RW", "single", "optional", "opaque", { range: { min: 0, max: 255 } }],
    [10, "eDRX parameters for A/Gb mode", "RW", "single", "optional", "opaque", { range: { min: 0, max: 255 } }],
    [11, "Activated Profile Names", "R", "multiple", "mandatory", "objlnk"],
    [12, "Supported Power Saving Modes", "R", "single", "optional", "unsigned", { range: { min: 0, max: 255 } }],
    [13, "Active Power Saving Modes", "RW", "single", "optional", "unsigned", { range: { min: 0, max: 255 } }],
    [
      14,
      "Release Assistance Indication Usage",
      "RW",
      "single",
      "optional",
      "unsigned",
      { range: { min: 0, max: 255 } },
    ],
  ],
});
