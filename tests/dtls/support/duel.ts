/** Our stack against a twin: datagrams go to and fro until nobody has more to say, and what happened is kept. */
import type { PeerAddress } from "../../../ports/transport.ts";
import type { Association } from "../../../services/dtls/association.ts";
import { DtlsClient } from "../../../services/dtls/client.ts";
import { CONTENT_TYPE } from "../../../services/dtls/record/record.ts";
import { DtlsServer, type ServerStep } from "../../../services/dtls/server.ts";
import type {
  ClientOptions,
  ConnectionInfo,
  DropCounters,
  DtlsEvent,
  Role,
  ServerOptions,
  Step,
} from "../../../services/dtls/types.ts";
import type { Kind } from "./kinds.ts";
import { type Fault, HONEST, honestScript } from "./script.ts";
import type { Twin, TwinOptions } from "./twin.ts";
import { TwinClient } from "./twinClient.ts";
import { TwinServer } from "./twinServer.ts";

export const PEER: PeerAddress = { address: "192.0.2.1", port: 40_000 };
/** More than any exchange of a test has. */
const MAX_DATAGRAMS = 50_000;
const NOTHING: Step = { datagrams: [], events: [] };

export interface DuelOptions {
  readonly kind: Kind;
  /** Of the twin. */
  readonly fault?: Fault;
  /** Laid over those of the kind. */
  readonly options?: ClientOptions | ServerOptions;
  readonly twin?: Omit<TwinOptions, "kind" | "script">;
  /** The server to attack, where it is one that has a past. */
  readonly server?: DtlsServer;
}

/** One side of our stack, as far as the two roles are alike. */
interface Stack {
  readonly dropped: DropCounters;
  readonly info: ConnectionInfo | undefined;
  start(): Step;
  receive(datagram: Uint8Array): Step;
  timeout(): Step;
  send(bytes: Uint8Array): Step;
  close(): Step;
}

export abstract class Duel<T extends Twin = Twin> {
  /** Of our stack. */
  readonly role: Role;
  readonly setup: DuelOptions;
  readonly twin: T;
  readonly events: DtlsEvent[] = [];
  /** What our stack sent, in order. */
  readonly sent: Uint8Array[] = [];
  /** The timer that is set, ms. */
  timer: number | null = null;
  protected abstract readonly stack: Stack;

  constructor(role: Role, setup: DuelOptions, twin: T) {
    this.role = role;
    this.setup = setup;
    this.twin = twin;
  }

  /** The same with an honest twin, against the same server where our stack is one. */
  abstract again(): Duel;

  get connected(): boolean {
    return this.events.some(({ kind }) => kind === "connected");
  }
  get info(): ConnectionInfo | undefined {
    return this.stack.info;
  }
  get data(): string[] {
    return this.events.flatMap((event) => (event.kind === "data" ? [new TextDecoder().decode(event.bytes)] : []));
  }
  get closed(): (DtlsEvent & { kind: "closed" }) | undefined {
    return this.events.find((event) => event.kind === "closed");
  }
  get dropped(): DropCounters {
    return this.stack.dropped;
  }
  /** Server objects that hold state. */
  abstract get associations(): number;

  /** Runs the handshake. */
  abstract run(): this;

  /** The twin's datagrams of a flight change places, last first; ChangeCipherSpec, which has no number, comes last. */
  reverse(flight: number): this {
    const send = this.twin.flight.bind(this.twin);
    const rank = ([type]: Uint8Array) => (type === CONTENT_TYPE.changeCipherSpec ? 1 : 0);
    this.twin.flight = (number) =>
      number === flight
        ? send(number)
            .toReversed()
            .sort((one, other) => rank(one) - rank(other))
        : send(number);
    return this;
  }

  /** From the twin to our stack, and on from there. */
  inject(...datagrams: readonly Uint8Array[]): this {
    this.pump(datagrams);
    return this;
  }

  /** From our stack to the twin, and on from there. */
  hear(datagrams: readonly Uint8Array[]): this {
    this.pump(datagrams.flatMap((datagram) => this.twin.receive(datagram)));
    return this;
  }

  /** To our stack alone: nobody hears the answer. */
  deafly(...datagrams: readonly Uint8Array[]): Uint8Array[] {
    return datagrams.flatMap((datagram) => this.note(this.stack.receive(datagram)));
  }

  say(text: string): this {
    return this.hear(this.note(this.stack.send(new TextEncoder().encode(text))));
  }

  close(): this {
    for (const datagram of this.note(this.stack.close())) this.twin.receive(datagram);
    return this;
  }

  /** The timer fires, and the twin answers what our stack sends then. */
  fire(): this {
    return this.hear(this.note(this.stack.timeout()));
  }

