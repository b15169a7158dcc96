/**
 * Keys on their way from the vault to the modem's security tags. Writing keys always means: delete what is stale in the
 * library's tags, write what the accounts need. The modem has to be offline.
 */
import type { KeysOutcome } from "../machines/init.ts";
import type { CredentialStore, CredentialType } from "../ports/modem.ts";
import { bootstrapAccount, type SecurityMode, serverAccounts } from "../services/lwm2m/device/accounts.ts";
import type { MAX_SECURED_SERVERS } from "../services/lwm2m/device/consistency.ts";
import { type SecretName, type Secrets, type SecretVault, wipeSecrets } from "../services/lwm2m/device/secretVault.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import { readCertificates, readPrivateKey, readPublicKey } from "../services/pki/credentials.ts";
import { modemDigest } from "../services/pki/digest.ts";
import { PkiError } from "../services/pki/errors.ts";
import { encodePem } from "../services/pki/pem.ts";

/** The library's own tags (Nordic `lwm2m_carrier`, 25 to 28); which is for what is our choice. */
export const SECURITY_TAGS = { bootstrap: 25, servers: [26, 27], firmware: 28 } as const satisfies {
  readonly bootstrap: number;
  readonly servers: { readonly length: typeof MAX_SECURED_SERVERS };
  readonly firmware: number;
};

/**
 * Which credential each secret resource of object 0 becomes, by security mode (LwM2M 1.1 E.1; %CMNG types). The device's
 * raw public key is none: it goes with the private one.
 */
const CREDENTIALS: Readonly<Record<SecurityMode, Readonly<Partial<Record<SecretName, CredentialType>>>>> = {
  psk: { publicKeyOrIdentity: "pskIdentity", secretKey: "psk" },
  rpk: { serverPublicKey: "ca", secretKey: "privateKey" },
  x509: { publicKeyOrIdentity: "certificate", serverPublicKey: "ca", secretKey: "privateKey" },
  none: {},
  est: {},
};

interface TaggedAccount {
  readonly tag: number;
  readonly securityInstanceId: number;
  readonly securityMode: SecurityMode;
}

/** Undefined for an account without security. */
export function securityTagOf(tree: ObjectTree, server: "bootstrap" | number): number | undefined {
  if (server === "bootstrap") {
    return bootstrapAccount(tree)?.securityMode === "none" ? undefined : SECURITY_TAGS.bootstrap;
  }
  return taggedServers(tree).find(({ shortServerId }) => shortServerId === server)?.tag;
}

/** Writes the waiting secrets of the accounts that `which` names. */
export async function writeKeys(
  which: "bootstrap" | "servers",
  tree: ObjectTree,
  vault: SecretVault,
  credentials: CredentialStore,
): Promise<KeysOutcome> {
  const accounts = which === "bootstrap" ? bootstrapTags(tree) : taggedServers(tree);
  try {
    for (const tag of which === "bootstrap" ? [SECURITY_TAGS.bootstrap] : SECURITY_TAGS.servers) {
      const account = accounts.find((candidate) => candidate.tag === tag);
      await writeTag(tag, account, account === undefined ? {} : vault.take(account.securityInstanceId), credentials);
    }
    return { kind: "written" };
  } catch {
    // The modem's refusal is a record of its own; which key it was is nobody's business here.
    return { kind: "refused" };
  }
}

/** Whether the modem holds a secret of an instance of object 0. */
export type StoredSecrets = (securityInstanceId: number, name: SecretName) => boolean;

/**
 * Which secrets the modem holds for the accounts as they are now: asked before a bootstrap, of an account that it leaves
 * as it is. An account that others push to another tag has lost its keys, because no modem gives a key back.
 */
