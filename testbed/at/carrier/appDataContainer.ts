/** Object 10250, App Data Container, version 1.0: the facts of its OMA registry file. */
import type { OwnObject } from "../../../carrier/ownObjects.ts";
import { defineObject } from "../../../services/lwm2m/objects/define.ts";

export const APP_DATA_CONTAINER = defineObject({
  id: 10_250,
  name: "App Data Container",
  version: "1.0",
  lwm2mVersion: "1.0",
  instances: "single",
  presence: "optional",
  resources: [
    [0, "UL data", "R", "single", "mandatory", "opaque"],
    [1, "DL data", "W", "single", "mandatory", "opaque"],
  ],
});

export const DOWNLINK_PATH = `/${APP_DATA_CONTAINER.id}/0/1`;

/** With its one instance; `tell` hears what a server writes. */
export function appDataContainer(tell: (data: Uint8Array) => void): OwnObject {
  return {
    definition: APP_DATA_CONTAINER,
    behaviour: {
      resources: {
        1: {
          written({ now, caller }) {
            if (caller === "server" && now instanceof Uint8Array) tell(now);
          },
        },
      },
    },
    instances: { 0: { 0: new Uint8Array(0), 1: new Uint8Array(0) } },
  };
}
