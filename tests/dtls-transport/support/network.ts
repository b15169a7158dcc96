/** A client and a server transport on a network in memory, with virtual time. */
import { seededRandom } from "../../../carrier/random.ts";
import type { CredentialType, TagCredentials } from "../../../ports/modem.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { CloseReason, Listener, OpenOutcome, OpenRequest, Session, Transport } from "../../../ports/transport.ts";
import { createMemoryNetwork, type MemoryDatagram } from "../../../services/coap/memoryTransport.ts";
import {
  createDtlsTransport,
  type DtlsTransport,
  type DtlsTransportOptions,
} from "../../../services/dtls/dtlsTransport.ts";
import type { ServerOptions } from "../../../services/dtls/types.ts";
import { createTrace } from "../../../trace/trace.ts";
import { VirtualClock } from "../../support/virtualClock.ts";

export const SERVER = "192.0.2.1";
export const CLIENT = "198.51.100.1";
export const TAG = 26;
export const IDENTITY = "dev-1";
export const KEY = "00112233445566778899aabbccddeeff";

const utf8 = (text: string) => new TextEncoder().encode(text);
export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A session with what came over it. */
export class Seen {
  readonly session: Session;
  readonly received: string[] = [];
  readonly closed: CloseReason[] = [];

  constructor(session: Session, onData?: (bytes: Uint8Array) => void) {
    this.session = session;
    session.attach({
      onDatagram: (bytes) => {
        this.received.push(text(bytes));
        onData?.(bytes);
      },
      onClose: (reason) => this.closed.push(reason),
    });
  }

  say(words: string): void {
    this.session.send(utf8(words));
  }
}

export class Network {
  readonly clock = new VirtualClock();
  readonly memory = createMemoryNetwork({
    clock: this.clock,
    latencyMs: 5,
    random: seededRandom(7),
    maxDatagram: 1_212,
  });
  readonly records: TraceRecord[] = [];
  /** Sent by either side, the first octet of each record telling its content type. */
  readonly wire: MemoryDatagram[] = [];
  /** Sessions that the server accepted; what comes is sent back. */
  readonly accepted: Seen[] = [];
  tags: Record<number, { readonly [Type in CredentialType]?: string | Uint8Array }> = {
    [TAG]: { psk: KEY, pskIdentity: IDENTITY },
  };
  /** What the server knows. */
  readonly keys = new Map([[IDENTITY, KEY]]);
  #listener: Listener | undefined;

  constructor() {
    this.memory.watch((datagram) => this.wire.push(datagram));
    // The host is there, whether or not anybody listens.
    this.memory.transport(SERVER);
  }

  readonly credentials = async (tag: number): Promise<TagCredentials> => {
    const entries = Object.entries(this.tags[tag] ?? {});
    return Object.fromEntries(
      entries.map(([type, content]) => [type, typeof content === "string" ? utf8(content) : content.slice()]),
    );
  };

  client(options: Partial<DtlsTransportOptions> = {}): DtlsTransport {
    const sink = (record: TraceRecord) => void this.records.push(record);
    return createDtlsTransport({
      inner: this.memory.transport(CLIENT),
      clock: this.clock,
      credentials: this.credentials,
      trace: createTrace({ clock: this.clock, device: "dev", sink, firstSeq: this.records.length + 1 }),
      ...options,
    });
  }

  /** Starts a server, or one with no memory of the one before. */
  async serve(options: ServerOptions = {}, address = SERVER): Promise<void> {
    await this.crash();
    const transport = createDtlsTransport({
      inner: this.memory.transport(address),
      clock: this.clock,
      serverOptions: {
        psk: (identity) => {
          const key = this.keys.get(text(identity));
          return key === undefined ? undefined : Uint8Array.from(Buffer.from(key, "hex"));
        },
        ...options,
      },
    });
    this.#listener = await transport.listen({ address, port: 5684 }, (session) => {
      const seen: Seen = new Seen(session, (bytes) => session.send(bytes));
      this.accepted.push(seen);
    });
  }

  /** The server is gone without a word. */
  async crash(): Promise<void> {
    const mute = this.memory.lose({ name: "crashed", when: ({ from }) => from.address === SERVER });
    await this.#listener?.close();
    this.#listener = undefined;
    mute.remove();
  }

  async open(transport: DtlsTransport, request: Partial<OpenRequest> = {}): Promise<OpenOutcome> {
    const opening = transport.open({ uri: `coaps://${SERVER}`, securityTag: TAG, lifeline: "server/1", ...request });
    return this.settle(opening);
  }

  /** Opened, with what comes over it. */
  async session(transport: DtlsTransport, request: Partial<OpenRequest> = {}): Promise<Seen> {
    const outcome = await this.open(transport, request);
    if (outcome.kind !== "open") throw new Error(`${outcome.kind}: ${outcome.detail}`);
    return new Seen(outcome.session);
  }

  /** Moves time timer by timer until it settles. */
  async settle<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const mark = () => {
      done = true;
    };
    work.then(mark, mark);
    for (let idle = 0; !done; ) {
      // Time moves only when nothing else is left to happen.
      await turn();
      if (!done && ++idle > 10 && !this.clock.step(Number.MAX_SAFE_INTEGER)) throw new Error("nothing more happens");
    }
    return work;
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  /** The client gets a datagram that bears the server's address. */
  inject(bytes: Uint8Array): void {
    const host = this.memory.transport(CLIENT) as Transport & { receive(datagram: MemoryDatagram): void };
    const from = { address: SERVER, port: 5684 };
    host.receive({ bytes, from, to: { address: CLIENT, port: 49_152 } });
  }

  of(phase: string): TraceRecord[] {
    return this.records.filter((record) => record.kind === "dtls" && record.phase === phase);
  }

  /** How the handshakes ended: `full`, `resumed`, `imported`. */
  get connections(): string[] {
    return this.of("connected").map(({ imported, resumed }) => (imported ? "imported" : resumed ? "resumed" : "full"));
  }
}

export async function turn(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
}
