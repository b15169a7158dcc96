/**
 * The message layer (RFC 7252 §4): what goes out, reliably or not, message ids, retransmission, NSTART.
 * What comes in is matched here by message id; what it means is the business of the layers above.
 */
import type { Clock } from "../../ports/clock.ts";
import type { Random } from "../../ports/random.ts";
import type { Lifeline, Trace } from "../../ports/trace.ts";
import type { CloseReason, Session } from "../../ports/transport.ts";
import { CODE } from "./codes.ts";
import { type Deadline, Deadlines } from "./deadlines.ts";
import { decodeMessage } from "./message.ts";
import { MessageDetails } from "./messageDetails.ts";
import { messageRecord } from "./messageRecord.ts";
import { type CoapParameters, type CoapTimes, deriveTimes, resolveParameters } from "./parameters.ts";
import { TimerRecord } from "./timerRecord.ts";
import type { CoapEndpointOptions, CoapMessage, PayloadDescriber } from "./types.ts";

/** Who sent a confirmable message and learns its fate; exactly one of the calls comes. */
export interface TransmissionOwner {
  /** The acknowledgement, empty or with a response. False when it is not one for this message. */
  onAcknowledgement(message: CoapMessage): boolean;
  onReset(): void;
  onTimeout(): void;
  /** Asked before a retransmission: a newer message to go on with, under a new id (RFC 7641 §4.5.2). */
  onRetransmit?(transmission: Transmission): void;
}

export interface MutableCounters {
  sent: number;
  received: number;
  sentBytes: number;
  receivedBytes: number;
  retransmitted: number;
  duplicates: number;
  malformed: number;
  unexpected: number;
}

/** A confirmable message on its way. */
export class Transmission implements Deadline {
  due = 0;
  datagram: Uint8Array;
  messageId: number;
  readonly owner: TransmissionOwner;
  /** Record that led to it, and its own. */
  readonly cause: number | undefined;
  seq: number | undefined = undefined;
  /** 0 while it waits its turn. */
  transmissions = 0;
  timeoutMs = 0;
  /** Of its timeout, where somebody looks closely. */
  timer: TimerRecord | undefined = undefined;
  readonly #layer: MessageLayer;

  constructor(layer: MessageLayer, messageId: number, datagram: Uint8Array, owner: TransmissionOwner) {
    this.#layer = layer;
    this.messageId = messageId;
    this.datagram = datagram;
    this.owner = owner;
    this.cause = layer.trace?.cause;
  }

  expire(): void {
    this.#layer.retransmit(this);
  }
}

export type EndListener = (reason: CloseReason) => void;

const MESSAGE_IDS = 0x10000;
const RESET_OCTET = 0b01_11_0000;
const ACK_OCTET = 0b01_10_0000;

export class MessageLayer {
  readonly session: Session;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: Trace | undefined;
  readonly lifelines: { readonly local: Lifeline; readonly peer: Lifeline } | undefined;
  readonly parameters: CoapParameters;
  readonly times: CoapTimes;
  readonly deadlines: Deadlines;
  readonly remote: string;
  readonly counters: MutableCounters = {
    sent: 0,
    received: 0,
    sentBytes: 0,
    receivedBytes: 0,
    retransmitted: 0,
    duplicates: 0,
    malformed: 0,
    unexpected: 0,
  };
  readonly #describe: PayloadDescriber | undefined;
  #details: MessageDetails | undefined = undefined;
  #endListeners: readonly EndListener[] = [];
  #ended: CloseReason | undefined = undefined;
  #messageId: number;
  /** Sent and not yet acknowledged, by message id. */
  readonly #outstanding = new Map<number, Transmission>();
  /** Waiting for one of NSTART places. */
  readonly #waiting: Transmission[] = [];

