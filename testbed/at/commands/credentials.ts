/** %CMNG. What the modem itself put there, types from 6 on, a simulated modem does not have. */
import { CREDENTIAL_TYPES, type CREDENTIALS } from "../../../modem/at/commands/credentials.ts";
import { ModemError } from "../../../modem/index.ts";
import type { CredentialType } from "../../../ports/modem.ts";
import type { HandlersOf } from "../unit.ts";

const WRITABLE: readonly string[] = [
  "ca",
  "certificate",
  "privateKey",
  "psk",
  "pskIdentity",
  "publicKey",
] satisfies CredentialType[];

export const credentials: HandlersOf<typeof CREDENTIALS> = {
  cmngWrite: async ({ tag, type, content }, { modem }) => {
    await modem.credentials.write(tag, ownType(type), content);
  },
  cmngList: async ({ tag, type }, { modem }) => {
    const entries = await modem.credentials.list(tag);
    return entries.filter((entry) => type === undefined || entry.type === type);
  },
  cmngRead: async ({ tag, type }, { modem }) => {
    const own = ownType(type);
    const content = await modem.credentials.read(tag, own);
    const entry = (await modem.credentials.list(tag)).find((each) => each.type === own);
    return entry === undefined ? [] : [{ ...entry, content }];
  },
  cmngDelete: async ({ tag, type }, { modem }) => {
    await modem.credentials.delete(tag, ownType(type));
  },
};

function ownType(type: keyof typeof CREDENTIAL_TYPES): CredentialType {
  if (WRITABLE.includes(type)) return type as CredentialType;
  throw new ModemError("noAccess", { detail: `credentials of type ${CREDENTIAL_TYPES[type]} are the modem's own` });
}
