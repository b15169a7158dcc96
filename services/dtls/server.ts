/**
 * A DTLS 1.2 server for many clients on one socket, without I/O. For tests and embedded use. It keeps no state of a
 * client before that has shown, by a cookie, that it receives datagrams where it says it is (RFC 6347 §4.2.1).
 */
import type { PeerAddress } from "../../ports/transport.ts";
import { Association } from "./association.ts";
import { ByteReader, equalBytes, toHex } from "./bytes.ts";
import { Connection } from "./connection.ts";
import { Cookies } from "./cookie.ts";
import { newDropCounters } from "./dropCounters.ts";
import { encodeWhole, FRAGMENT_HEADER_OCTETS, readFragment } from "./handshake/handshakeMessage.ts";
import { ServerHandshake } from "./handshake/serverHandshake.ts";
import { type ClientHello, decodeClientHello } from "./messages/clientHello.ts";
import { encodeHelloVerifyRequest } from "./messages/helloVerifyRequest.ts";
import { MESSAGES } from "./messages/messageType.ts";
import {
  CID_AT,
  CONTENT_TYPE,
  DTLS_1_0,
  DTLS_1_2,
  HEADER_OCTETS,
  type RecordView,
  readRecord,
  writeRecord,
} from "./record/record.ts";
import { type ResolvedServer, resolveServer } from "./resolveOptions.ts";
import { SessionCache } from "./sessionCache.ts";
import type { DropCounters, DropReason, ServerOptions, Step } from "./types.ts";

/** What a datagram led to. */
export interface ServerStep {
  /** Whose it was; absent: nobody's, and `step` holds no more than a HelloVerifyRequest. */
  readonly association?: Association;
  readonly step: Step;
  /** Where the datagrams of `step` go. */
  readonly to: PeerAddress;
  /** The association is new: its handshake begins. */
  readonly opened?: boolean;
  /** Others that it touched: one that was replaced or had to make room. */
  readonly also?: readonly { readonly association: Association; readonly step: Step }[];
}

/** The associations of one address: a new handshake leaves the old connection in place until it is complete. */
interface AtAddress {
  connected?: Association;
  handshaking?: Association;
}

const NOTHING: Step = { datagrams: [], events: [] };
/** Short ids may all be in use: the connection then does without. */
const MAX_CONNECTION_ID_TRIES = 8;

interface Hello {
  readonly record: RecordView;
  readonly sequence: number;
  readonly hello: ClientHello;
}

export class DtlsServer {
  readonly #options: ResolvedServer;
  readonly #cookies: Cookies;
  readonly #sessions: SessionCache;
  readonly #dropped = newDropCounters();
  readonly #byAddress = new Map<string, AtAddress>();
  readonly #byConnectionId = new Map<string, Association>();
  /** Those that were silent longest come first. */
  readonly #connected = new Set<Association>();
  readonly #handshaking = new Set<Association>();

  /** Throws `DtlsError` `option` for what cannot be used. */
  constructor(options: ServerOptions) {
    this.#options = resolveServer(options);
    this.#cookies = new Cookies(this.#options.now);
    this.#sessions = new SessionCache(this.#options.sessions, this.#options.now);
  }

  /** Connections and handshakes under way. */
  get associations(): number {
    return this.#connected.size + this.#handshaking.size;
  }

  /** What belonged to no association. */
  get dropped(): DropCounters {
    return this.#dropped;
  }

  /** A datagram came. Never throws for what it holds. */
  receive(datagram: Uint8Array, from: PeerAddress): ServerStep {
    if (datagram[0] === CONTENT_TYPE.tls12Cid) return this.#byId(datagram, from);
    const at = this.#byAddress.get(keyOf(from));
    const hello = readHello(datagram);
    const { handshaking, connected } = at ?? {};
    // A late copy of the hello of the connection that is there opens nothing: that one drops it.
    if (hello !== undefined && !isOf(handshaking, hello) && !isOf(connected, hello)) {
      return this.#onHello(datagram, hello, from);
    }
    if (handshaking !== undefined) {
      const taken = this.#give(handshaking, datagram, from);
      if (connected === undefined) return taken;
      // It is of one of the two, and the other drops it.
      const step = connected.state === "closed" ? NOTHING : connected.after(connected.connection.receive(datagram));
      return { ...taken, also: [...(taken.also ?? []), { association: connected, step }] };
    }
    if (connected !== undefined) return this.#give(connected, datagram, from);
    return this.#drop("unexpected", datagram, from);
  }

