/**
 * A DTLS session over a path of datagrams, client side.
 *
 *   handshaking ─▶ open ◀──────────────────┐        close, park, loss: ended
 *                   │ idle timeout          │ handshake
 *                   ▼                       │
 *                resting ── send ──▶ waking ┘
 */
import type { Clock, TimerId } from "../../ports/clock.ts";
import type { CloseReason, PeerAddress, PeerIdentity, Session, SessionHandlers } from "../../ports/transport.ts";
import { Arrivals } from "../coap/arrivals.ts";
import type { DtlsClient } from "./client.ts";
import { closeReasonOf } from "./closeReason.ts";
import type { DtlsRecorder } from "./dtlsRecorder.ts";
import { DtlsError } from "./errors.ts";
import type { ConnectionInfo, DtlsEvent, Step } from "./types.ts";

/** Datagrams kept while a session that rested is being resumed. */
const MAX_UNSENT = 16;

export interface DtlsSessionOptions {
  /** Carries the records; this session's own. */
  readonly inner: Session;
  readonly clock: Clock;
  /** Security tag whose credentials are used. */
  readonly tag: number;
  /** Without anything sent or received for so long the session rests; infinite for never. */
  readonly idleTimeoutMs: number;
  readonly recorder: DtlsRecorder | undefined;
  /** A client for another handshake, its credentials read anew. Rejects with a `DtlsError`. */
  createClient(): Promise<DtlsClient>;
  /** A handshake has ended, well or not. */
  onHandshake(client: DtlsClient, failure: DtlsError | undefined): void;
  /** The peer or this side sent a fatal alert. */
  onFatal(): void;
  /** The live connection, to go on with. SECRET. */
  onPark(connection: Uint8Array): void;
  /** Told when the session ends, before its user. */
  onEnd(): void;
}

export class DtlsSession implements Session {
  readonly peer: PeerAddress;
  readonly secure = true;
  readonly #options: DtlsSessionOptions;
  readonly #arrivals = new Arrivals();
  /** Undefined while the session rests. */
  #client: DtlsClient | undefined = undefined;
  #info: ConnectionInfo | undefined = undefined;
  #maxDatagram = 0;
  #timer: TimerId | undefined = undefined;
  #idleTimer: TimerId | undefined = undefined;
  #lastUsed = 0;
  /** Something authentic came on this connection. */
  #heard = false;
  #suspended = false;
  #settleHandshake: ((failure: DtlsError | undefined) => void) | undefined = undefined;
  /** What waits for a handshake. */
  #unsent: Uint8Array[] | undefined = undefined;

  constructor(options: DtlsSessionOptions) {
    this.#options = options;
    this.peer = options.inner.peer;
    options.inner.attach({
      onDatagram: (bytes) => this.#receive(bytes),
      onClose: (reason) => this.#innerClosed(reason),
    });
  }

  get local(): PeerAddress {
    return this.#options.inner.local;
  }

  get maxDatagram(): number {
    return this.#maxDatagram;
  }

  get identity(): PeerIdentity {
    const peer = this.#info?.peer;
    switch (peer?.kind) {
      case "psk":
        return { kind: "psk", tag: this.#options.tag };
      case "rawPublicKey":
        return { kind: "publicKey", fingerprint: peer.fingerprint };
      case "certificate":
        return { kind: "certificate", subject: peer.subject, fingerprint: peer.fingerprint };
      default:
        return { kind: "none" };
    }
  }

  get ended(): boolean {
    return this.#arrivals.ended;
  }

  /** Resolves when the peer is authenticated, or with the reason why it is not; then nothing is held any more. */
  async connect(client: DtlsClient, signal: AbortSignal | undefined): Promise<DtlsError | undefined> {
    const giveUp = () => this.close();
    signal?.addEventListener("abort", giveUp, { once: true });
    if (signal?.aborted === true) giveUp();
    const failure = this.ended ? new DtlsError("aborted", "given up") : await this.#handshake(client);
    signal?.removeEventListener("abort", giveUp);
    if (failure !== undefined) this.#end({ kind: "error", detail: failure.message });
    return failure;
  }

  /** Goes on with a connection that was parked. */
  adopt(client: DtlsClient): void {
    this.#client = client;
    this.#connected(client, true);
  }

  attach(handlers: SessionHandlers): void {
    this.#arrivals.attach(handlers);
  }

  send(bytes: Uint8Array): void {
    if (this.ended || this.#suspended) return;
    const client = this.#client;
    if (client?.state === "connected") {
      if (bytes.length > client.maxSend) return;
      this.#lastUsed = this.#options.clock.now();
      this.#options.recorder?.sending();
      this.#apply(client.send(bytes));
    } else if (this.#unsent === undefined) {
      this.#unsent = [bytes.slice()];
      void this.#wake();
    } else if (this.#unsent.length < MAX_UNSENT) this.#unsent.push(bytes.slice());
  }

  suspend(): void {
    if (this.ended || this.#suspended) return;
    this.#suspended = true;
    this.#watchIdle();
    this.#options.inner.suspend();
  }

  resume(): void {
    if (this.ended || !this.#suspended) return;
    this.#suspended = false;
    this.#options.inner.resume();
    this.#watchIdle();
  }

  /** A handshake stands still as well: what comes waits below, as it came. */
  pause(): void {
    this.#arrivals.pause();
    this.#options.inner.pause();
  }

  unpause(): void {
    this.#arrivals.unpause();
    this.#options.inner.unpause();
  }

  close(): void {
    if (this.ended) return;
    const client = this.#client;
    // Nobody hears what a suspended session or one in the middle of its handshake says.
    const speaks = client?.state === "connected" && !this.#suspended;
    if (client !== undefined) this.#leave(speaks ? client.close() : client.abort(), "closed");
    this.#settle(new DtlsError("aborted", "given up"));
    this.#end({ kind: "local" });
  }

  park(): void {
    const client = this.#client;
    if (this.ended || client?.state !== "connected" || !this.#movable || !this.#heard) {
      this.close();
      return;
    }
    this.#client = undefined;
    this.#options.recorder?.closed("local", "parked");
    this.#options.onPark(client.export());
    this.#end({ kind: "local" });
  }

  /** The peer knows this side by a Connection ID, at whatever address. */
  get #movable(): boolean {
    return (this.#info?.connectionId?.peer ?? "") !== "";
  }

  #handshake(client: DtlsClient): Promise<DtlsError | undefined> {
    this.#client = client;
    this.#heard = false;
    return new Promise((resolve) => {
      this.#settleHandshake = resolve;
      this.#apply(client.start());
    });
  }

  #settle(failure: DtlsError | undefined): void {
    const settle = this.#settleHandshake;
    this.#settleHandshake = undefined;
    settle?.(failure);
  }

  #connected(client: DtlsClient, imported: boolean): void {
    this.#info = client.info;
    this.#maxDatagram = client.maxSend;
    this.#heard = !imported;
    this.#lastUsed = this.#options.clock.now();
    if (client.info !== undefined) this.#options.recorder?.connected(client.info, imported);
    this.#watchIdle();
  }

  #receive(bytes: Uint8Array): void {
    const client = this.#client;
    if (client !== undefined && !this.ended) this.#apply(client.receive(bytes));
  }

  #apply({ datagrams, timer, events, newest }: Step): void {
    const { inner } = this.#options;
    for (const datagram of datagrams) inner.send(datagram);
    if (timer !== undefined) this.#arm(timer);
    if (newest === true) this.#heard = true;
    for (const event of events) {
      if (this.ended) return;
      this.#take(event);
    }
  }

