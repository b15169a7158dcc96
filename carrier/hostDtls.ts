/** DTLS on this host, with the keys of the modem's tags. */
import type { Storage } from "../ports/storage.ts";
import type { DtlsParameters } from "../services/dtls/dtlsParameters.ts";
import { createDtlsTransport, type DtlsTransport } from "../services/dtls/dtlsTransport.ts";
import { createSessionVault } from "../services/dtls/sessionVault.ts";
import type { ResolvedOptions } from "./resolve.ts";

/** Undefined where the modem keeps its keys: `coaps` is then its own business, or the given transport's. */
export function hostDtls(options: ResolvedOptions, storage: Storage): DtlsTransport | undefined {
  const { modem, transport, clock, trace } = options;
  const { hostCredentials } = modem;
  return (
    hostCredentials &&
    createDtlsTransport({
      inner: transport,
      clock,
      trace,
      credentials: hostCredentials.bind(modem),
      parameters: parametersOf(options),
      sessions: createSessionVault(storage),
    })
  );
}

/** In queue mode no session is closed while the server may use it; one that slept longer is resumed when it wakes. */
function parametersOf({ dtls, queueMode, awakeSeconds }: ResolvedOptions): DtlsParameters | undefined {
  if (queueMode !== true || dtls?.idleTimeoutMs !== undefined) return dtls;
  return { ...dtls, idleTimeoutMs: 1000 * (awakeSeconds + 1) };
}
