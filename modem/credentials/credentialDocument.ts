/** The one secret document of a store of credentials. */
import type { CredentialType } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import { ModemError } from "../modemError.ts";
import { checkTag, checkType, type StoredCredential } from "./credentialRules.ts";

const DOCUMENT_VERSION = 1;

/** Throws a `ModemError` with code `memoryFailure` for a damaged document. */
export async function loadCredentials(storage: Storage, name: string): Promise<StoredCredential[]> {
  const bytes = await storage.read(name);
  return bytes === undefined ? [] : decodeCredentials(name, bytes);
}

export async function saveCredentials(
  storage: Storage,
  name: string,
  credentials: readonly StoredCredential[],
): Promise<void> {
  await storage.write(name, encodeCredentials(credentials), { secret: true });
}

function encodeCredentials(credentials: readonly StoredCredential[]): Uint8Array {
  const entries = credentials.map(({ tag, type, content }) => [tag, type, Buffer.from(content).toString("base64")]);
  return new TextEncoder().encode(JSON.stringify({ version: DOCUMENT_VERSION, entries }));
}

function decodeCredentials(name: string, bytes: Uint8Array): StoredCredential[] {
  try {
    const { version, entries } = JSON.parse(new TextDecoder().decode(bytes)) as {
      version: unknown;
      entries: unknown[][];
    };
    if (version !== DOCUMENT_VERSION) throw new Error("unknown version");
    return entries.map(([tag, type, content]) => {
      checkTag(tag as number);
      checkType(type as CredentialType);
      return {
        tag: tag as number,
        type: type as CredentialType,
        content: Uint8Array.from(Buffer.from(String(content), "base64")),
      };
    });
  } catch {
    // The parser's message would quote the document, which is secret.
    throw new ModemError("memoryFailure", {
      detail: `document ${name} is damaged; restore it, or remove it and write all credentials again`,
    });
  }
}
