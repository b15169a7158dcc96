/** The bootstrap server's account after the bootstrap: how long it stays, and how it goes (LwM2M 1.1 E.1, 0/x/12). */
import type { DeviceFacts } from "../machines/carrierModel.ts";
import { bootstrapAccount, bootstrapInstanceId } from "../services/lwm2m/device/accounts.ts";
import { SECURITY } from "../services/lwm2m/objects/security.ts";
import type { Device } from "./device.ts";
import { writeKeys } from "./keys.ts";

export function bootstrapServerFacts({
  tree,
  facts,
}: Device): Pick<DeviceFacts, "hasBootstrapServer" | "bootstrapAccountExpiresAt"> {
  const account = bootstrapAccount(tree);
  if (account === undefined) return { hasBootstrapServer: false };
  const { accountTimeoutSeconds: seconds } = account;
  const { bootstrapped, lastBootstrapAt } = facts;
  if (!bootstrapped || lastBootstrapAt === undefined || seconds === 0) return { hasBootstrapServer: true };
  return { hasBootstrapServer: true, bootstrapAccountExpiresAt: lastBootstrapAt + 1000 * seconds };
}

/** The account goes at once and for good; its keys as soon as the modem is offline: now, at a start, or at the end. */
export function purgeBootstrapAccount(device: Device): void {
  const { tree } = device;
  const id = bootstrapInstanceId(tree);
  if (id === undefined) return;
  tree.delete(SECURITY.id, id);
  device.keepTree();
  void removeStaleKeys(device);
}

/** The keys of a bootstrap server that there is no account of; a modem that is in use refuses to delete them. */
export async function removeStaleKeys({ tree, vault, facts, options: { modem } }: Device): Promise<void> {
  if (!facts.bootstrapped || bootstrapInstanceId(tree) !== undefined) return;
  if (modem.initialised === undefined || modem.functionalMode === "normal") return;
  await writeKeys("bootstrap", tree, vault, modem.credentials);
}
