/** Object 0, Security: its secrets go to the vault and are never read back (OMA LwM2M Core 1.1 Appendix E.1). */
import { CODE } from "../../coap/codes.ts";
import { SECURITY } from "../objects/security.ts";
import type { ResourceBehaviour, ResourceBehaviours } from "./behaviour.ts";
import { MAX_SECRET_BYTES, SECRET_RESOURCES, type SecretName, type SecretVault } from "./secretVault.ts";
import type { ObjectTree } from "./tree.ts";

const secret = (name: SecretName): ResourceBehaviour<SecretVault> => ({
  read: () => undefined,
  check: (_instanceId, value) =>
    (value as Uint8Array).length > MAX_SECRET_BYTES
      ? { code: CODE.BAD_REQUEST, detail: `${name}: at most ${MAX_SECRET_BYTES} octets` }
      : undefined,
  write: (instanceId, value, _caller, vault) => vault.put(instanceId, name, value as Uint8Array),
});

const RESOURCES: ResourceBehaviours<SecretVault> = {
  [SECRET_RESOURCES.publicKeyOrIdentity]: secret("publicKeyOrIdentity"),
  [SECRET_RESOURCES.serverPublicKey]: secret("serverPublicKey"),
  [SECRET_RESOURCES.secretKey]: secret("secretKey"),
  /** A key too; SMS bindings are not supported, so it is taken and dropped. */
  8: { read: () => undefined, write: () => {} },
};

const forget = (instanceId: number, vault: SecretVault): void => vault.wipe(instanceId);

export function addSecurityObject(tree: ObjectTree, vault: SecretVault): void {
  tree.add(SECURITY, { resources: RESOURCES, context: vault, cleared: forget });
}
