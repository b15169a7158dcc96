/** One number for the servers that a carrier was configured with: another one means a new bootstrap. */
import { createHash } from "node:crypto";
import type { AccountSecurity } from "../services/lwm2m/device/provision.ts";
import { modemDigest } from "../services/pki/digest.ts";
import type { ResolvedOptions } from "./resolve.ts";

/** @returns hexadecimal SHA-256; of keys only their digests are in it, as a modem lists them. */
export function configDigest({
  bootstrap,
  servers = [],
  bootstrapFromSmartcard = false,
}: Pick<ResolvedOptions, "bootstrap" | "servers" | "bootstrapFromSmartcard">): string {
  const accounts = [bootstrap, ...servers].map(
    (account) => account && { ...account, security: described(account.security) },
  );
  const sources = bootstrapFromSmartcard ? [...accounts, "smartcard"] : accounts;
  return createHash("sha256").update(JSON.stringify(sources)).digest("hex");
}

function described({ secrets = {}, ...security }: AccountSecurity) {
  return { ...security, secrets: Object.entries(secrets).map(([name, secret]) => [name, modemDigest(secret)]) };
}
