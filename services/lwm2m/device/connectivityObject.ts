/** Object 4, Connectivity Monitoring: what the modem knows of its network (object version 1.3). */
import type { CellInfo, PdnInfo, SignalQuality } from "../../../ports/modem.ts";
import { CONNECTIVITY_MONITORING } from "../objects/connectivityMonitoring.ts";
import { instanceValues } from "../objects/define.ts";
import type { ObjectTree } from "./tree.ts";

/** 4/0/0. */
export const NETWORK_BEARER = { lteFdd: 6, nbIot: 7, ethernet: 41 } as const;
export type NetworkBearer = keyof typeof NETWORK_BEARER;

const NO_ADDRESSES: ReadonlyMap<number, string> = new Map();
/** 4/0/1 by bearer: shared by all devices. */
const AVAILABLE: Readonly<Record<NetworkBearer, ReadonlyMap<number, number>>> = {
  lteFdd: new Map([[0, NETWORK_BEARER.lteFdd]]),
  nbIot: new Map([[0, NETWORK_BEARER.nbIot]]),
  ethernet: new Map([[0, NETWORK_BEARER.ethernet]]),
};

export function addConnectivityObject(tree: ObjectTree, bearer: NetworkBearer = "lteFdd"): void {
  tree.add(CONNECTIVITY_MONITORING);
  const values = instanceValues(CONNECTIVITY_MONITORING, {
    0: NETWORK_BEARER[bearer],
    1: AVAILABLE[bearer],
    2: 0,
    4: NO_ADDRESSES,
  });
  tree.create(CONNECTIVITY_MONITORING.id, 0, values);
}

export interface Connectivity {
  readonly signal?: SignalQuality;
  readonly cell?: CellInfo;
  readonly pdn?: PdnInfo;
}

/** Puts in what the modem has said; what is not given stays. */
export function setConnectivity(tree: ObjectTree, { signal, cell, pdn }: Connectivity): void {
  tree.batch(() => {
    if (signal !== undefined) {
      const snr = signal.snrDb === undefined ? undefined : Math.round(signal.snrDb);
      tree.update(CONNECTIVITY_MONITORING, 0, { 2: Math.round(signal.rsrpDbm), 3: Math.round(signal.rsrqDb), 11: snr });
    }
    if (cell !== undefined) {
      const bearer = cell.technology === "nbIot" ? "nbIot" : "lteFdd";
      tree.update(CONNECTIVITY_MONITORING, 0, {
        0: NETWORK_BEARER[bearer],
        1: AVAILABLE[bearer],
        8: cell.cellId,
        9: Number(cell.plmn.slice(3)),
        10: Number(cell.plmn.slice(0, 3)),
        12: cell.trackingArea,
      });
    }
    if (pdn !== undefined) {
      tree.update(CONNECTIVITY_MONITORING, 0, {
        4: new Map(pdn.addresses.map((address, index) => [index, address])),
        7: new Map([[0, pdn.apn]]),
      });
    }
  });
}
