/**
 * Accounts from a file of objects, a card's for example, into the tree (bootstrap from smartcard, OMA LwM2M Core 1.1
 * §6.1.3.2): all of it when it makes sense, otherwise nothing.
 */
import { Lwm2mError } from "../errors.ts";
import type { InstanceValues } from "../model.ts";
import { SECURITY } from "../objects/security.ts";
import { SERVER } from "../objects/server.ts";
import { decodeObjectTlv } from "../tlvModel.ts";
import { bootstrapInstanceId } from "./accounts.ts";
import { checkConsistency } from "./consistency.ts";
import type { InstanceEdit } from "./edit.ts";
import { SecretVault } from "./secretVault.ts";
import type { ObjectTree } from "./tree.ts";

/** All instances of one object, in TLV. */
export interface ObjectContent {
  readonly objectId: number;
  readonly content: Uint8Array;
}

/** Replaced as a whole; instances of other objects join what is there. */
const ACCOUNTS: readonly number[] = [SECURITY.id, SERVER.id];

/**
 * The accounts take the place of all that were there; the bootstrap server's stays where the file has none. Objects that
 * this device does not have are left out. Returns what is wrong with the file, as sentences without URIs and secrets.
 */
export function provisionObjects(
  tree: ObjectTree,
  vault: SecretVault,
  objects: readonly ObjectContent[],
): readonly string[] {
  const before = tree.snapshot();
  const secrets = copyOf(vault);
  const undo = () => {
    tree.restore(before);
    vault.wipe();
    for (const id of secrets.pending()) vault.copyFrom(secrets, id);
  };
  try {
    const problems = tree.batch(() => provision(tree, vault, objects, secrets));
    if (problems.length > 0) undo();
    return problems;
  } catch (error) {
    undo();
    if (!(error instanceof Lwm2mError)) throw error;
    return [error.message];
  } finally {
    secrets.wipe();
  }
}

function provision(
  tree: ObjectTree,
  vault: SecretVault,
  objects: readonly ObjectContent[],
  secretsBefore: SecretVault,
): readonly string[] {
  const given = instancesOf(tree, objects);
  const id = bootstrapInstanceId(tree);
  const values = id === undefined ? undefined : tree.snapshot().get(SECURITY.id)?.get(id);
  for (const object of ACCOUNTS) for (const instance of tree.instanceIds(object)) tree.delete(object, instance);
  const edits = given.map(({ objectId, instanceId, values }): InstanceEdit => {
    const mode = tree.hasInstance(objectId, instanceId) ? "update" : "create";
    return { objectId, instanceId, values, mode };
  });
  const refusal = tree.apply("bootstrap", edits);
  if (refusal !== undefined) return [refusal.detail];

  let kept: number | undefined;
  if (id !== undefined && values !== undefined && bootstrapInstanceId(tree) === undefined) {
    kept = tree.create(SECURITY.id, tree.hasInstance(SECURITY.id, id) ? undefined : id, values);
    vault.copyFrom(secretsBefore, id, kept);
  }
  return checkConsistency(tree, {
    hasSecret: (instance, name) => instance === kept || vault.has(instance, name),
    // A file with the bootstrap server's account alone leaves the rest to that server.
    needsServer: bootstrapInstanceId(tree) === undefined || kept !== undefined,
  });
}

interface GivenInstance {
  readonly objectId: number;
  readonly instanceId: number;
  readonly values: InstanceValues;
}

function instancesOf(tree: ObjectTree, objects: readonly ObjectContent[]): readonly GivenInstance[] {
  return objects.flatMap(({ objectId, content }) => {
    const definition = tree.definition(objectId);
    if (definition === undefined) return [];
    const instances = decodeObjectTlv(definition, content, { unknownResources: "skip" });
    return Array.from(instances, ([instanceId, values]) => ({ objectId, instanceId, values }));
  });
}

function copyOf(vault: SecretVault): SecretVault {
  const copy = new SecretVault();
  for (const id of vault.pending()) copy.copyFrom(vault, id);
  return copy;
}
