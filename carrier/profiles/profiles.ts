/**
 * The carrier library's profiles. What operators ask of devices is not published, their servers and keys least of all:
 * accounts come from the configuration or from a profile of the user's own. Times and objects are those known of the
 * library; where nothing is known LwM2M's own hold.
 */
import { NO_FURTHER_SEQUENCE } from "../../machines/settings.ts";
import type { Profile } from "./profile.ts";

/** For every SIM: the library's profile for servers of the user's own. */
const generic: Profile = { id: "generic", operators: [] };

const verizon: Profile = {
  id: "verizon",
  operators: ["310004", "310010", "310012", "310013", "311480"],
  // 2, 4, 8 and 16 minutes, then a day, and again.
  retry: { count: 5, timerSeconds: 120, sequenceDelaySeconds: 86_400, sequenceCount: NO_FURTHER_SEQUENCE - 1 },
  holdOffSeconds: 10,
  objects: [6, 7, 10, 11, 16],
  requestsRegistration: false,
};

const tMobile: Profile = {
  id: "tMobile",
  operators: ["310160", "310260"],
  objects: [6, 7, 10, 11, 16, 19],
  requestsRegistration: false,
};

const softBank: Profile = { id: "softBank", operators: ["44020"], objects: [6, 7, 10, 11, 16, 19] };

const lgUplus: Profile = {
  id: "lgUplus",
  operators: ["45006"],
  objects: [6, 7, 10, 11, 16, 19],
  requestsRegistration: false,
};

const bellCanada: Profile = {
  id: "bellCanada",
  operators: ["302610"],
  objects: [6, 7, 10, 11, 16, 19],
  requestsRegistration: false,
};

/** By the names that a configuration enables them with. */
export const PROFILES = { generic, verizon, lgUplus, tMobile, softBank, bellCanada } as const;
export type ProfileName = keyof typeof PROFILES;

export const DEFAULT_PROFILE: Profile = generic;
