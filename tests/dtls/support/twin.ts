/**
 * A peer that does what a script says, right or wrong, by the codecs and ciphers of the stack itself and without its
 * state machine: nothing here refuses anything. Datagrams in, datagrams out; it never sends again of its own accord.
 */
import type { KeyObject } from "node:crypto";
import { ALERTS, type AlertName, alertOfCode } from "../../../services/dtls/alerts.ts";
import { ByteReader, ByteWriter, equalBytes } from "../../../services/dtls/bytes.ts";
import type { RecordCipher } from "../../../services/dtls/crypto/cipher.ts";
import {
  ecdhePskPremaster,
  masterSecret,
  pskPremaster,
  verifyData,
} from "../../../services/dtls/crypto/keySchedule.ts";
import type { EphemeralKey } from "../../../services/dtls/handshake/ephemeralKey.ts";
import {
  type Fragment,
  type HandshakeMessage,
  readFragment,
} from "../../../services/dtls/handshake/handshakeMessage.ts";
import { trafficKeys } from "../../../services/dtls/handshake/trafficKeys.ts";
import { Transcript } from "../../../services/dtls/handshake/transcript.ts";
import { MESSAGES, messageTypeOf } from "../../../services/dtls/messages/messageType.ts";
import { CONTENT_TYPE, readRecord, writeRecord } from "../../../services/dtls/record/record.ts";
import { protect, unprotect } from "../../../services/dtls/record/recordProtection.ts";
import type { Role } from "../../../services/dtls/types.ts";
import type { Kind } from "./kinds.ts";
import { PSK } from "./kinds.ts";
import type { Item, Part, Script } from "./script.ts";

export interface TwinOptions {
  readonly kind: Kind;
  readonly script: Script;
  /** To be resumed; SECRET of a connection that was. */
  readonly session?: { readonly id: Uint8Array; readonly master: KeyObject };
  /** What the twin wants to receive (RFC 9146); absent: it does not know of Connection IDs. */
  readonly connectionId?: Uint8Array;
  /** Whether it knows RFC 7627; true by default. */
  readonly extendedMasterSecret?: boolean;
}

export interface HeardAlert {
  readonly epoch: number;
  readonly level: "warning" | "fatal";
  readonly alert: AlertName | number;
}

const LEVELS = ["warning", "fatal"] as const;
const CONTENT: Partial<Record<Part, number>> = {
  changeCipherSpec: CONTENT_TYPE.changeCipherSpec,
  alert: CONTENT_TYPE.alert,
  applicationData: CONTENT_TYPE.applicationData,
};
const EMPTY = new Uint8Array(0);

export abstract class Twin {
  readonly role: Role;
  readonly options: TwinOptions;
  /** All that was sent, in order. */
  readonly sent: Uint8Array[] = [];
  /** Names of what came, in order, repetitions among them. */
  readonly heard: (Part | "unknown")[] = [];
  readonly alerts: HeardAlert[] = [];
  readonly data: Uint8Array[] = [];
  /** The other side's Finished came, and verified. */
  verified = false;
  /** verify_data of the other side. */
  peerFinished: Uint8Array = EMPTY;

  clientRandom: Uint8Array = EMPTY;
  serverRandom: Uint8Array = EMPTY;
  transcript = new Transcript();
  master: KeyObject | undefined;
  sessionId: Uint8Array = EMPTY;
  peerConnectionId: Uint8Array | undefined;
  ownConnectionId: Uint8Array | undefined;
  /** Both sides know RFC 7627. */
  extended = false;
  encryptThenMac = false;
  protected ephemeral: EphemeralKey | undefined;
  protected peerPoint: Uint8Array | undefined;
  #write: RecordCipher | undefined;
  #read: RecordCipher | undefined;
  /** message_seq that comes next from here, and from there. */
  nextMessage = 0;
  #expected = 0;
  readonly #records: [number, number] = [0, 0];
  /** The last of each kind that was sent. */
  readonly #messages = new Map<Part, { readonly epoch: 0 | 1; readonly pieces: readonly Uint8Array[] }>();

  constructor(role: Role, options: TwinOptions) {
    this.role = role;
    this.options = options;
  }

  /** The honest body of a message. */
  protected abstract make(what: Part): Uint8Array;
  /** A message that came for the first time; the answer to it. */
  protected abstract onMessage(message: HandshakeMessage): Uint8Array[];

  get hasKeys(): boolean {
    return this.#write !== undefined;
  }

  // What goes out.

  /** The datagrams of a flight, a record each. */
  flight(number: number): Uint8Array[] {
    return (this.options.script[number] ?? []).flatMap((item) => this.item(item));
  }

  item(item: Item): Uint8Array[] {
    const { what } = item;
    const content = CONTENT[what];
    const epoch = item.epoch ?? (what === "finished" || what === "applicationData" ? 1 : 0);
    const honest = this.make(what);
    const body = item.body?.(honest, this) ?? honest;
    if (content !== undefined) return [this.record(content, item.wire?.(body, this) ?? body, epoch)];
    const next = item.besides ? this.nextMessage : this.nextMessage++;
    const message: HandshakeMessage = {
      type: what as HandshakeMessage["type"],
      sequence: item.messageSeq?.(next) ?? next,
      body,
    };
    if (what !== "helloVerifyRequest" && what !== "helloRequest" && item.besides === undefined)
      this.transcript.add(message);
    if (what === "clientKeyExchange") this.deriveKeys();
    const wire = { ...message, body: item.wire?.(body, this) ?? body };
    const pieces = (item.fragments?.(wire) ?? [{}]).map((piece) => writeFragment(wire, piece));
    this.#messages.set(what, { epoch, pieces });
    return pieces.map((piece) => this.record(CONTENT_TYPE.handshake, piece, epoch));
  }

