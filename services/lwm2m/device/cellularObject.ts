/**
 * Object 10, Cellular Connectivity: which APN profile is in use (object version 1.1). Timers of power saving and eDRX are
 * the modem's own; a server cannot set them.
 */
import { CODE } from "../../coap/codes.ts";
import type { ObjectLink } from "../model.ts";
import { APN_CONNECTION_PROFILE } from "../objects/apnConnectionProfile.ts";
import { CELLULAR_CONNECTIVITY } from "../objects/cellularConnectivity.ts";
import type { ObjectBehaviour } from "./behaviour.ts";
import { refusedWrites } from "./refusedWrites.ts";
import type { ObjectTree } from "./tree.ts";

/** Activated Profile Names: the one profile there is. */
const ACTIVATED: ReadonlyMap<number, ObjectLink> = new Map([
  [0, { objectId: APN_CONNECTION_PROFILE.id, instanceId: 0 }],
]);

const BEHAVIOUR: ObjectBehaviour = {
  resources: {
    ...refusedWrites(CELLULAR_CONNECTIVITY, { code: CODE.METHOD_NOT_ALLOWED, detail: "the modem does not take it" }),
    11: { read: () => ACTIVATED },
  },
};

export function addCellularObject(tree: ObjectTree): void {
  tree.add(CELLULAR_CONNECTIVITY, BEHAVIOUR);
  tree.create(CELLULAR_CONNECTIVITY.id, 0);
}
