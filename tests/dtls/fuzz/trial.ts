/**
 * One connection brought to some point of its life, and then one side of it fed with what is nearly right. Nothing may
 * be thrown, delivered or connected that the other side did not mean, and nothing may grow.
 */
import type { Association } from "../../../services/dtls/association.ts";
import type { DtlsClient } from "../../../services/dtls/client.ts";
import { CONTENT_TYPE, HEADER_OCTETS } from "../../../services/dtls/record/record.ts";
import type { Step } from "../../../services/dtls/types.ts";
import { FuzzFailure } from "./failure.ts";
import { Forger } from "./forger.ts";
import { type Kind, MAX_HANDSHAKES, makePair, type Pair, SERVER_ID_OCTETS } from "./kinds.ts";
import type { Mutator } from "./mutate.ts";
import { changeRecords, isPlainHandshake, recordsOf } from "./records.ts";

export type Side = "client" | "server";
type End = DtlsClient | Association;

const ADDRESS = { address: "192.0.2.1", port: 40_000 };
const ELSEWHERE = { address: "192.0.2.2", port: 40_000 };
/** A flight with certificates, sent again for each of the records of a datagram that ask for it. */
const MOST_OCTETS_OUT = 40_000;
/** So many datagrams have most handshakes here, and so many the longest with its data. */
const FEW_STEPS = 6;
const MOST_STEPS = 24;
/** Each connection gets fewer inputs than this. */
const MOST_INPUTS = 240;
/** After an end, so many further inputs. */
const AFTER_END = 3;
const WORDS = ["one", "two", "three"] as const;

export interface TrialResult {
  readonly inputs: number;
  readonly dropped: number;
  readonly end: "handshaking" | "connected" | "closed";
}

export class Trial {
  readonly #kind: Kind;
  readonly #victim: Side;
  readonly #mutator: Mutator;
  /** Datagrams of other connections. */
  readonly #foreign: readonly Uint8Array[];
  readonly #pair: Pair;
  readonly #idOctets: number;
  /** The first is the one that is meant; a repeated ClientHello may open others. */
  #association: Association | undefined;
  readonly #associations = new Set<Association>();
  /** Datagrams that the victim has sent. */
  #sent = 0;
  readonly #sentTo: Record<Side, Uint8Array[]> = { client: [], server: [] };
  readonly #waiting: { readonly to: Side; readonly datagram: Uint8Array }[] = [];
  readonly #keyLog: Record<Side, string[]> = { client: [], server: [] };
  /** What the victim may deliver, as often as it is in here. */
  readonly #meant: string[] = [];
  /** Given to the victim. */
  readonly #inputs: Uint8Array[] = [];
  #forger: Forger | undefined;

  constructor(kind: Kind, victim: Side, mutator: Mutator, foreign: readonly Uint8Array[]) {
    this.#kind = kind;
    this.#victim = victim;
    this.#mutator = mutator;
    this.#foreign = foreign;
    this.#pair = makePair(kind, (side, line) => this.#keyLog[side].push(line));
    this.#idOctets = kind.options?.connectionId || SERVER_ID_OCTETS;
  }

