/**
 * A client and a server with a line between them that the test holds in its hands: nothing moves but by a call, and
 * everything that was sent is kept.
 */
import type { PeerAddress } from "../../../../ports/transport.ts";
import type { Association } from "../../../../services/dtls/association.ts";
import { DtlsClient } from "../../../../services/dtls/client.ts";
import { DtlsServer, type ServerStep } from "../../../../services/dtls/server.ts";
import type {
  ClientOptions,
  DropCounters,
  DtlsEvent,
  Role,
  ServerOptions,
  Step,
} from "../../../../services/dtls/types.ts";

export const CLIENT_AT: PeerAddress = { address: "192.0.2.10", port: 40_000 };

export interface Sent {
  readonly from: Role;
  readonly bytes: Uint8Array;
  /** Of a server's: where it goes. */
  readonly to?: PeerAddress;
}

export interface PairOptions {
  readonly client: ClientOptions;
  /** A server that is there already serves further clients. */
  readonly server: ServerOptions | DtlsServer;
}

export class Pair {
  client: DtlsClient;
  readonly server: DtlsServer;
  readonly keyLog: string[] = [];
  /** The newest of the server's. */
  association: Association | undefined;
  /** Whence the client's datagrams come. */
  at: PeerAddress = CLIENT_AT;
  /** Everything that either end ever sent, in order. */
  readonly history: Sent[] = [];
  /** On the line. */
  queue: Sent[] = [];
  readonly events: Record<Role, DtlsEvent[]> = { client: [], server: [] };
  /** The timer of each end, ms. */
  readonly timers: Record<Role, number | null> = { client: null, server: null };

  constructor({ client, server }: PairOptions) {
    this.client = new DtlsClient({ ...client, keyLog: (line) => this.keyLog.push(line) });
    this.server = server instanceof DtlsServer ? server : new DtlsServer(server);
  }

  /** Sends the first flight and carries everything until the line is empty. */
  connect(): this {
    this.start();
    this.carry();
    return this;
  }

  start(): Step {
    return this.#note("client", this.client.start());
  }

  /** Delivers what is on the line, and what follows from it; `pass` may hold back or change datagrams. */
  carry(pass: (sent: Sent) => readonly Uint8Array[] = ({ bytes }) => [bytes]): void {
    for (let turns = 0; this.queue.length > 0; turns++) {
      if (turns > 1_000) throw new Error("the two ends do not come to rest");
      const sent = this.queue.shift()!;
      for (const bytes of pass(sent)) this.give(sent.from === "client" ? "server" : "client", bytes);
    }
  }

  /** Takes what is on the line off it. */
  take(): Uint8Array[] {
    return this.queue.splice(0).map(({ bytes }) => bytes);
  }

  /** One datagram for one end. */
  give(target: Role, datagram: Uint8Array, from = this.at): Step {
    if (target === "client") return this.#note("client", this.client.receive(datagram));
    return this.noteServer(this.server.receive(datagram, from)).step;
  }

  noteServer(outcome: ServerStep): ServerStep {
    if (outcome.association !== undefined) this.association = outcome.association;
    this.#note("server", outcome.step, outcome.to);
    for (const { step, association } of outcome.also ?? []) this.#note("server", step, association.peer);
    return outcome;
  }

  send(from: Role, bytes: Uint8Array): Step {
    return this.#note(from, this.end(from).send(bytes), this.association?.peer);
  }

  /** Sends, and takes the record off the line. */
  held(from: Role, bytes: Uint8Array): Uint8Array {
    const [datagram] = this.send(from, bytes).datagrams;
    this.queue.pop();
    return datagram!;
  }

  timeout(of: Role): Step {
    return this.#note(of, this.end(of).timeout(), this.association?.peer);
  }

  close(by: Role): Step {
    return this.#note(by, this.end(by).close(), this.association?.peer);
  }

  /** The client, or the server's side of its connection. */
  end(role: Role): DtlsClient | Association {
    if (role === "client") return this.client;
    if (this.association === undefined) throw new Error("the server has no association");
    return this.association;
  }

  /** Both of the server: with and without an association. */
  drops(role: Role): DropCounters {
    if (role === "client") return this.client.dropped;
    const own = this.association?.dropped;
    const sums = Object.entries(this.server.dropped).map(([reason, count]) => [
      reason,
      count + (own?.[reason as keyof DropCounters] ?? 0),
    ]);
    return Object.fromEntries(sums);
  }

  data(role: Role): string[] {
    return this.events[role].flatMap((event) =>
      event.kind === "data" ? [Buffer.from(event.bytes).toString("latin1")] : [],
    );
  }

  closed(role: Role): DtlsEvent & { kind: "closed" } {
    const ends = this.events[role].filter((event) => event.kind === "closed");
    if (ends.length !== 1) throw new Error(`the ${role} told of ${ends.length} ends`);
    return ends[0]!;
  }

  #note(role: Role, step: Step, to?: PeerAddress): Step {
    for (const bytes of step.datagrams) {
      const sent: Sent = { from: role, bytes, ...(to !== undefined && { to }) };
      this.history.push(sent);
      this.queue.push(sent);
    }
    this.events[role].push(...step.events);
    if (step.timer !== undefined) this.timers[role] = step.timer;
    return step;
  }
}

export function other(role: Role): Role {
  return role === "client" ? "server" : "client";
}
