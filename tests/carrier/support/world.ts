/**
 * A whole carrier in a world of the test's own: a network in memory, a bootstrap server, management servers, a
 * simulated modem, and virtual time that moves only while something is waited for.
 */
import type { CarrierEventMessage } from "../../../carrier/application.ts";
import { type Carrier, createCarrier } from "../../../carrier/createCarrier.ts";
import type { CarrierOptions } from "../../../carrier/options.ts";
import { seededRandom } from "../../../carrier/random.ts";
import type { SemanticEvent, SemanticEventType } from "../../../machines/semanticEvent.ts";
import {
  createSimulatedModem,
  type ModemFault,
  type SimulatedModem,
  type SimulatedModemOptions,
} from "../../../modem/index.ts";
import type { Modem } from "../../../ports/modem.ts";
import type { Storage } from "../../../ports/storage.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { OpenRequest, Transport } from "../../../ports/transport.ts";
import { createMemoryNetwork, type MemoryNetwork } from "../../../services/coap/memoryTransport.ts";
import type { ServerOptions } from "../../../services/dtls/types.ts";
import { createMemoryStorage } from "../../../services/store/memoryStorage.ts";
import type { ServerAccount } from "../../../testbed/account.ts";
import { createTrace } from "../../../trace/trace.ts";
import { VirtualClock } from "../../support/virtualClock.ts";
import { MemoryServer } from "./server.ts";

export const BOOTSTRAP_ADDRESS = "192.0.2.1";
export const MANAGEMENT_ADDRESS = "192.0.2.2";
export const SECOND_ADDRESS = "192.0.2.3";
export const SERVER_ID = 123;
const DEVICE_ADDRESS = "198.51.100.1";
const NONE = { mode: "none" } as const;
/** A block of 1024 octets fits with what DTLS adds. */
const MAX_DATAGRAM = 1_232;

const utf8 = (text: string) => new TextEncoder().encode(text);
/** What a secure device and its servers share. */
export const PSKS = {
  bootstrap: { identity: "identity-at-bootstrap", key: utf8("key-at-bootstrap") },
  management: { identity: "identity-at-management", key: utf8("key-at-management") },
} as const;
/** The bootstrap server's account in the options of a secure device. */
export const BOOTSTRAP_SECURITY = {
  mode: "psk",
  secrets: { publicKeyOrIdentity: utf8(PSKS.bootstrap.identity), secretKey: PSKS.bootstrap.key },
} as const;

/** Undefined takes a default of this world away. */
type Given = { readonly [Option in keyof CarrierOptions]?: CarrierOptions[Option] | undefined };

export interface WorldOptions {
  readonly edition?: CarrierOptions["edition"];
  readonly faults?: readonly ModemFault[];
  /** Beside the URI of the account that the bootstrap server gives. */
  readonly account?: Partial<ServerAccount>;
  readonly carrier?: Given;
  readonly modem?: Partial<SimulatedModemOptions>;
  readonly traced?: boolean;
  /** Servers and device speak DTLS, with pre-shared keys that the bootstrap delivers; what servers do otherwise. */
  readonly secure?: ServerOptions;
}

/** How far time may be moved for one thing, ms. */
const PATIENCE_MS = 40 * 24 * 3600 * 1000;
const MOST_STEPS = 200_000;

export class World {
  readonly clock = new VirtualClock();
  readonly network: MemoryNetwork;
  readonly storage: Storage = createMemoryStorage();
  readonly records: TraceRecord[] = [];
  /** All events since the beginning, also of carriers before this one. */
  readonly events: CarrierEventMessage[] = [];
  readonly #options: WorldOptions;
  #seed = 1;
  #bootstrap: MemoryServer | undefined;
  #management: MemoryServer | undefined;
  #carrier: Carrier | undefined;
  #modem: SimulatedModem | undefined;

  private constructor(options: WorldOptions) {
    this.#options = options;
    const { secure } = options;
    this.network = createMemoryNetwork({
      clock: this.clock,
      latencyMs: 10,
      ...(secure && { maxDatagram: MAX_DATAGRAM }),
    });
  }

  /** Everything is there; nothing is started. */
  static async make(options: WorldOptions = {}): Promise<World> {
    const world = new World(options);
    world.#management = await world.server(MANAGEMENT_ADDRESS);
    const account = {
      uri: world.#management.uri,
      shortServerId: SERVER_ID,
      ...(options.secure && { security: { mode: "psk", ...PSKS.management } as const }),
      ...options.account,
    };
    world.#bootstrap = await world.server(BOOTSTRAP_ADDRESS);
    world.#bootstrap.accounts = [account];
    world.replace(options.carrier, options.faults);
    return world;
  }

  /** The same, registered with. */
  static async registered(options: WorldOptions = {}): Promise<World> {
    const world = await World.make(options);
    world.carrier.start();
    await world.until("registered");
    return world;
  }

  get bootstrap(): MemoryServer {
    return this.#bootstrap as MemoryServer;
  }
  get management(): MemoryServer {
    return this.#management as MemoryServer;
  }
  get carrier(): Carrier {
    return this.#carrier as Carrier;
  }
  get modem(): SimulatedModem {
    return this.#modem as SimulatedModem;
  }

  /** Another server on this network. */
  server(address: string): Promise<MemoryServer> {
    const { network, clock } = this;
    const { secure } = this.#options;
    return MemoryServer.start({ network, clock, address, ...(secure && { secure: { psk: keyOf, ...secure } }) });
  }