  /** Datagrams of either side. */
  get seen(): readonly Uint8Array[] {
    return [...this.#sentTo.client, ...this.#sentTo.server];
  }

  run(): TrialResult {
    this.#reach(this.#mutator.below(this.#mutator.chance(0.7) ? FEW_STEPS : MOST_STEPS));
    const wasConnected = this.#state === "connected";
    const forges = this.#mutator.chance(0.3);
    let left = this.#mutator.below(MOST_INPUTS);
    for (let afterEnd = 0; left > 0 && afterEnd < AFTER_END; left--) {
      if (this.#state === "closed") afterEnd++;
      if (this.#mutator.chance(0.01)) this.#wait();
      else if (!wasConnected && this.#mutator.chance(0.03)) this.#goOn();
      else this.#feed(forges && this.#mutator.chance(0.2) ? this.#forged() : this.#changed(), forges);
    }
    if (wasConnected && !forges) this.#checkStillConnected();
    return { inputs: this.#inputs.length, dropped: this.#dropped, end: this.#state };
  }

  /** So many datagrams of the honest exchange arrive; both sides say something when they are connected. */
  #reach(steps: number): void {
    this.#take("client", this.#pair.client.start());
    for (let step = 0; step < steps && this.#waiting.length > 0; step++) this.#deliver();
  }

  #deliver(): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    const { to, datagram } = next;
    if (to === this.#victim) this.#inputs.push(datagram);
    this.#receive(to, datagram, ADDRESS);
  }

  /** What the victim has sent arrives, and so does the answer to it: later states are reached. */
  #goOn(): void {
    const before = this.#waiting.length;
    for (let count = 0; count < before; count++) this.#deliver();
  }

  #receive(side: Side, datagram: Uint8Array, from: typeof ADDRESS): void {
    try {
      if (side === "client") this.#take(side, this.#pair.client.receive(datagram));
      else this.#serve(datagram, from);
    } catch (error) {
      if (error instanceof FuzzFailure) throw error;
      this.#fail(`throws ${error}`, error);
    }
  }

  #serve(datagram: Uint8Array, from: typeof ADDRESS): void {
    const { association, step, opened, also = [] } = this.#pair.server.receive(datagram, from);
    if (association === undefined && step.datagrams.some(({ length }) => length > datagram.length)) {
      this.#fail("answers more than it got to who has shown nothing");
    }
    if (opened === true && association !== undefined) {
      this.#association ??= association;
      this.#associations.add(association);
    }
    this.#take("server", step, association);
    for (const other of also) this.#take("server", other.step, other.association);
  }

  #take(side: Side, step: Step, association?: Association): void {
    const end: End | undefined = side === "client" ? this.#pair.client : association;
    const other = side === "client" ? "server" : "client";
    const isMain = side === "client" || association === undefined || association === this.#association;
    if (side === this.#victim) this.#sent += step.datagrams.length;
    for (const datagram of isMain ? step.datagrams : []) {
      this.#sentTo[other].push(datagram);
      this.#waiting.push({ to: other, datagram });
    }
    if (step.datagrams.reduce((sum, { length }) => sum + length, 0) > MOST_OCTETS_OUT) this.#fail("sends too much");
    for (const event of step.events) {
      if (event.kind === "connected") this.#onConnected(side, end!);
      else if (event.kind === "data" && side === this.#victim) this.#onData(event.bytes);
    }
  }

  #onConnected(side: Side, end: End): void {
    if (side === this.#victim) this.#checkFinished();
    const words = WORDS.map((word) => `${word} of the ${side}`);
    if (side !== this.#victim) this.#meant.push(...words);
    // What came in the same datagram may have ended it.
    if (end.state !== "connected") return;
    for (const word of words) this.#take(side, end.send(new TextEncoder().encode(word)), this.#association);
  }

  /** Both have the same keys, and a protected message of the peer's handshake has come as it was sent. */
  #checkFinished(): void {
    const peer: Side = this.#victim === "client" ? "server" : "client";
    const [own, others] = [this.#keyLog[this.#victim].at(-1), this.#keyLog[peer].at(-1)];
    if (own !== others) this.#fail("is connected with keys that its peer does not have");
    const finished = this.#sentTo[this.#victim]
      .flatMap((datagram) => recordsOf(datagram, this.#idOctets))
      .filter((record) => record[4] === 1 && PROTECTED_HANDSHAKE.has(record[0]!));
    const came = finished.some((record) =>
      this.#inputs.some((input) => Buffer.from(input).includes(Buffer.from(record))),
    );
    if (!came) this.#fail("is connected without a Finished of its peer");
  }

  #onData(bytes: Uint8Array): void {
    const at = this.#meant.indexOf(Buffer.from(bytes).toString("latin1"));
    if (at < 0) this.#fail(`delivers ${Buffer.from(bytes).toString("hex")}, which nobody sent, or twice`);
    this.#meant.splice(at, 1);
  }

  // What the victim gets.

  #feed(input: Uint8Array, forges: boolean): void {
    this.#inputs.push(input);
    const before = { state: this.#state, dropped: this.#dropped, sent: this.#sent, meant: this.#meant.length };
    const from = this.#mutator.chance(0.95) ? ADDRESS : ELSEWHERE;
    this.#receive(this.#victim, input, from);
    const { associations } = this.#pair.server;
    if (associations > MAX_HANDSHAKES + 1) this.#fail(`the server has ${associations} associations`);
    const hasEffect = this.#sent > before.sent || this.#meant.length < before.meant;
    const isCounted = this.#dropped > before.dropped;
    if (before.state === "closed" && this.#victim === "client") {
      if (hasEffect || !isCounted) this.#fail("deals with what comes after its end");
    } else if (before.state === "connected" && !forges) {
      if (this.#state !== "connected") this.#fail("lets go of its connection for what is not authentic");
      // A half-open neighbour may keep it.
      const isAlone = this.#victim === "client" || associations === 1;
      if (!hasEffect && !isCounted && isAlone && input.length > 0) this.#fail("does not count what it drops");
    }
  }

  #changed(): Uint8Array {
    const mutator = this.#mutator;
    const own = this.#sentTo[this.#victim];
    const reflected = this.#sentTo[this.#victim === "client" ? "server" : "client"];
    const pool = [own, own, own, reflected, this.#foreign].filter(({ length }) => length > 0);
    if (pool.length === 0) return mutator.octets(mutator.below(64));
    const datagram = mutator.pick(mutator.pick(pool));
    const other = mutator.pick(mutator.pick(pool));
    const drawn = mutator.below(20);
    if (drawn < 8) return changeRecords(datagram, other, mutator, this.#idOctets);
    if (drawn < 16) return mutator.change(datagram, other);
    return drawn < 19 ? datagram : mutator.octets(mutator.below(200));
  }

  /** Authentic, and rubbish: of any type, and any handshake message. Anything else as long as there are no keys. */
  #forged(): Uint8Array {
    const line = this.#keyLog[this.#victim].at(-1);
    if (line === undefined) return this.#changed();
    this.#forger ??= Forger.of({
      suite: this.#kind.suite,
      as: this.#victim === "client" ? "server" : "client",
      line,
      toClient: this.#sentTo.client,
      toServer: this.#sentTo.server,
    });
    if (this.#forger === undefined) return this.#changed();
    const mutator = this.#mutator;
    const type = mutator.pick(FORGED_TYPES);
    const content = type === CONTENT_TYPE.handshake ? this.#forgedMessage() : mutator.octets(mutator.below(40));
    // Behind a Connection ID that is padding: the last octet that is not 0 would be the type (RFC 9146 §4).
    if (type === 0) content.fill(0);
    if (type === CONTENT_TYPE.applicationData) this.#meant.push(Buffer.from(content).toString("latin1"));
    return this.#forger.seal(type, content);
  }

  #forgedMessage(): Uint8Array {
    const mutator = this.#mutator;
    const messages = [...this.#sentTo.client, ...this.#sentTo.server]
      .flatMap((datagram) => recordsOf(datagram, this.#idOctets))
      .filter(isPlainHandshake)
      .map((record) => record.subarray(HEADER_OCTETS));
    const finished = Uint8Array.of(20, 0, 0, 12, 0, mutator.below(8), 0, 0, 0, 0, 0, 12, ...mutator.octets(12));
    return mutator.change(mutator.chance(0.5) ? finished : mutator.pick(messages), finished);
  }

  /** The timer fires. */
  #wait(): void {
    const end = this.#victim === "client" ? this.#pair.client : this.#association;
    if (end !== undefined) this.#take(this.#victim, end.timeout(), this.#association);
  }

  #checkStillConnected(): void {
    const peer = this.#victim === "client" ? this.#association! : this.#pair.client;
    if (this.#state !== "connected" || peer.state !== "connected") return;
    const word = "still there";
    this.#meant.push(word);
    for (const datagram of peer.send(new TextEncoder().encode(word)).datagrams) {
      this.#inputs.push(datagram);
      this.#receive(this.#victim, datagram, ADDRESS);
    }
    if (this.#meant.includes(word)) this.#fail("no longer takes what its peer sends");
  }

  get #state(): "handshaking" | "connected" | "closed" {
    return this.#victim === "client" ? this.#pair.client.state : (this.#association?.state ?? "handshaking");
  }

  get #dropped(): number {
    const { client, server } = this.#pair;
    const counters =
      this.#victim === "client" ? [client.dropped] : [server, ...this.#associations].map(({ dropped }) => dropped);
    return counters.flatMap((counter) => Object.values(counter)).reduce((sum, count) => sum + count, 0);
  }

  #fail(what: string, cause?: unknown): never {
    const where = `${this.#victim} of ${this.#kind.name}, ${this.#state}`;
    const keys = this.#keyLog[this.#victim].join("\n");
    throw new FuzzFailure(`${what}\n${keys}`, where, this.#inputs, cause);
  }
}

const PROTECTED_HANDSHAKE: ReadonlySet<number> = new Set([CONTENT_TYPE.handshake, CONTENT_TYPE.tls12Cid]);
/** Data most often: what else is authentic ends the connection as a rule. */
const FORGED_TYPES = [23, 23, 23, 23, 23, 23, 20, 21, 22, 22, 24, 25, 0];