  constructor(options: CoapEndpointOptions) {
    this.session = options.session;
    this.clock = options.clock;
    this.random = options.random;
    this.trace = options.trace;
    this.lifelines = options.lifelines;
    this.#describe = options.describe;
    this.parameters = resolveParameters(options.parameters);
    this.times = deriveTimes(this.parameters);
    this.deadlines = new Deadlines(options.clock);
    const { address, port } = options.session.peer;
    this.remote = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
    this.#messageId = Math.floor(options.random.number() * MESSAGE_IDS);
  }

  /** For records, where somebody looks closely. */
  get details(): MessageDetails | undefined {
    if (this.trace?.detailed !== true) return undefined;
    this.#details ??= new MessageDetails(this.#describe);
    return this.#details;
  }

  /** Why the session ended; undefined while it lives. */
  get ended(): CloseReason | undefined {
    return this.#ended;
  }

  /** The listener is called once, when the session has ended. */
  onEnd(listener: EndListener): void {
    this.#endListeners = this.#endListeners.concat(listener);
  }

  offEnd(listener: EndListener): void {
    this.#endListeners = this.#endListeners.filter((other) => other !== listener);
  }

  /** A confirmable message is on its way, or waits its turn. */
  get busy(): boolean {
    return this.#outstanding.size > 0 || this.#waiting.length > 0;
  }

