/**
 * Sessions that outlive the process, in two secret documents of the store: live ones, each to be used once, and what
 * resumes an ended one by an abbreviated handshake (RFC 5246 §7.3).
 */
import type { Storage } from "../../ports/storage.ts";

/** What is kept of one session. SECRET. */
export interface KeptSession {
  /** Server, tag and name that it belongs to. */
  readonly key: string;
  /** Time of day at which its handshake ended, ms since 1970. */
  readonly since: number;
  readonly bytes: Uint8Array;
}

export interface SessionVault {
  /**
   * The live sessions, which are gone from the store when this resolves: used twice, one would repeat record numbers
   * under the same key. None when the store could not let go of them.
   */
  takeLive(): Promise<readonly KeptSession[]>;
  putLive(sessions: readonly KeptSession[]): Promise<void>;
  readResumable(): Promise<readonly KeptSession[]>;
  writeResumable(sessions: readonly KeptSession[]): Promise<void>;
}

export const LIVE_DOCUMENT = "dtls-live";
export const RESUMABLE_DOCUMENT = "dtls-resumable";
/** Sessions in a document. */
export const MAX_KEPT_SESSIONS = 32;

const DOCUMENT_VERSION = 1;
const MAX_DOCUMENT_OCTETS = 256 * 1024;

/** No method rejects: a session that was not kept costs a handshake, and the store's own records tell of its failure. */
export function createSessionVault(storage: Storage): SessionVault {
  const read = async (name: string) => {
    const bytes = await storage.read(name).catch(() => undefined);
    return bytes === undefined ? [] : decode(bytes);
  };
  const write = (name: string, sessions: readonly KeptSession[]) =>
    storage.write(name, encode(sessions), { secret: true }).catch(() => undefined);
  return {
    async takeLive() {
      const sessions = await read(LIVE_DOCUMENT);
      if (sessions.length === 0) return [];
      return storage.remove(LIVE_DOCUMENT).then(
        () => sessions,
        () => [],
      );
    },
    putLive: (sessions) => write(LIVE_DOCUMENT, sessions),
    readResumable: () => read(RESUMABLE_DOCUMENT),
    writeResumable: (sessions) => write(RESUMABLE_DOCUMENT, sessions),
  };
}

function encode(sessions: readonly KeptSession[]): Uint8Array {
  const entries = sessions.map(({ bytes, ...rest }) => ({ ...rest, bytes: Buffer.from(bytes).toString("base64") }));
  return new TextEncoder().encode(JSON.stringify({ version: DOCUMENT_VERSION, sessions: entries }));
}

/** Nothing for a document of another version, or a damaged one. */
function decode(bytes: Uint8Array): KeptSession[] {
  if (bytes.length > MAX_DOCUMENT_OCTETS) return [];
  try {
    const { version, sessions } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    if (version !== DOCUMENT_VERSION || !Array.isArray(sessions) || sessions.length > MAX_KEPT_SESSIONS) return [];
    return sessions.map(decodeSession);
  } catch {
    // The parser's message would quote the document, which is secret.
    return [];
  }
}

function decodeSession(entry: { readonly [Key in keyof KeptSession]?: unknown }): KeptSession {
  const { key, since, bytes } = entry;
  if (typeof key !== "string" || typeof bytes !== "string") throw new TypeError();
  if (typeof since !== "number" || !Number.isFinite(since)) throw new TypeError();
  return { key, since, bytes: Uint8Array.from(Buffer.from(bytes, "base64")) };
}
