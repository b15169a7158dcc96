/**
 * A client and a server on a path that loses, repeats and delays datagrams as it is told, in virtual time. Each sends a
 * word as soon as it is connected; when the path has become quiet the client closes.
 */
import type { Association } from "../../../services/dtls/association.ts";
import type { DtlsClient } from "../../../services/dtls/client.ts";
import { readRecord } from "../../../services/dtls/record/record.ts";
import type { DtlsServer } from "../../../services/dtls/server.ts";
import type { Step } from "../../../services/dtls/types.ts";

export type Side = "client" | "server";

/**
 * What happens to a datagram: how much later than usual each of its copies arrives, ms; none: it is lost. Datagrams of
 * the handshake are counted from 0, those of both sides together; words and close are left alone.
 */
export type Fate = (index: number) => readonly number[];

export interface Ends {
  readonly client: DtlsClient;
  readonly server: DtlsServer;
  /** Of the Connection IDs in records that carry one. */
  readonly idLength: number;
}

export interface Outcome {
  /** Datagrams of the handshake that were sent, lost ones included. */
  readonly sent: number;
  /** When both sides were connected, ms; undefined: never. */
  readonly connectedAtMs: number | undefined;
  /** What must not be, whatever the path does. */
  readonly faults: readonly string[];
}

export const TIMERS_LEFT = "a timer is left";
export const ASSOCIATION_LEFT = "the server keeps an association";

/** One way. */
export const LATENCY_MS = 20;
/** A sender needs so long for a datagram: one that is later than this is overtaken by the next. */
export const SPACING_MS = 1;
/** No handshake here may take longer. */
const LONGEST_MS = 300_000;
/** With so many datagrams the two ends drive each other on. */
const STORM = 2_000;

const CLIENT_ADDRESS = { address: "192.0.2.1", port: 40_000 };
const WORDS: Readonly<Record<Side, string>> = { client: "from the client", server: "from the server" };
const AT_ONCE: readonly number[] = [0];

type End = DtlsClient | Association;

interface Arrival {
  readonly at: number;
  readonly to: Side;
  readonly datagram: Uint8Array;
}

/** Runs one connection from its first datagram to its close. */
export function runPath(ends: Ends, fate: Fate = () => AT_ONCE, latencyMs = LATENCY_MS): Outcome {
  return new Path(ends, fate, latencyMs).run();
}

class Path {
  readonly #ends: Ends;
  readonly #fate: Fate;
  readonly #latencyMs: number;
  #now = 0;
  #sent = 0;
  /** Sorted by time; what is of the same time keeps its order. */
  readonly #arrivals: Arrival[] = [];
  readonly #timers = new Map<End, number>();
  readonly #connectedAtMs: Partial<Record<Side, number>> = {};
  readonly #heard: Record<Side, string[]> = { client: [], server: [] };
  readonly #closed: Record<Side, number> = { client: 0, server: 0 };
  readonly #recordNumbers = new Map<End, Set<number>>();
  readonly #faults = new Set<string>();
  #closing = false;

  constructor(ends: Ends, fate: Fate, latencyMs: number) {
    this.#ends = ends;
    this.#fate = fate;
    this.#latencyMs = latencyMs;
  }

  run(): Outcome {
    const { client } = this.#ends;
    this.#apply(client, client.start());
    this.#runUntil(() => this.#bothConnected && this.#arrivals.length === 0);
    this.#closing = true;
    this.#apply(client, client.close());
    this.#runUntil(() => this.#arrivals.length === 0);
    this.#checkEnd();
    const { client: one = Number.NaN, server: other = Number.NaN } = this.#connectedAtMs;
    const connectedAtMs = Math.max(one, other);
    return {
      sent: this.#sent,
      connectedAtMs: Number.isNaN(connectedAtMs) ? undefined : connectedAtMs,
      faults: [...this.#faults],
    };
  }

  get #bothConnected(): boolean {
    return this.#connectedAtMs.client !== undefined && this.#connectedAtMs.server !== undefined;
  }

