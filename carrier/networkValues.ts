/** What the modem knows of the network, for object 4. */
import type { Modem } from "../ports/modem.ts";
import { setConnectivity } from "../services/lwm2m/device/connectivityObject.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";

/** A modem that cannot say leaves the values as they are. Never rejects. */
export async function readNetworkValues(modem: Modem, tree: ObjectTree): Promise<void> {
  const [signal, cell, pdn] = await Promise.allSettled([modem.signal(), modem.cell(), modem.activatePdn()]);
  setConnectivity(tree, {
    ...(signal.status === "fulfilled" && { signal: signal.value }),
    ...(cell.status === "fulfilled" && { cell: cell.value }),
    ...(pdn.status === "fulfilled" && { pdn: pdn.value }),
  });
}