  #byId(datagram: Uint8Array, from: PeerAddress): ServerStep {
    const { connectionId: length = 0 } = this.#options;
    const id = datagram.subarray(CID_AT, CID_AT + length);
    const association = length > 0 && id.length === length ? this.#byConnectionId.get(toHex(id)) : undefined;
    return association === undefined
      ? this.#drop("connectionId", datagram, from)
      : this.#give(association, datagram, from);
  }

  #give(association: Association, datagram: Uint8Array, from: PeerAddress): ServerStep {
    const before = association.state;
    const step = association.connection.receive(datagram);
    if (step.newest === true) this.#onNewest(association, from);
    association.after(step);
    const also = before === "handshaking" && association.state === "connected" ? this.#onConnected(association) : [];
    return { association, step, to: association.peer, ...(also.length > 0 && { also }) };
  }

  /** RFC 9146 §6: only a record that is authentic and newer than all before moves an association. */
  #onNewest(association: Association, from: PeerAddress): void {
    if (this.#connected.delete(association)) this.#connected.add(association);
    const { peer } = association;
    if (peer.address === from.address && peer.port === from.port) return;
    this.#leaveAddress(association);
    association.moveTo(from);
    const at = this.#at(from);
    if (association.state === "handshaking") at.handshaking = association;
    else at.connected ??= association;
  }

  /** RFC 6347 §4.2.8: what was at this address before is over now. */
  #onConnected(association: Association) {
    this.#handshaking.delete(association);
    this.#connected.add(association);
    const at = this.#at(association.peer);
    const replaced = at.connected;
    delete at.handshaking;
    at.connected = association;
    const ended = replaced !== undefined && replaced !== association ? [this.#abort(replaced)] : [];
    at.connected = association;
    const idle = this.associations > this.#options.maxAssociations ? first(this.#connected) : undefined;
    return idle === undefined || idle === association ? ended : [...ended, this.#abort(idle)];
  }

  #onHello(datagram: Uint8Array, hello: Hello, from: PeerAddress): ServerStep {
    if (hello.hello.cookie.length === 0 || !this.#cookies.isValid(hello.hello, from)) {
      return { step: { datagrams: [this.#verifyRequest(hello, from)], events: [] }, to: from };
    }
    const also: { association: Association; step: Step }[] = [];
    const before = this.#byAddress.get(keyOf(from))?.handshaking;
    if (before !== undefined) also.push(this.#abort(before));
    const { maxHandshakes, maxAssociations } = this.#options;
    const full = this.#handshaking.size >= maxHandshakes || this.#handshaking.size >= maxAssociations;
    const oldest = full ? first(this.#handshaking) : undefined;
    if (oldest !== undefined) also.push(this.#abort(oldest));
    const association = this.#open(hello, from);
    const step = association.after(association.connection.receive(datagram));
    return { association, step, to: from, opened: true, ...(also.length > 0 && { also }) };
  }

  /** No longer than the ClientHello that it answers: nobody's traffic is amplified. */
  #verifyRequest({ record, sequence, hello }: Hello, from: PeerAddress): Uint8Array {
    const body = encodeHelloVerifyRequest(this.#cookies.make(hello, from));
    const message = encodeWhole({ type: "helloVerifyRequest", sequence, body });
    return writeRecord(CONTENT_TYPE.handshake, 0, record.sequence, undefined, message);
  }

  #open({ record, sequence, hello }: Hello, from: PeerAddress): Association {
    const connection = new Connection("server", this.#options);
    const association = new Association(connection, from, Uint8Array.from(hello.random), (ended) =>
      this.#forget(ended),
    );
    connection.layer.startAt(0, record.sequence);
    const context = {
      options: this.#options,
      sessions: this.#sessions,
      claimConnectionId: (make: () => Uint8Array) => this.#claimConnectionId(association, make),
    };
    connection.begin(new ServerHandshake(context, connection, sequence), sequence);
    this.#handshaking.add(association);
    this.#at(from).handshaking = association;
    return association;
  }

  #claimConnectionId(association: Association, make: () => Uint8Array): Uint8Array | undefined {
    for (let tries = 0; tries < MAX_CONNECTION_ID_TRIES; tries++) {
      const id = make();
      if (id.length === 0) return id;
      if (this.#byConnectionId.has(toHex(id))) continue;
      this.#byConnectionId.set(toHex(id), association);
      return id;
    }
    return undefined;
  }

  #abort(association: Association): { association: Association; step: Step } {
    return { association, step: association.abort() };
  }

  #forget(association: Association): void {
    this.#connected.delete(association);
    this.#handshaking.delete(association);
    this.#leaveAddress(association);
    const { failedSession } = association.connection;
    if (failedSession !== undefined) this.#sessions.remove(failedSession.id);
    const own = association.connection.layer.ownConnectionId;
    if (own === undefined || own.length === 0) return;
    if (this.#byConnectionId.get(toHex(own)) === association) this.#byConnectionId.delete(toHex(own));
  }

  #at(address: PeerAddress): AtAddress {
    const key = keyOf(address);
    let at = this.#byAddress.get(key);
    if (at === undefined) {
      at = {};
      this.#byAddress.set(key, at);
    }
    return at;
  }

  #leaveAddress(association: Association): void {
    const key = keyOf(association.peer);
    const at = this.#byAddress.get(key);
    if (at?.connected === association) delete at.connected;
    if (at?.handshaking === association) delete at.handshaking;
    if (at !== undefined && at.connected === undefined && at.handshaking === undefined) this.#byAddress.delete(key);
  }

  #drop(reason: DropReason, { length: size }: Uint8Array, from: PeerAddress): ServerStep {
    this.#dropped[reason]++;
    this.#options.observe?.({ kind: "dropped", reason, size });
    return { step: NOTHING, to: from };
  }
}

/** The ClientHello that a datagram begins with, in one piece: a server without state can read no other. */
function readHello(datagram: Uint8Array): Hello | undefined {
  if (datagram[0] !== CONTENT_TYPE.handshake || datagram[HEADER_OCTETS] !== MESSAGES.clientHello.code) return undefined;
  const record = readRecord(datagram, 0, 0);
  if (record === undefined || record.epoch !== 0) return undefined;
  if (record.version !== DTLS_1_0 && record.version !== DTLS_1_2) return undefined;
  try {
    const { length, offset, sequence, bytes } = readFragment(new ByteReader(record.fragment));
    const whole = offset === 0 && bytes.length === length && record.fragment.length === length + FRAGMENT_HEADER_OCTETS;
    return whole ? { record, sequence, hello: decodeClientHello(bytes) } : undefined;
  } catch {
    return undefined;
  }
}

/** A ClientHello that came before: its random is the association's. */
function isOf(association: Association | undefined, { hello }: Hello): boolean {
  return association !== undefined && equalBytes(association.clientRandom, hello.random);
}

function keyOf({ address, port }: PeerAddress): string {
  return `${address}|${port}`;
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}
