/** Object 6, Location, version 1.0: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const LOCATION = defineObject({
  id: 6,
  name: "Location",
  version: "1.0",
  lwm2mVersion: "1.0",
  instances: "single",
  presence: "optional",
  resources: [
    [0, "Latitude", "R", "single", "mandatory", "float", { units: "lat" }],
    [1, "Longitude", "R", "single", "mandatory", "float", { units: "lon" }],
    [2, "Altitude", "R", "single", "optional", "float", { units: "m" }],
    [3, "Radius", "R", "single", "optional", "float", { units: "m" }],
    [4, "Velocity", "R", "single", "optional", "opaque"],
    [5, "Timestamp", "R", "single", "mandatory", "time"],
    [6, "Speed", "R", "single", "optional", "float", { units: "m/s" }],
  ],
});