  #take(event: DtlsEvent): void {
    const { clock, recorder, onHandshake } = this.#options;
    const client = this.#client;
    if (client === undefined) return;
    switch (event.kind) {
      case "connected":
        this.#connected(client, false);
        onHandshake(client, undefined);
        this.#settle(undefined);
        return;
      case "data": {
        this.#lastUsed = clock.now();
        const deliver = () => void this.#arrivals.deliver(event.bytes);
        if (recorder === undefined) deliver();
        else recorder.delivering(deliver);
        return;
      }
      case "closed":
        this.#closed(client, event);
    }
  }

  #closed(client: DtlsClient, closed: Extract<DtlsEvent, { kind: "closed" }>): void {
    const { recorder, onHandshake, onFatal } = this.#options;
    this.#client = undefined;
    this.#arm(null);
    recorder?.closed(closed.by, closed.error);
    if (this.#settleHandshake !== undefined) {
      const failure = closed.error ?? new DtlsError("alert", "the server closed the connection", "close_notify");
      onHandshake(client, failure);
      this.#settle(failure);
      return;
    }
    if (closed.error !== undefined) onFatal();
    this.#end(closeReasonOf(closed));
  }

  #arm(delayMs: number | null): void {
    const { clock, recorder } = this.#options;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    this.#timer = delayMs === null ? undefined : clock.setTimeout(this.#onTimer, delayMs);
    recorder?.waiting(delayMs, () => {
      if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
      this.#onTimer();
    });
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    const client = this.#client;
    if (client === undefined) return;
    this.#options.recorder?.repeating();
    this.#apply(client.timeout());
  };

  /** One timer for as long as the session is not idle: use only moves the time that it looks at. */
  #watchIdle(): void {
    const { clock, idleTimeoutMs } = this.#options;
    if (this.#idleTimer !== undefined) clock.clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
    const watched = !this.ended && !this.#suspended && this.#client?.state === "connected" && !this.#movable;
    if (!watched || !Number.isFinite(idleTimeoutMs)) return;
    const left = this.#lastUsed + idleTimeoutMs - clock.now();
    if (left <= 0) this.#rest();
    else this.#idleTimer = clock.setTimeout(() => this.#watchIdle(), left);
  }

  #rest(): void {
    if (this.#client !== undefined) this.#leave(this.#client.close(), "idle");
  }

  /** The connection goes; the session may stay. */
  #leave({ datagrams }: Step, detail: string): void {
    this.#client = undefined;
    this.#arm(null);
    for (const datagram of datagrams) this.#options.inner.send(datagram);
    this.#options.recorder?.closed("local", detail);
  }

  async #wake(): Promise<void> {
    const failure = await this.#options
      .createClient()
      .then((client) => (this.ended ? undefined : this.#handshake(client)))
      .catch((error: unknown) => asDtlsError(error));
    if (this.ended) return;
    const unsent = this.#unsent ?? [];
    this.#unsent = undefined;
    if (failure !== undefined) this.#end({ kind: "error", detail: failure.message });
    for (const bytes of unsent) this.send(bytes);
  }

  #innerClosed(reason: CloseReason): void {
    if (this.ended) return;
    if (this.#client !== undefined) this.#leave(this.#client.abort(), "the path is gone");
    const detail = reason.kind === "error" ? reason.detail : "the path is gone";
    this.#settle(new DtlsError("socket", detail));
    this.#end(reason);
  }

  #end(reason: CloseReason): void {
    if (this.ended) return;
    const { inner, onEnd } = this.#options;
    this.#arm(null);
    this.#unsent = undefined;
    onEnd();
    this.#arrivals.end(reason);
    this.#watchIdle();
    inner.close();
  }
}

/** Whatever a credential store throws: a text of its own, never a credential. */
function asDtlsError(error: unknown): DtlsError {
  if (error instanceof DtlsError) return error;
  return new DtlsError("option", error instanceof Error ? error.message : "the credentials cannot be read");
}
