/** Object 4, Connectivity Monitoring: what the modem knows of its network (object version 1.3). */
import type { ResourceValue } from "../model.ts";
import { APN_CONNECTION_PROFILE } from "../objects/apnConnectionProfile.ts";
import { CONNECTIVITY_MONITORING } from "../objects/connectivityMonitoring.ts";
import type { ResourceBehaviour, ResourceBehaviours } from "./behaviour.ts";
import { type Connectivity, NetworkStatus } from "./networkStatus.ts";
import { sameValue } from "./resourceValue.ts";
import type { ObjectTree } from "./tree.ts";

export type { Connectivity };

/** 4/0/0. */
export const NETWORK_BEARER = { lteFdd: 6, nbIot: 7, ethernet: 41 } as const;
export type NetworkBearer = keyof typeof NETWORK_BEARER;

interface Context {
  /** Before a cell is known. */
  readonly bearer: NetworkBearer;
  readonly status: NetworkStatus;
}

const NO_ADDRESSES: ReadonlyMap<number, string> = new Map();
/** 4/0/1 by bearer: shared by all devices. */
const AVAILABLE: Readonly<Record<NetworkBearer, ReadonlyMap<number, number>>> = {
  lteFdd: new Map([[0, NETWORK_BEARER.lteFdd]]),
  nbIot: new Map([[0, NETWORK_BEARER.nbIot]]),
  ethernet: new Map([[0, NETWORK_BEARER.ethernet]]),
};

const from = (value: (context: Context) => ResourceValue | undefined): ResourceBehaviour<Context> => ({
  read(_instanceId, context) {
    const read = value(context);
    context.status.wasRead();
    return read;
  },
});

const RESOURCES: ResourceBehaviours<Context> = {
  0: from((context) => NETWORK_BEARER[bearerOf(context)]),
  1: from((context) => AVAILABLE[bearerOf(context)]),
  2: from(({ status }) => Math.round(status.signal?.rsrpDbm ?? 0)),
  3: from(({ status }) => rounded(status.signal?.rsrqDb)),
  4: from(({ status }) => (status.pdn === undefined ? NO_ADDRESSES : listed(status.pdn.addresses))),
  7: from(({ status }) => (status.pdn === undefined ? undefined : listed([status.pdn.apn]))),
  8: from(({ status }) => status.cell?.cellId),
  9: from(({ status }) => (status.cell === undefined ? undefined : Number(status.cell.plmn.slice(3)))),
  10: from(({ status }) => (status.cell === undefined ? undefined : Number(status.cell.plmn.slice(0, 3)))),
  11: from(({ status }) => rounded(status.signal?.snrDb)),
  12: from(({ status }) => status.cell?.trackingArea),
};
const IDS = Object.keys(RESOURCES).map(Number);
/** Of object 11: what depends on the PDN. */
const PDN_RESOURCES = [1, 15, 19, 20];

export function addConnectivityObject(
  tree: ObjectTree,
  bearer: NetworkBearer = "lteFdd",
  status: NetworkStatus = new NetworkStatus(),
): void {
  tree.add(CONNECTIVITY_MONITORING, { resources: RESOURCES, context: { bearer, status } });
  tree.create(CONNECTIVITY_MONITORING.id, 0);
}

/** Puts in what the modem has said; what is not given stays. Observers hear of what is another value now. */
export function setConnectivity(tree: ObjectTree, connectivity: Connectivity): void {
  const { id } = CONNECTIVITY_MONITORING;
  const context = tree.behaviour(id)?.context as Context | undefined;
  if (context === undefined) return;
  const valueNow = (resource: number) => RESOURCES[resource]?.read?.(0, context);
  const before = IDS.map(valueNow);
  const pdn = context.status.pdn;
  context.status.note(connectivity);
  tree.batch(() => {
    for (const [index, resource] of IDS.entries()) {
      if (!sameValue(before[index], valueNow(resource))) tree.touch(id, 0, resource);
    }
    if (connectivity.pdn === undefined || pdn === connectivity.pdn) return;
    if (!tree.hasInstance(APN_CONNECTION_PROFILE.id, 0)) return;
    for (const resource of PDN_RESOURCES) tree.touch(APN_CONNECTION_PROFILE.id, 0, resource);
  });
}

function bearerOf({ bearer, status }: Context): NetworkBearer {
  if (status.cell === undefined) return bearer;
  return status.cell.technology === "nbIot" ? "nbIot" : "lteFdd";
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}

function listed(values: readonly string[]): ReadonlyMap<number, string> {
  return new Map(values.map((value, index) => [index, value]));
}
