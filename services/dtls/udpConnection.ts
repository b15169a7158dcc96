/**
 * What a client and a server's association have in common around their protocol core: datagrams out, one timer, and
 * events to whoever is attached.
 *
 *   datagram, timer, user's call → core → Step → wire, timer, handlers
 */
import type { TimerId } from "../../ports/clock.ts";
import type { PeerAddress } from "../../ports/transport.ts";
import type { DtlsClosed, DtlsSocket, DtlsSocketHandlers, Timers } from "./dtlsSocket.ts";
import { DtlsError } from "./errors.ts";
import type { ConnectionInfo, DropCounters, Step } from "./types.ts";

/** Records kept until somebody is attached; what comes beyond is lost, as in a full socket buffer. */
const MAX_HELD = 64;

export interface ConnectionCore {
  readonly state: "handshaking" | "connected" | "closed";
  readonly maxSend: number;
  readonly dropped: DropCounters;
  timeout(): Step;
  send(bytes: Uint8Array): Step;
  close(): Step;
  abort(): Step;
}

/** The network side of one connection. */
export interface Wire {
  readonly local: PeerAddress;
  readonly peer: PeerAddress;
  send(datagram: Uint8Array, to: PeerAddress): void;
  /** The connection is over; resolves when what it sent has left and nothing is held any more. */
  release(): Promise<void>;
  /** The core is about to be called. */
  entering?(): void;
}

/** How the handshake came out; one of them is called, once. */
export interface HandshakeOutcome {
  opened(): void;
  failed(error: DtlsError): void;
}

export class UdpConnection implements DtlsSocket {
  readonly #core: ConnectionCore;
  readonly #wire: Wire;
  readonly #timers: Timers;
  readonly #outcome: HandshakeOutcome;
  #timer: TimerId | undefined = undefined;
  #info: ConnectionInfo | undefined = undefined;
  #handlers: DtlsSocketHandlers | undefined = undefined;
  #held: Uint8Array[] = [];
  #overflow = 0;
  #closed: DtlsClosed | undefined = undefined;
  #told = false;
  #released: Promise<void> | undefined = undefined;
  /** Why this side gave up, where the core cannot know. */
  #because: DtlsError | undefined = undefined;

  constructor(core: ConnectionCore, wire: Wire, timers: Timers, outcome: HandshakeOutcome) {
    this.#core = core;
    this.#wire = wire;
    this.#timers = timers;
    this.#outcome = outcome;
  }

  get info(): ConnectionInfo {
    // Nobody has a connection before its handshake is done.
    return this.#info!;
  }

  get peer(): PeerAddress {
    return this.#wire.peer;
  }

  get local(): PeerAddress {
    return this.#wire.local;
  }

  get maxSend(): number {
    return this.#core.maxSend;
  }

  get dropped(): DropCounters {
    const { dropped } = this.#core;
    return this.#overflow === 0 ? dropped : { ...dropped, overflow: dropped.overflow + this.#overflow };
  }

  get connected(): boolean {
    return this.#info !== undefined;
  }

  attach(handlers: DtlsSocketHandlers): void {
    this.#handlers = handlers;
    while (this.#held.length > 0) this.#handlers.onData(this.#held.shift()!);
    this.#tellEnd();
  }

  send(bytes: Uint8Array): void {
    this.#wire.entering?.();
    this.apply(this.#core.send(bytes));
  }

  close(): Promise<void> {
    this.#wire.entering?.();
    if (this.#closed === undefined) this.apply(this.#core.close());
    return this.#released ?? Promise.resolve();
  }

  /** Ends without a word to the peer. */
  abort(because?: DtlsError): Promise<void> {
    this.#wire.entering?.();
    this.#because = because;
    if (this.#closed === undefined) this.apply(this.#core.abort());
    return this.#released ?? Promise.resolve();
  }

  /** Does what the core says. @param to where the datagrams go, if not to the peer */
  apply({ datagrams, timer, events }: Step, to: PeerAddress = this.peer): void {
    for (const datagram of datagrams) this.#wire.send(datagram, to);
    if (timer !== undefined) this.#arm(timer);
    for (const event of events) {
      if (event.kind === "data") this.#deliver(event.bytes);
      else if (event.kind === "connected") {
        this.#info = event.info;
        this.#outcome.opened();
      } else this.#end(event);
    }
  }

  #arm(delayMs: number | null): void {
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = delayMs === null ? undefined : this.#timers.setTimeout(this.#fire, delayMs);
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    this.#wire.entering?.();
    this.apply(this.#core.timeout());
  };

  #deliver(bytes: Uint8Array): void {
    // Closed by who was attached, while records of the same datagram are left.
    if (this.#closed !== undefined) return;
    if (this.#handlers !== undefined && this.#held.length === 0) this.#handlers.onData(bytes);
    else if (this.#held.length < MAX_HELD) this.#held.push(bytes);
    else this.#overflow++;
  }

  #end({ by, error: told }: DtlsClosed): void {
    if (this.#closed !== undefined) return;
    const error = this.#because ?? told;
    this.#closed = { by, ...(error !== undefined && { error }) };
    // What arrived before the peer's end still counts; after the user's own nobody wants it.
    if (by === "local" && error === undefined) this.#held = [];
    this.#released = this.#wire.release();
    if (this.connected) this.#tellEnd();
    else this.#outcome.failed(error ?? new DtlsError("aborted", `the handshake was broken off by the ${by} side`));
  }

  #tellEnd(): void {
    if (this.#handlers === undefined || this.#closed === undefined || this.#told || this.#held.length > 0) return;
    this.#told = true;
    this.#handlers.onClose(this.#closed);
  }
}
