/**
 * A session in queue mode (LwM2M 1.1 §6.5): it listens for a while after each exchange and rests in between. Whatever is
 * sent on it wakes it. One that the server closed is opened again by the next thing to be said.
 */
import type { Clock, TimerId } from "../ports/clock.ts";
import type { CloseReason, OpenOutcome, Session, SessionHandlers } from "../ports/transport.ts";

export interface AwakeOptions {
  readonly session: Session;
  readonly clock: Clock;
  /** How long it listens after the last datagram, ms. */
  readonly awakeMs: number;
  /** The server knows that this device sleeps. */
  maySleep(): boolean;
  /** An exchange is under way. */
  isBusy(): boolean;
  /** The way to the same server once more. */
  reopen(): Promise<OpenOutcome>;
}

/** Datagrams kept while a session is opened again. */
const MAX_UNSENT = 16;

export class Awake implements Session {
  readonly #options: AwakeOptions;
  #session: Session;
  #handlers: SessionHandlers | undefined;
  #timer: TimerId | undefined;
  #lastUsed: number;
  #asleep = false;
  #ended = false;
  /** The server has closed the session, and nothing was to be said since. */
  #closed = false;
  /** What waits for a session. */
  #unsent: Uint8Array[] | undefined;

  constructor(options: AwakeOptions) {
    this.#options = options;
    this.#session = options.session;
    this.#lastUsed = options.clock.now();
    this.#watch();
  }

  get peer() {
    return this.#session.peer;
  }
  get local() {
    return this.#session.local;
  }
  get identity() {
    return this.#session.identity;
  }
  get secure() {
    return this.#session.secure;
  }
  get maxDatagram() {
    return this.#session.maxDatagram;
  }

  attach(handlers: SessionHandlers): void {
    this.#handlers = handlers;
    this.#follow();
  }

  send(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#lastUsed = this.#options.clock.now();
    if (this.#unsent !== undefined) {
      if (this.#unsent.length < MAX_UNSENT) this.#unsent.push(bytes.slice());
      return;
    }
    if (this.#closed) {
      this.#unsent = [bytes.slice()];
      void this.#reopen();
      return;
    }
    this.resume();
    this.#session.send(bytes);
  }

  suspend(): void {
    this.#unwatch();
    this.#asleep = true;
    this.#session.suspend();
  }

  resume(): void {
    if (!this.#asleep || this.#ended) return;
    this.#asleep = false;
    this.#session.resume();
    this.#watch();
  }

  pause(): void {
    this.#session.pause();
  }
  unpause(): void {
    this.#session.unpause();
  }

  close(): void {
    this.#session.close();
    this.#end({ kind: "local" });
  }

  park(): void {
    if (this.#session.park === undefined) this.#session.close();
    else this.#session.park();
    this.#end({ kind: "local" });
  }

  #follow(): void {
    const session = this.#session;
    session.attach({
      onDatagram: (bytes) => {
        this.#lastUsed = this.#options.clock.now();
        this.#handlers?.onDatagram(bytes);
      },
      onClose: (reason) => {
        if (session === this.#session) this.#onClose(reason);
      },
    });
  }

  #onClose(reason: CloseReason): void {
    const { maySleep, isBusy } = this.#options;
    const rests = reason.kind === "peer" && reason.alert === undefined && maySleep() && !isBusy();
    if (this.#ended || !rests) {
      this.#end(reason);
      return;
    }
    this.#unwatch();
    this.#asleep = true;
    this.#closed = true;
  }

  async #reopen(): Promise<void> {
    const opening = await this.#options.reopen();
    if (this.#ended) {
      if (opening.kind === "open") opening.session.close();
      return;
    }
    const unsent = this.#unsent ?? [];
    this.#unsent = undefined;
    if (opening.kind !== "open") {
      this.#end({ kind: "error", detail: opening.detail });
      return;
    }
    this.#session = opening.session;
    this.#closed = false;
    this.#asleep = false;
    this.#follow();
    this.#watch();
    for (const bytes of unsent) this.send(bytes);
  }

  /** One timer as long as it is awake: use only moves the time that it looks at. */
  #watch(): void {
    this.#unwatch();
    const { clock, awakeMs, maySleep, isBusy } = this.#options;
    const left = this.#lastUsed + awakeMs - clock.now();
    if (left > 0) this.#timer = clock.setTimeout(() => this.#watch(), left);
    else if (maySleep() && !isBusy()) this.suspend();
    else this.#timer = clock.setTimeout(() => this.#watch(), awakeMs);
  }

  #unwatch(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #end(reason: CloseReason): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#unwatch();
    this.#unsent = undefined;
    this.#handlers?.onClose(reason);
  }
}
