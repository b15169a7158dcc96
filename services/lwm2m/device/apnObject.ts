/** Object 11, APN Connection Profile: the PDN that the modem has (object version 1.1); the configuration sets it up. */

import type { PdnType } from "../../../ports/modem.ts";
import { CODE } from "../../coap/codes.ts";
import { APN_CONNECTION_PROFILE } from "../objects/apnConnectionProfile.ts";
import type { ResourceBehaviours } from "./behaviour.ts";
import type { NetworkStatus } from "./networkStatus.ts";
import { refusedWrites } from "./refusedWrites.ts";
import type { ObjectTree } from "./tree.ts";

const PROFILE_NAME = "default";
/** 11/x/4: no user name and secret are asked for. */
const NO_AUTHENTICATION = 3;
/** 11/x/24. */
const PDN_TYPE: Readonly<Record<PdnType, number>> = { nonIp: 0, ipv4: 1, ipv6: 2, ipv4v6: 3 };

const RESOURCES: ResourceBehaviours<NetworkStatus> = {
  ...refusedWrites(APN_CONNECTION_PROFILE, { code: CODE.METHOD_NOT_ALLOWED, detail: "the device's own setting" }),
  0: { read: () => PROFILE_NAME },
  1: { read: (_instanceId, { pdn, apn }) => pdn?.apn ?? apn },
  2: { read: (_instanceId, { apn }) => apn === undefined },
  3: { read: () => true },
  4: { read: () => NO_AUTHENTICATION },
  15: { read: (_instanceId, { pdn }) => listed(pdn?.addresses) },
  19: { read: (_instanceId, { pdn }) => listed(pdn?.dnsServers.slice(0, 1)) },
  20: { read: (_instanceId, { pdn }) => listed(pdn?.dnsServers.slice(1, 2)) },
  24: { read: (_instanceId, { pdnType }) => (pdnType === undefined ? undefined : PDN_TYPE[pdnType]) },
};

export function addApnObject(tree: ObjectTree, status: NetworkStatus): void {
  tree.add(APN_CONNECTION_PROFILE, { resources: RESOURCES, context: status, fixedInstances: true });
  tree.create(APN_CONNECTION_PROFILE.id, 0);
}

function listed(values: readonly string[] = []): ReadonlyMap<number, string> | undefined {
  return values.length === 0 ? undefined : new Map(values.map((value, index) => [index, value]));
}