  /** Another carrier and modem over the same store: the device after its supply came back. */
  replace(options: Given = {}, faults: readonly ModemFault[] = []): Carrier {
    const { clock, events, records } = this;
    const { edition, traced = true, carrier, modem, secure } = this.#options;
    const storage = options.storage ?? carrier?.storage ?? this.storage;
    const sink = (record: TraceRecord) => void records.push(record);
    const trace = traced ? createTrace({ clock, device: "dev", sink, firstSeq: records.length + 1 }) : undefined;
    this.#modem = createSimulatedModem({
      clock,
      random: seededRandom(1),
      storage,
      timing: "instant",
      faults,
      ...(trace && { trace }),
      ...modem,
    });
    this.#carrier = createCarrier({
      endpoint: "dev",
      bootstrap: { uri: this.bootstrap.uri, security: secure === undefined ? NONE : BOOTSTRAP_SECURITY },
      transport: secure === undefined ? this.transport(DEVICE_ADDRESS) : this.network.transport(DEVICE_ADDRESS),
      clock,
      storage,
      // Another one each time: a peer would take the same message ids for duplicates.
      random: seededRandom(++this.#seed),
      modem: secure === undefined ? keepingItsKeys(this.#modem) : this.#modem,
      ...(edition !== undefined && { edition }),
      ...(trace && { trace }),
      ...carrier,
      ...options,
      onEvent: (event) => {
        events.push(event);
        (options.onEvent ?? carrier?.onEvent)?.(event);
      },
    } as CarrierOptions);
    return this.#carrier;
  }

  /** The network as a device sees it whose modem has security of its own: what coaps and a tag would protect goes as it is. */
  transport(address: string): Transport {
    const inner = this.network.transport(address);
    return {
      open: ({ uri }: OpenRequest) => inner.open({ uri: uri.replace(/^coaps:\/\/([^:/]+)(?::\d+)?/, "coap://$1") }),
      listen: (at, onSession) => inner.listen(at, onSession),
      close: () => inner.close(),
    };
  }

  /** What each event was, in the charts' words: `deferred SERVER_NO_ROUTE 60`, `error fotaFailed`, `registered`. */
  get heard(): string[] {
    return this.events.map(({ meaning }) => told(meaning));
  }

  /** Records of DTLS. */
  get dtls(): TraceRecord[] {
    return this.records.filter(({ kind }) => kind === "dtls");
  }

  /** How the device's sessions began, `server/123 full`, `… resumed`, `… imported` from an earlier one. */
  get sessions(): string[] {
    return this.dtls
      .filter(({ phase }) => phase === "connected")
      .map(({ to, imported, resumed }) => `${to} ${imported ? "imported" : resumed ? "resumed" : "full"}`);
  }

  /** Why they ended. */
  get ends(): string[] {
    return this.dtls.filter(({ phase }) => phase === "closed").map(({ detail }) => String(detail));
  }

  /** Moves time until the next event of this meaning; resolves with it. */
  async until<Type extends SemanticEventType>(type: Type): Promise<Extract<SemanticEvent, { type: Type }>> {
    const before = this.events.length;
    const found = () => this.events.slice(before).find(({ meaning }) => meaning.type === type);
    await this.reaches(`the event ${type}`, () => found() !== undefined);
    return found()?.meaning as Extract<SemanticEvent, { type: Type }>;
  }

  /** Moves time until the carrier is in a state with this tag. */
  untilTag(tag: string): Promise<void> {
    return this.reaches(`tag ${tag}`, () => this.carrier.snapshot.hasTag(tag));
  }

  /** Moves time, timer by timer, until it holds. */
  async reaches(what: string, holds: () => boolean): Promise<void> {
    const { clock } = this;
    const end = clock.now() + PATIENCE_MS;
    await turn();
    for (let steps = 0; !holds(); steps++) {
      if (steps > MOST_STEPS || !clock.step(end)) {
        const where = JSON.stringify(this.carrier.snapshot.value);
        throw new Error(`${what} does not come; heard ${this.heard.join(", ")}; the carrier is in ${where}`);
      }
      await turn();
    }
  }

  /** The result of something that needs time to move. */
  async result<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const mark = () => {
      done = true;
    };
    work.then(mark, mark);
    await this.reaches("the result", () => done);
    return work;
  }

  /** Lets so much time pass. */
  async pass(seconds: number): Promise<void> {
    const end = this.clock.now() + 1000 * seconds;
    await turn();
    while (this.clock.step(end)) await turn();
    this.clock.advance(end - this.clock.now());
    await turn();
  }

  /** Lets what is under way come to rest without time passing beyond the network's own. */
  settle(): Promise<void> {
    return this.pass(0.5);
  }

  get seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  async stop(): Promise<void> {
    await this.result(this.carrier.stop());
  }
}

export function told(meaning: SemanticEvent): string {
  switch (meaning.type) {
    case "deferred":
      return `deferred ${meaning.reason} ${meaning.timeoutSeconds}`;
    case "error":
      return `error ${meaning.error}${meaning.errno === undefined ? "" : ` ${meaning.errno}`}`;
    default:
      return meaning.type;
  }
}

/** A modem that gives no credentials away: DTLS would be its own business. */
function keepingItsKeys(modem: SimulatedModem): Modem {
  return new Proxy<Modem>(modem, {
    get(target, property) {
      const value = property === "hostCredentials" ? undefined : Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function keyOf(identity: Uint8Array): Uint8Array | undefined {
  const text = new TextDecoder().decode(identity);
  return Object.values(PSKS).find((psk) => psk.identity === text)?.key;
}

/** Promises run, and what they hand to the event loop. */
export async function turn(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
}
