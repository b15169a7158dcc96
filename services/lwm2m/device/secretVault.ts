/**
 * Keys on their way from a bootstrap server (or a configuration) to the modem's security tags: 0/x/3, 0/x/4 and 0/x/5.
 * They never enter the tree. Whoever writes them to the modem takes them out and wipes them.
 */

/** Octets of one key, certificate or identity that we hold. */
export const MAX_SECRET_BYTES = 8_192;

export const SECRET_RESOURCES = { publicKeyOrIdentity: 3, serverPublicKey: 4, secretKey: 5 } as const;

export type SecretName = keyof typeof SECRET_RESOURCES;
export type SecretResourceId = (typeof SECRET_RESOURCES)[SecretName];
export type Secrets = Readonly<Partial<Record<SecretName, Uint8Array>>>;

export class SecretVault {
  #byInstance: Map<number, Partial<Record<SecretName, Uint8Array>>> | undefined;

  /** Keeps a copy; octets of no length stand for no value. */
  put(instanceId: number, name: SecretName, secret: Uint8Array): void {
    this.#byInstance ??= new Map();
    const secrets = this.#byInstance.get(instanceId) ?? {};
    secrets[name]?.fill(0);
    secrets[name] = Uint8Array.from(secret);
    this.#byInstance.set(instanceId, secrets);
  }

  /** Keeps copies of what waits in another vault for an instance, here for `to`. */
  copyFrom(other: SecretVault, from: number, to = from): void {
    for (const [name, secret] of Object.entries(other.#byInstance?.get(from) ?? {})) {
      this.put(to, name as SecretName, secret);
    }
  }

  /** Whether a secret of some length waits for the Security instance. */
  has(instanceId: number, name: SecretName): boolean {
    return (this.#byInstance?.get(instanceId)?.[name]?.length ?? 0) > 0;
  }

  /** Security instances whose secrets wait. */
  pending(): number[] {
    return [...(this.#byInstance?.keys() ?? [])].sort((a, b) => a - b);
  }

  /** Hands the secrets of an instance over: the caller writes them to the modem and wipes them (`wipeSecrets`). */
  take(instanceId: number): Secrets {
    const secrets = this.#byInstance?.get(instanceId) ?? {};
    this.#byInstance?.delete(instanceId);
    return secrets;
  }

  /** Overwrites and forgets the secrets of one instance, or all. */
  wipe(instanceId?: number): void {
    for (const id of instanceId === undefined ? this.pending() : [instanceId]) wipeSecrets(this.take(id));
  }
}

export function wipeSecrets(secrets: Secrets): void {
  for (const secret of Object.values(secrets)) secret?.fill(0);
}