export async function storedSecrets(tree: ObjectTree, credentials: CredentialStore): Promise<StoredSecrets> {
  const accounts = () => [...bootstrapTags(tree), ...taggedServers(tree)];
  const tags = new Map(accounts().map(({ securityInstanceId, tag }) => [securityInstanceId, tag]));
  const held = new Set((await credentials.list()).map(({ tag, type }) => `${tag} ${type}`));
  return (id, name) => {
    const account = accounts().find(({ securityInstanceId }) => securityInstanceId === id);
    // Without a complete account there is no tag; what it lacks is told otherwise.
    if (account === undefined) return true;
    const { tag, securityMode } = account;
    const type = CREDENTIALS[securityMode][name];
    return tag === tags.get(id) && (type === undefined || held.has(`${tag} ${type}`));
  };
}

function bootstrapTags(tree: ObjectTree): TaggedAccount[] {
  const account = bootstrapAccount(tree);
  return account === undefined || account.securityMode === "none" ? [] : [{ tag: SECURITY_TAGS.bootstrap, ...account }];
}

/** The servers with security, by their instances of object 0: what a server changes of its priority moves no key. */
function taggedServers(tree: ObjectTree) {
  return serverAccounts(tree)
    .filter(({ securityMode }) => securityMode !== "none")
    .sort((a, b) => a.securityInstanceId - b.securityInstanceId)
    .flatMap((account, index) => {
      const tag = SECURITY_TAGS.servers[index];
      return tag === undefined ? [] : [{ tag, ...account }];
    });
}

async function writeTag(
  tag: number,
  account: TaggedAccount | undefined,
  secrets: Secrets,
  credentials: CredentialStore,
): Promise<void> {
  const listed = await credentials.list(tag);
  // A bootstrap that left this account as it was brings no secrets for it: what the tag holds stays.
  if (account !== undefined && Object.keys(secrets).length === 0) return;
  const wanted = account === undefined ? [] : contentsOf(account.securityMode, secrets);
  try {
    const isThere = ({ type, content }: Content) =>
      listed.some((entry) => entry.type === type && entry.digest === modemDigest(content));
    for (const { type, digest } of listed) {
      const kept = wanted.some((want) => want.type === type && modemDigest(want.content) === digest);
      if (!kept) await credentials.delete(tag, type);
    }
    for (const want of wanted) if (!isThere(want)) await credentials.write(tag, want.type, want.content);
  } finally {
    wipeSecrets(secrets);
    for (const { content } of wanted) content.fill(0);
  }
}

interface Content {
  readonly type: CredentialType;
  readonly content: Uint8Array;
}

function contentsOf(mode: SecurityMode, secrets: Secrets): Content[] {
  return Object.entries(CREDENTIALS[mode]).flatMap(([name, type]) => {
    const secret = secrets[name as SecretName];
    if (secret === undefined || secret.length === 0) return [];
    return [{ type, content: asStored(mode, type, secret) }];
  });
}

/**
 * %CMNG takes a PSK as hexadecimal text, and as PEM what object 0 has as DER (LwM2M 1.1 E.1). What cannot be read is
 * the modem's to refuse, or the handshake's.
 */
function asStored(mode: SecurityMode, type: CredentialType, secret: Uint8Array): Uint8Array {
  if (type === "psk") return new TextEncoder().encode(Buffer.from(secret).toString("hex"));
  try {
    const pem = PEM_FORMS[type]?.(secret, mode);
    if (pem !== undefined) return new TextEncoder().encode(pem);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
  }
  return Uint8Array.from(secret);
}

const certificates = (secret: Uint8Array) =>
  readCertificates(secret)
    .map((der) => encodePem("CERTIFICATE", der))
    .join("");

const PEM_FORMS: Readonly<Partial<Record<CredentialType, (secret: Uint8Array, mode: SecurityMode) => string>>> = {
  ca: (secret, mode) => (mode === "rpk" ? encodePem("PUBLIC KEY", readPublicKey(secret)) : certificates(secret)),
  certificate: certificates,
  privateKey: (secret) => String(readPrivateKey(secret).export({ type: "pkcs8", format: "pem" })),
};