  /** Lets timers fire until there is none. */
  settle(): this {
    for (let fired = 0; this.timer !== null; fired++) {
      if (fired > 50) throw new Error("the timer never ends");
      this.fire();
    }
    return this;
  }

  protected pump(toStack: readonly Uint8Array[]): void {
    const queue = [...toStack];
    for (let count = 0; queue.length > 0; count++) {
      if (count > MAX_DATAGRAMS) throw new Error("the two never stop talking");
      for (const answer of this.note(this.stack.receive(queue.shift()!))) queue.push(...this.twin.receive(answer));
    }
  }

  protected note({ datagrams, events, timer }: Step): readonly Uint8Array[] {
    this.sent.push(...datagrams);
    this.events.push(...events);
    if (timer !== undefined) this.timer = timer;
    return datagrams;
  }
}

/** Our client against a scripted server. */
export class ClientDuel extends Duel<TwinServer> {
  readonly client: DtlsClient;
  protected readonly stack: Stack;

  constructor(setup: DuelOptions) {
    const { kind, fault = HONEST, options, twin } = setup;
    const script = fault(honestScript("server", kind, twin?.session !== undefined));
    super("client", setup, new TwinServer({ kind, script, ...twin }));
    this.client = new DtlsClient({ ...kind.client, ...(options as ClientOptions) });
    this.stack = this.client;
  }

  get associations(): number {
    return this.client.state === "closed" ? 0 : 1;
  }

  /** The first ClientHello, which nobody has heard yet. */
  begin(): readonly Uint8Array[] {
    return this.note(this.client.start());
  }

  run(): this {
    return this.hear(this.begin());
  }

  again(): ClientDuel {
    const { kind, options } = this.setup;
    return new ClientDuel({ kind, ...(options && { options }) }).run();
  }
}

/** Our server against a scripted client. */
export class ServerDuel extends Duel<TwinClient> {
  readonly server: DtlsServer;
  /** The one that was opened last. */
  association: Association | undefined;
  /** Where the twin's datagrams come from. */
  from = PEER;
  /** What befell other associations. */
  readonly others: DtlsEvent[] = [];
  /** Where the last datagrams went. */
  to = PEER;
  protected readonly stack: Stack;

  constructor(setup: DuelOptions) {
    const { kind, fault = HONEST, options, twin, server } = setup;
    const script = fault(honestScript("client", kind, twin?.session !== undefined));
    super("server", setup, new TwinClient({ kind, script, ...twin }));
    this.server = server ?? new DtlsServer({ ...kind.server, ...(options as ServerOptions) });
    const duel = this;
    this.stack = {
      get dropped() {
        return sum(duel.association?.dropped ?? duel.server.dropped, duel.server.dropped);
      },
      get info() {
        return duel.association?.info;
      },
      start: () => NOTHING,
      receive: (datagram) => this.#take(this.server.receive(datagram, this.from)),
      timeout: () => this.association?.timeout() ?? NOTHING,
      send: (bytes) => this.association!.send(bytes),
      close: () => this.association!.close(),
    };
  }

  get associations(): number {
    return this.server.associations;
  }

  run(): this {
    this.pump(this.twin.start());
    return this;
  }

  again(): ServerDuel {
    const { kind, options } = this.setup;
    return new ServerDuel({ kind, ...(options && { options }), server: this.server }).run();
  }

  /** What befell the twin's association, and all that is sent to where it is. */
  #take({ association, step, to, also = [] }: ServerStep): Step {
    this.to = to;
    const steps = [...also, ...(association === undefined ? [] : [{ association, step }])];
    const replaced = this.association?.state === "closed" || this.association === undefined;
    if (association !== undefined && (replaced || this.association?.state === "handshaking"))
      this.association = association;
    const datagrams = [...step.datagrams, ...also.flatMap((other) => other.step.datagrams)];
    const own = steps.filter((each) => each.association === this.association).map((each) => each.step);
    for (const each of steps) if (each.association !== this.association) this.others.push(...each.step.events);
    const timers = own.flatMap(({ timer }) => (timer === undefined ? [] : [timer]));
    const timer = timers.at(-1);
    return { datagrams, events: own.flatMap(({ events }) => events), ...(timer !== undefined && { timer }) };
  }
}

function sum(one: DropCounters, other: DropCounters): DropCounters {
  if (one === other) return one;
  return Object.fromEntries(
    Object.entries(one).map(([reason, count]) => [reason, count + other[reason as keyof DropCounters]]),
  ) as DropCounters;
}

export function duel(role: Role, setup: DuelOptions): Duel {
  return role === "client" ? new ClientDuel(setup) : new ServerDuel(setup);
}

/** Whether a datagram begins with a ClientHello. */
export function isHello(datagram: Uint8Array): boolean {
  return datagram[0] === CONTENT_TYPE.handshake && datagram[13] === 1;
}