  /** The next arrival or timer, whichever is first, until it holds or nothing is left. */
  #runUntil(holds: () => boolean): void {
    while (!holds() && this.#now < LONGEST_MS && this.#sent < STORM) {
      const [arrival] = this.#arrivals;
      const timer = [...this.#timers].sort((one, other) => one[1] - other[1])[0];
      if (timer !== undefined && (arrival === undefined || timer[1] < arrival.at)) {
        const [end, at] = timer;
        this.#now = at;
        this.#timers.delete(end);
        this.#apply(end, end.timeout());
      } else if (arrival !== undefined) {
        this.#now = arrival.at;
        this.#arrivals.shift();
        this.#deliver(arrival);
      } else return;
    }
  }

  #deliver({ to, datagram }: Arrival): void {
    const { client, server } = this.#ends;
    if (to === "client") {
      this.#apply(client, client.receive(datagram));
      return;
    }
    const { association, step, also = [] } = server.receive(datagram, CLIENT_ADDRESS);
    if (association === undefined) this.#send("server", step.datagrams);
    else this.#apply(association, step);
    for (const other of also) this.#apply(other.association, other.step);
  }

  #apply(end: End, step: Step): void {
    const side: Side = end === this.#ends.client ? "client" : "server";
    if (step.timer === null) this.#timers.delete(end);
    else if (step.timer !== undefined) this.#timers.set(end, this.#now + step.timer);
    this.#checkRecordNumbers(end, side, step.datagrams);
    this.#send(side, step.datagrams, this.#closing ? AT_ONCE : undefined);
    for (const event of step.events) {
      if (event.kind === "data") this.#heard[side].push(new TextDecoder().decode(event.bytes));
      else if (event.kind === "connected") this.#onConnected(end, side);
      else {
        this.#closed[side]++;
        if (event.error !== undefined) this.#faults.add(`the ${side} failed: ${event.error.message}`);
      }
    }
  }

  #onConnected(end: End, side: Side): void {
    if (this.#connectedAtMs[side] !== undefined) this.#faults.add(`the ${side} was connected twice`);
    this.#connectedAtMs[side] = this.#now;
    this.#send(side, end.send(new TextEncoder().encode(WORDS[side])).datagrams, AT_ONCE);
  }

  #send(from: Side, datagrams: readonly Uint8Array[], fate?: readonly number[]): void {
    for (const [place, datagram] of datagrams.entries()) {
      const copies = fate ?? this.#fate(this.#sent++);
      for (const delay of copies) {
        const at = this.#now + this.#latencyMs + place * SPACING_MS + delay;
        const behind = this.#arrivals.findIndex((other) => other.at > at);
        const arrival: Arrival = { at, to: from === "client" ? "server" : "client", datagram };
        this.#arrivals.splice(behind === -1 ? this.#arrivals.length : behind, 0, arrival);
      }
    }
  }

  /** The number is the nonce: under one key, none may come twice. */
  #checkRecordNumbers(end: End, side: Side, datagrams: readonly Uint8Array[]): void {
    const used = this.#recordNumbers.get(end) ?? new Set();
    this.#recordNumbers.set(end, used);
    for (const datagram of datagrams) {
      for (let at = 0; at < datagram.length; ) {
        const record = readRecord(datagram, at, this.#ends.idLength);
        if (record === undefined) throw new Error(`the ${side} sent what is no record`);
        at += record.size;
        if (record.epoch === 0) continue;
        if (used.has(record.sequence)) this.#faults.add(`the ${side} sent record ${record.sequence} twice`);
        used.add(record.sequence);
      }
    }
  }

  #checkEnd(): void {
    for (const side of ["client", "server"] as const) {
      const other = side === "client" ? "server" : "client";
      if (this.#connectedAtMs[side] === undefined) this.#faults.add(`the ${side} was not connected`);
      const heard = this.#heard[side].join(", ");
      if (heard !== WORDS[other]) this.#faults.add(`the ${side} heard "${heard}"`);
      if (this.#closed[side] !== 1) this.#faults.add(`the ${side} was closed ${this.#closed[side]} times`);
    }
    if (this.#timers.size > 0) this.#faults.add(TIMERS_LEFT);
    if (this.#ends.server.associations > 0) this.#faults.add(ASSOCIATION_LEFT);
    if (this.#sent >= STORM) this.#faults.add("the two ends drive each other on");
  }
}
