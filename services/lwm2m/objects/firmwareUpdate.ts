/** Object 5, Firmware Update, version 1.0 and 1.1: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const FIRMWARE_UPDATE_1_0 = defineObject({
  id: 5,
  name: "Firmware Update",
  version: "1.0",
  lwm2mVersion: "1.0",
  instances: "single",
  presence: "optional",
  resources: [
    [0, "Package", "W", "single", "mandatory", "opaque"],
    [1, "Package URI", "RW", "single", "mandatory", "string", { range: { min: 0, max: 255 } }],
    [2, "Update", "E", "single", "mandatory", "none"],
    [3, "State", "R", "single", "mandatory", "integer", { range: { min: 0, max: 3 } }],
    [5, "Update Result", "R", "single", "mandatory", "integer", { range: { min: 0, max: 9 } }],
    [6, "PkgName", "R", "single", "optional", "string", { range: { min: 0, max: 255 } }],
    [7, "PkgVersion", "R", "single", "optional", "string", { range: { min: 0, max: 255 } }],
    [8, "Firmware Update Protocol Support", "R", "multiple", "optional", "integer", { range: { min: 0, max: 5 } }],
    [9, "Firmware Update Delivery Method", "R", "single", "mandatory", "integer", { range: { min: 0, max: 2 } }],
  ],
});

export const FIRMWARE_UPDATE = defineObject({
  id: 5,
  name: "Firmware Update",
  version: "1.1",
  lwm2mVersion: "1.1",
  instances: "single",
  presence: "optional",
  resources: [
    [0, "Package", "W", "single", "mandatory", "opaque"],
    [1, "Package URI", "RW", "single", "mandatory", "string", { range: { min: 0, max: 255 } }],
    [2, "Update", "E", "single", "mandatory", "none"],
    [3, "State", "R", "single", "mandatory", "integer", { range: { min: 0, max: 3 } }],
    [5, "Update Result", "R", "single", "mandatory", "integer", { range: { min: 0, max: 11 } }],
    [6, "PkgName", "R", "single", "optional", "string", { range: { min: 0, max: 255 } }],
    [7, "PkgVersion", "R", "single", "optional", "string", { range: { min: 0, max: 255 } }],
    [8, "Firmware Update Protocol Support", "R", "multiple", "optional", "integer", { range: { min: 0, max: 5 } }],
    [9, "Firmware Update Delivery Method", "R", "single", "mandatory", "integer", { range: { min: 0, max: 2 } }],
    [10, "Cancel", "E", "single", "optional", "none"],
    [11, "Severity", "RW", "single", "optional", "integer", { range: { min: 0, max: 2 } }],
    [12, "Last State Change Time", "R", "single", "optional", "time"],
    [13, "Maximum Defer Period", "RW", "single", "optional", "unsigned", { units: "s" }],
  ],
});