  /** Ids go up one by one, so that one comes again as late as possible. */
  nextMessageId(): number {
    do {
      this.#messageId = (this.#messageId + 1) % MESSAGE_IDS;
    } while (this.#outstanding.has(this.#messageId) && this.#outstanding.size < MESSAGE_IDS);
    return this.#messageId;
  }

  /** Sends a confirmable message as soon as NSTART lets it (RFC 7252 §4.7). */
  confirm(messageId: number, datagram: Uint8Array, owner: TransmissionOwner): Transmission {
    const transmission = new Transmission(this, messageId, datagram, owner);
    const free = this.#waiting.length === 0 && this.#outstanding.size < this.parameters.nstart;
    if (free) this.#start(transmission);
    else this.#waiting.push(transmission);
    return transmission;
  }

  /** Stops retransmitting; the owner hears no more. */
  cancel(transmission: Transmission): void {
    if (this.#outstanding.get(transmission.messageId) === transmission) this.#finish(transmission);
    else if (transmission.transmissions === 0) {
      const at = this.#waiting.indexOf(transmission);
      if (at >= 0) this.#waiting.splice(at, 1);
    }
  }

  /** Goes on with another message under a new id; count and timeout stay (RFC 7641 §4.5.2). */
  replace(transmission: Transmission, messageId: number, datagram: Uint8Array): void {
    this.#outstanding.delete(transmission.messageId);
    transmission.messageId = messageId;
    transmission.datagram = datagram;
    this.#outstanding.set(messageId, transmission);
  }

  /** The transmission that an acknowledgement or reset refers to. */
  outstanding(messageId: number): Transmission | undefined {
    return this.#outstanding.get(messageId);
  }

  /** Takes an acknowledgement; false when nothing waits for it. */
  acknowledge(message: CoapMessage): boolean {
    const transmission = this.#outstanding.get(message.messageId);
    if (transmission === undefined) return false;
    // The place is free before the owner sends on; who waited longer still comes first.
    this.#outstanding.delete(message.messageId);
    this.#endTimeout(transmission);
    if (!transmission.owner.onAcknowledgement(message)) {
      this.#outstanding.set(message.messageId, transmission);
      this.#setTimeout(transmission, Math.max(0, transmission.due - this.clock.now()));
      return false;
    }
    if (this.#waiting.length > 0) this.#startWaiting();
    return true;
  }

  /** Takes a reset; false when nothing waits for it. */
  reset(messageId: number): boolean {
    const transmission = this.#outstanding.get(messageId);
    if (transmission === undefined) return false;
    this.#finish(transmission);
    transmission.owner.onReset();
    return true;
  }

  /** An empty acknowledgement or reset, as sent. */
  sendEmpty(type: "ACK" | "RST", messageId: number): Uint8Array {
    const datagram = new Uint8Array(4);
    datagram[0] = type === "ACK" ? ACK_OCTET : RESET_OCTET;
    datagram[1] = CODE.EMPTY;
    datagram[2] = messageId >> 8;
    datagram[3] = messageId;
    this.transmit(datagram);
    return datagram;
  }

  /** Sends a datagram and returns the `seq` of its record. */
  transmit(datagram: Uint8Array, cause?: number, retransmission = false): number | undefined {
    if (this.#ended !== undefined) return undefined;
    this.counters.sent++;
    this.counters.sentBytes += datagram.length;
    const { trace, remote, lifelines } = this;
    const seq = trace?.record(
      messageRecord(decodeMessage(datagram), {
        direction: "out",
        size: datagram.length,
        remote,
        lifelines,
        cause,
        retransmission,
        details: this.details,
      }),
    );
    this.session.send(datagram);
    return seq;
  }

  /** The transmission's deadline has come (RFC 7252 §4.2). */
  retransmit(transmission: Transmission): void {
    transmission.timer?.fired();
    transmission.timer = undefined;
    if (transmission.transmissions > this.parameters.maxRetransmit) {
      this.#finish(transmission);
      transmission.owner.onTimeout();
      return;
    }
    transmission.owner.onRetransmit?.(transmission);
    transmission.transmissions++;
    transmission.timeoutMs *= 2;
    this.counters.retransmitted++;
    this.transmit(transmission.datagram, transmission.seq, true);
    this.#setTimeout(transmission, transmission.timeoutMs);
  }

  /** The session has ended: nothing is sent any more and everyone who waits is told. */
  end(reason: CloseReason): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.deadlines.close();
    for (const { timer } of this.#outstanding.values()) timer?.cleared();
    this.#outstanding.clear();
    this.#waiting.length = 0;
    const listeners = this.#endListeners;
    this.#endListeners = [];
    for (const listener of listeners) listener(reason);
  }

  #start(transmission: Transmission): void {
    const { ackTimeoutMs, ackRandomFactor } = this.parameters;
    transmission.timeoutMs = ackTimeoutMs * (1 + this.random.number() * (ackRandomFactor - 1));
    transmission.transmissions = 1;
    this.#outstanding.set(transmission.messageId, transmission);
    transmission.seq = this.transmit(transmission.datagram, transmission.cause);
    this.#setTimeout(transmission, transmission.timeoutMs);
  }

  /** An answer may have come already, and a session have ended, while the datagram was sent. */
  #setTimeout(transmission: Transmission, delayMs: number): void {
    if (this.#outstanding.get(transmission.messageId) !== transmission) return;
    this.deadlines.set(transmission, delayMs);
    if (this.trace?.detailed !== true) return;
    const { transmissions, seq } = transmission;
    const most = 1 + this.parameters.maxRetransmit;
    transmission.timer = TimerRecord.set(this.trace, {
      name: "ACK_TIMEOUT",
      owner: `coap ${this.lifelines?.peer ?? this.remote}`,
      purpose:
        transmissions < most
          ? `sent again unless it is acknowledged (${transmissions} of ${most})`
          : `given up unless it is acknowledged (${transmissions} of ${most})`,
      delay: delayMs,
      cause: seq,
      fire: () => {
        this.deadlines.clear(transmission);
        this.retransmit(transmission);
      },
    });
  }

  #endTimeout(transmission: Transmission): void {
    this.deadlines.clear(transmission);
    transmission.timer?.cleared();
    transmission.timer = undefined;
  }

  #finish(transmission: Transmission): void {
    this.#outstanding.delete(transmission.messageId);
    this.#endTimeout(transmission);
    if (this.#waiting.length > 0) this.#startWaiting();
  }

  #startWaiting(): void {
    while (this.#outstanding.size < this.parameters.nstart) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#start(next);
    }
  }
}
