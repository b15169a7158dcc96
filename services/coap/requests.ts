/** The client half of the request/response layer (RFC 7252 §5.2, §5.3): one request, one response, matched by token. */
import type { CloseReason } from "../../ports/transport.ts";
import { CODE, isResponse } from "./codes.ts";
import type { Deadline } from "./deadlines.ts";
import { CoapUsageError } from "./errors.ts";
import { encodeMessage } from "./message.ts";
import type { MessageLayer, Transmission, TransmissionOwner } from "./messageLayer.ts";
import { nextToken, readOwnToken, sameBytes, TokenSource, writeOwnToken } from "./token.ts";
import type { CoapMessage, CoapOption, RequestOutcome } from "./types.ts";

/** Every ending without a response. */
export type RequestFailure = Exclude<RequestOutcome, { kind: "response" }>;

/** Exactly one of the calls comes, once. */
export interface ResponseListener {
  onResponse(message: CoapMessage): void;
  onFailure(failure: RequestFailure): void;
}

export interface RequestMessage {
  readonly method: number;
  readonly options: readonly CoapOption[];
  readonly payload: Uint8Array;
  readonly confirmable: boolean;
  /** An observation keeps its token, and so does a block-wise transfer: some servers know it by that. */
  readonly token: number;
  /** The answer is one without Observe: notifications that crossed with the cancellation are not it. */
  readonly ignoresNotifications?: boolean;
}

export class ClientExchange implements TransmissionOwner, Deadline {
  due = 0;
  readonly token: number;
  readonly tokenBytes: Uint8Array;
  /** Record of the request, when one is kept. */
  seq: number | undefined = undefined;
  transmission: Transmission | undefined = undefined;
  readonly ignoresNotifications: boolean;
  readonly #requests: Requests;
  readonly listener: ResponseListener;

  constructor(requests: Requests, token: number, listener: ResponseListener, ignoresNotifications: boolean) {
    this.ignoresNotifications = ignoresNotifications;
    this.#requests = requests;
    this.token = token;
    this.tokenBytes = writeOwnToken(token);
    this.listener = listener;
  }

  onAcknowledgement(message: CoapMessage): boolean {
    if (message.code === CODE.EMPTY) {
      // RFC 7252 §5.2.2: the response comes in a message of its own.
      this.seq = this.transmission?.seq;
      this.transmission = undefined;
      this.#requests.awaitSeparate(this);
      return true;
    }
    if (!isResponse(message.code) || !sameBytes(message.token, this.tokenBytes)) return false;
    this.transmission = undefined;
    this.#requests.settle(this, message);
    return true;
  }

  onReset(): void {
    this.#requests.fail(this, { kind: "reset" });
  }

  onTimeout(): void {
    this.#requests.fail(this, { kind: "timeout" });
  }

  expire(): void {
    this.#requests.fail(this, { kind: "timeout" });
  }
}

export class Requests {
  readonly #messages: MessageLayer;
  readonly #tokens: TokenSource;
  readonly #byToken = new Map<number, ClientExchange>();
  #reserved: Set<number> | undefined;

  constructor(messages: MessageLayer) {
    this.#messages = messages;
    this.#tokens = new TokenSource(messages.random);
  }

  /**
   * Sends a request. On an ended session the failure comes at once, before this returns. Throws `CoapUsageError` when
   * the options leave no room in a datagram.
   */
  send(request: RequestMessage, listener: ResponseListener): ClientExchange {
    const messages = this.#messages;
    let { token } = request;
    // Drawn for a transfer, and taken by another request between two of its blocks.
    while (this.#byToken.has(token)) token = nextToken(token);
    const exchange = new ClientExchange(this, token, listener, request.ignoresNotifications === true);
    if (messages.ended !== undefined) {
      listener.onFailure({ kind: "closed", reason: messages.ended });
      return exchange;
    }
    const messageId = messages.nextMessageId();
    const datagram = encodeMessage({
      type: request.confirmable ? "CON" : "NON",
      code: request.method,
      messageId,
      token: exchange.tokenBytes,
      options: request.options,
      payload: request.payload,
    });
    if (datagram.length > messages.session.maxDatagram) {
      const { maxDatagram } = messages.session;
      throw new CoapUsageError("message", `request of ${datagram.length} octets; a datagram holds ${maxDatagram}`);
    }
    this.#byToken.set(token, exchange);
    if (request.confirmable) {
      exchange.transmission = messages.confirm(messageId, datagram, exchange);
    } else {
      this.awaitSeparate(exchange);
      exchange.seq = messages.transmit(datagram);
    }
    return exchange;
  }

  /** A token that nothing uses. */
  drawToken(): number {
    let token = this.#tokens.draw();
    while (this.#byToken.has(token) || this.#reserved?.has(token) === true) token = nextToken(token);
    return token;
  }

  /** The token of an observation: not to be drawn for anything else until it is released. */
  reserve(token: number): void {
    this.#reserved ??= new Set();
    this.#reserved.add(token);
  }

  release(token: number): void {
    this.#reserved?.delete(token);
  }

  /** The exchange that a message with this token answers. */
  find(token: Uint8Array): ClientExchange | undefined {
    const own = readOwnToken(token);
    return own === undefined ? undefined : this.#byToken.get(own);
  }

  /** No answer comes before the message's own: the peer has MAX_TRANSMIT_WAIT for it. */
  awaitSeparate(exchange: ClientExchange): void {
    this.#messages.deadlines.set(exchange, this.#messages.times.maxTransmitWaitMs);
  }

  /** A response has come, piggybacked or separate. */
  settle(exchange: ClientExchange, message: CoapMessage): void {
    if (this.#forget(exchange)) exchange.listener.onResponse(message);
  }

  fail(exchange: ClientExchange, failure: RequestFailure): void {
    if (this.#forget(exchange)) exchange.listener.onFailure(failure);
  }

  /** Gives a request up without a word to its listener. */
  abandon(exchange: ClientExchange): void {
    this.#forget(exchange);
  }

  /** The session has ended. */
  end(reason: CloseReason): void {
    const exchanges = [...this.#byToken.values()];
    this.#byToken.clear();
    for (const exchange of exchanges) exchange.listener.onFailure({ kind: "closed", reason });
  }

  #forget(exchange: ClientExchange): boolean {
    if (this.#byToken.get(exchange.token) !== exchange) return false;
    this.#byToken.delete(exchange.token);
    // RFC 7252 §5.2.2: a response acknowledges implicitly, should its acknowledgement be lost.
    if (exchange.transmission !== undefined) this.#messages.cancel(exchange.transmission);
    else this.#messages.deadlines.clear(exchange);
    return true;
  }
}
