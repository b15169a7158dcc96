/** Object 16, Portfolio, version 1.0: the facts of its OMA registry file. */
import { defineObject } from "./define.ts";

export const PORTFOLIO = defineObject({
  id: 16,
  name: "Portfolio",
  version: "1.0",
  lwm2mVersion: "1.0",
  instances: "multiple",
  presence: "optional",
  resources: [
    [0, "Identity", "RW", "multiple", "mandatory", "string"],
    [1, "GetAuthData", "E", "single", "optional", "none"],
    [2, "AuthData", "R", "multiple", "optional", "opaque"],
    [3, "AuthStatus", "R", "single", "optional", "integer", { range: { min: 0, max: 2 } }],
  ],
});
