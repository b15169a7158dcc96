/** DTLS on this host, with the keys of the modem's tags. */
import type { Storage } from "../ports/storage.ts";
import type { Trace } from "../ports/trace.ts";
import type { Listener, OpenOutcome, OpenRequest, PeerAddress, Session, Transport } from "../ports/transport.ts";
import type { DtlsParameters } from "../services/dtls/dtlsParameters.ts";
import { createDtlsTransport, type DtlsTransport } from "../services/dtls/dtlsTransport.ts";
import { createSessionVault } from "../services/dtls/sessionVault.ts";
import type { ResolvedOptions } from "./resolve.ts";

/** SECRET: what decrypts the packets of a raw capture. */
function logTo(trace: Trace, also: DtlsParameters["keyLog"]) {
  return (line: string) => {
    trace.record({ kind: "keyLog", line });
    also?.(line);
  };
}

const PLAIN_URI = /^coap:/i;

/** Undefined where the modem keeps its keys: `coaps` is then its own business, or the given transport's. */
export function hostDtls(options: ResolvedOptions, storage: Storage): DtlsTransport | undefined {
  return options.modem.hostCredentials && new HostDtls(options, storage);
}

/** Of a device whose servers are all without security it is no more than a way through. */
class HostDtls implements DtlsTransport {
  readonly #options: ResolvedOptions;
  readonly #storage: Storage;
  #dtls: DtlsTransport | undefined;
  #paused = false;

  constructor(options: ResolvedOptions, storage: Storage) {
    this.#options = options;
    this.#storage = storage;
  }

  open(request: OpenRequest): Promise<OpenOutcome> {
    return this.#of(request).open(request);
  }

  listen(at: PeerAddress, onSession: (session: Session) => void): Promise<Listener> {
    return this.#options.transport.listen(at, onSession);
  }

  async save(): Promise<void> {
    await this.#dtls?.save();
  }

  fallSilent(): void {
    this.#secure.fallSilent();
  }

  pause(): void {
    this.#paused = true;
    (this.#dtls ?? this.#options.transport).pause?.();
  }

  unpause(): void {
    this.#paused = false;
    (this.#dtls ?? this.#options.transport).unpause?.();
  }

  close(): Promise<void> {
    return this.#secure.close();
  }

  #of({ uri }: OpenRequest): Transport {
    return PLAIN_URI.test(uri) ? this.#options.transport : this.#secure;
  }

  get #secure(): DtlsTransport {
    if (this.#dtls !== undefined) return this.#dtls;
    const { modem, transport, clock, trace, dtls } = this.#options;
    this.#dtls = createDtlsTransport({
      inner: transport,
      clock,
      trace,
      credentials: (tag) => modem.hostCredentials!(tag),
      parameters: trace?.rawCapture === true ? { ...dtls, keyLog: logTo(trace, dtls?.keyLog) } : dtls,
      sessions: createSessionVault(this.#storage),
    });
    if (this.#paused) this.#dtls.pause();
    return this.#dtls;
  }
}
