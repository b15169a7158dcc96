/** Accounts from a configuration into objects 0 and 1 (factory bootstrap, OMA LwM2M Core 1.1 §6.1.2). */

import { Lwm2mError } from "../errors.ts";
import { instanceValues } from "../objects/define.ts";
import { SECURITY } from "../objects/security.ts";
import { SERVER } from "../objects/server.ts";
import { type RetryPolicy, SECURITY_MODES, type SecurityMode } from "./accounts.ts";
import { numberProblems } from "./consistency.ts";
import type { SecretName, Secrets, SecretVault } from "./secretVault.ts";
import type { ObjectTree } from "./tree.ts";

export interface AccountSecurity {
  readonly mode: SecurityMode;
  /** Left in the vault for whoever writes the modem's keys. */
  readonly secrets?: Secrets;
  readonly serverName?: string;
  /** 0 to 3 (RFC 6698 §2.1.1). */
  readonly certificateUsage?: number;
}

export interface BootstrapProvision {
  /** At most 255 octets. */
  readonly uri: string;
  readonly security: AccountSecurity;
  readonly holdOffSeconds?: number;
  readonly accountTimeoutSeconds?: number;
}

export interface ServerProvision {
  readonly uri: string;
  readonly security: AccountSecurity;
  /** 1 to 65534, one for each server. */
  readonly shortServerId: number;
  readonly lifetimeSeconds: number;
  readonly binding?: string;
  readonly storesNotifications?: boolean;
  readonly disableTimeoutSeconds?: number;
  readonly priority?: number;
  readonly initialDelaySeconds?: number;
  readonly failureBlock?: boolean;
  readonly bootstrapOnFailure?: boolean;
  readonly retry?: Partial<RetryPolicy>;
  readonly muteSend?: boolean;
}

export interface Provision {
  readonly bootstrap?: BootstrapProvision;
  readonly servers?: readonly ServerProvision[];
}

/**
 * Replaces all accounts. Throws `Lwm2mError` for a value that the objects do not take, or for more servers than a device
 * may have; nothing is changed then.
 */
export function provision(tree: ObjectTree, vault: SecretVault, { bootstrap, servers = [] }: Provision): void {
  const before = tree.snapshot();
  try {
    tree.batch(() => {
      for (const { id } of [SECURITY, SERVER]) for (const instance of tree.instanceIds(id)) tree.delete(id, instance);
      if (bootstrap !== undefined) addBootstrap(tree, vault, bootstrap);
      for (const server of servers) addServer(tree, vault, server);
    });
    const [problem] = numberProblems(tree);
    if (problem !== undefined) throw new Lwm2mError("outOfRange", problem);
  } catch (error) {
    vault.wipe();
    tree.restore(before);
    throw error;
  }
}

function addBootstrap(tree: ObjectTree, vault: SecretVault, account: BootstrapProvision): void {
  const id = addSecurity(tree, vault, account.uri, account.security, true);
  tree.update(SECURITY, id, { 11: account.holdOffSeconds, 12: account.accountTimeoutSeconds });
}

function addServer(tree: ObjectTree, vault: SecretVault, account: ServerProvision): void {
  const security = addSecurity(tree, vault, account.uri, account.security, false);
  tree.update(SECURITY, security, { 10: account.shortServerId });
  const { retry = {} } = account;
  const values = instanceValues(SERVER, {
    0: account.shortServerId,
    1: account.lifetimeSeconds,
    5: account.disableTimeoutSeconds,
    6: account.storesNotifications ?? true,
    7: account.binding ?? "U",
    13: account.priority,
    14: account.initialDelaySeconds,
    15: account.failureBlock,
    16: account.bootstrapOnFailure,
    17: retry.count,
    18: retry.timerSeconds,
    19: retry.sequenceDelaySeconds,
    20: retry.sequenceCount,
    23: account.muteSend,
  });
  tree.create(SERVER.id, undefined, values);
}

function addSecurity(
  tree: ObjectTree,
  vault: SecretVault,
  uri: string,
  { mode, secrets = {}, serverName, certificateUsage }: AccountSecurity,
  bootstrap: boolean,
): number {
  const values = { 0: uri, 1: bootstrap, 2: SECURITY_MODES.indexOf(mode), 14: serverName, 15: certificateUsage };
  const id = tree.create(SECURITY.id, undefined, instanceValues(SECURITY, values));
  for (const [name, secret] of Object.entries(secrets)) vault.put(id, name as SecretName, secret);
  return id;
}
