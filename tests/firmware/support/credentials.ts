/** A credential store that holds CA certificates by tag. */
import { ModemError } from "../../../modem/modemError.ts";
import type { CredentialStore } from "../../../ports/modem.ts";

export function caStore(certificates: Readonly<Record<number, string>>): CredentialStore {
  const refuse = async (): Promise<never> => {
    throw new ModemError("notAllowedInActiveState");
  };
  return {
    write: refuse,
    delete: refuse,
    list: async () => [],
    read: async (tag, type) => {
      const pem = type === "ca" ? certificates[tag] : undefined;
      if (pem === undefined) throw new ModemError("notFound", { detail: `tag ${tag}` });
      return new TextEncoder().encode(pem);
    },
  };
}
