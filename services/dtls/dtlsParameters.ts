/** What a user may set of the sessions of a DTLS transport. */
import { DtlsError } from "./errors.ts";
import { RFC7925_RETRANSMISSION, resolveClient } from "./resolveOptions.ts";
import type { ClientOptions } from "./types.ts";

export interface DtlsParameters
  extends Pick<
    ClientOptions,
    | "suites"
    | "allowCbc"
    | "mtu"
    | "retransmission"
    | "connectionId"
    | "extendedMasterSecret"
    | "maxFragmentLength"
    | "keyLog"
  > {
  /**
   * ms without anything sent or received after which a session without Connection ID is closed; the next datagram makes
   * an abbreviated handshake first. 60000 by default, -1 never.
   */
  readonly idleTimeoutMs?: number;
}

export interface ResolvedParameters {
  readonly client: Omit<DtlsParameters, "idleTimeoutMs">;
  /** Infinite for never. */
  readonly idleTimeoutMs: number;
}

const DEFAULT_IDLE_TIMEOUT_MS = 60_000;
/** One for all: a fleet of carriers holds it once. */
const DEFAULTS: ResolvedParameters = Object.freeze({
  client: Object.freeze({ retransmission: RFC7925_RETRANSMISSION }),
  idleTimeoutMs: DEFAULT_IDLE_TIMEOUT_MS,
});
/** Allows every suite to be named, whatever the credentials of a tag will be. */
const ANY_CREDENTIALS = { psk: { identity: new Uint8Array(0), key: Uint8Array.of(0) }, peerPublicKeys: [] };

/** Defaults filled in and every value checked; throws `DtlsError` `option`, which names the parameter. */
export function resolveDtlsParameters(parameters?: DtlsParameters | undefined): ResolvedParameters {
  if (parameters === undefined) return DEFAULTS;
  const { idleTimeoutMs, ...given } = parameters;
  const client = { ...given, retransmission: { ...RFC7925_RETRANSMISSION, ...given.retransmission } };
  resolveClient({ ...client, ...ANY_CREDENTIALS });
  return { client, idleTimeoutMs: idleTimeoutOf(idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS) };
}

function idleTimeoutOf(ms: number): number {
  if (ms === -1 || ms === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (ms > 0) return ms;
  throw new DtlsError("option", `idleTimeoutMs is ${ms}; a number of ms above 0, or -1 for never, is needed`);
}