  /** A message once more, in new records; altered, header and all, it is a forgery. */
  repeat(what: Part, change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): Uint8Array[] {
    const { epoch, pieces } = this.#messages.get(what) ?? { epoch: 0, pieces: [] };
    return pieces.map((piece) => this.record(CONTENT_TYPE.handshake, change(piece), epoch));
  }

  /** Any record at all; `sequence` in place of the next number. */
  record(type: number, content: Uint8Array, epoch: 0 | 1, sequence = this.#records[epoch]++): Uint8Array {
    const record =
      epoch === 0
        ? writeRecord(type, 0, sequence, undefined, content)
        : protect(this.#writing(), { type, epoch, sequence, content }, this.peerConnectionId);
    this.sent.push(record);
    return record;
  }

  /** Protected application data. */
  say(text: string): Uint8Array {
    return this.record(CONTENT_TYPE.applicationData, new TextEncoder().encode(text), 1);
  }

  alert(level: "warning" | "fatal", alert: AlertName, epoch: 0 | 1): Uint8Array {
    return this.record(CONTENT_TYPE.alert, Uint8Array.of(LEVELS.indexOf(level) + 1, ALERTS[alert].code), epoch);
  }

  /** Of this side, over all messages so far. */
  finished(label: "client finished" | "server finished" = `${this.role} finished`): Uint8Array {
    this.#writing();
    return verifyData(this.#secret(), label, this.transcript.hash());
  }

  // What comes in.

  receive(datagram: Uint8Array): Uint8Array[] {
    const answers: Uint8Array[] = [];
    for (let at = 0; at < datagram.length; ) {
      const view = readRecord(datagram, at, this.ownConnectionId?.length ?? 0);
      if (view === undefined) throw new Error("the stack sent what is no record");
      at += view.size;
      const opened =
        view.epoch === 0 ? { type: view.type, content: view.fragment } : this.#read && unprotect(this.#read, view);
      if (opened !== undefined) answers.push(...this.#take(opened.type, opened.content, view.epoch));
    }
    return answers;
  }

  #take(type: number, content: Uint8Array, epoch: number): Uint8Array[] {
    if (type === CONTENT_TYPE.applicationData) this.data.push(content);
    else if (type === CONTENT_TYPE.alert) {
      const [level = 0, code = 0] = content;
      this.alerts.push({ epoch, level: LEVELS[level - 1] ?? "fatal", alert: alertOfCode(code) ?? code });
    } else if (type === CONTENT_TYPE.changeCipherSpec) this.heard.push("changeCipherSpec");
    else return this.#hear(new ByteReader(content));
    return [];
  }

  #hear(reader: ByteReader): Uint8Array[] {
    const answers: Uint8Array[] = [];
    while (reader.remaining > 0) {
      const { type: code, sequence, bytes: body } = readFragment(reader);
      const type = messageTypeOf(code);
      this.heard.push(type ?? "unknown");
      if (type === undefined || sequence < this.#expected) continue;
      this.#expected = sequence + 1;
      answers.push(...this.onMessage({ type, sequence, body }));
    }
    return answers;
  }

  protected verify(message: HandshakeMessage): void {
    const other = this.role === "client" ? "server" : "client";
    this.peerFinished = message.body;
    this.verified = equalBytes(message.body, this.finished(`${other} finished`));
    this.transcript.add(message);
  }

  // Keys.

  deriveKeys(master = this.#freshMaster()): void {
    this.master = master;
    const { clientRandom, serverRandom, encryptThenMac } = this;
    const { suite } = this.options.kind;
    const keys = trafficKeys({ role: this.role, suite, master, clientRandom, serverRandom, encryptThenMac });
    this.#write = keys.write;
    this.#read = keys.read;
  }

  #freshMaster(): KeyObject {
    const { clientRandom, serverRandom } = this;
    const sessionHash = this.extended ? this.transcript.hash() : undefined;
    return masterSecret({ premaster: this.#premaster(), clientRandom, serverRandom, sessionHash });
  }

  /** Zeros stand in for what was never agreed on. */
  #premaster(): Uint8Array {
    const { keyExchange } = this.options.kind.suite;
    if (keyExchange === "psk") return pskPremaster(PSK);
    const shared = this.ephemeral && this.peerPoint ? this.ephemeral.agree(this.peerPoint) : new Uint8Array(32);
    return keyExchange === "ecdhePsk" ? ecdhePskPremaster(shared, PSK) : shared;
  }

  /** Whoever sends a Finished too early has to make keys of what there is. */
  #writing(): RecordCipher {
    if (this.#write === undefined) this.deriveKeys();
    return this.#write!;
  }

  #secret(): KeyObject {
    return this.master!;
  }
}

/** A fragment whose every field can be another than the message has. */
function writeFragment({ type, sequence, body }: HandshakeMessage, piece: Partial<Fragment>): Uint8Array {
  const bytes = piece.bytes ?? body.subarray(piece.offset ?? 0);
  return new ByteWriter()
    .u8(piece.type ?? MESSAGES[type].code)
    .u24(piece.length ?? body.length)
    .u16(piece.sequence ?? sequence)
    .u24(piece.offset ?? 0)
    .vector24(bytes)
    .toBytes();
}
