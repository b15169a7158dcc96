/** One request of the peer and the way its response takes (RFC 7252 §5.2): piggybacked, separate or non-confirmable. */
import { CODE } from "./codes.ts";
import type { Deadline } from "./deadlines.ts";
import type { Received } from "./duplicates.ts";
import { encodeMessage } from "./message.ts";
import type { MessageLayer, TransmissionOwner } from "./messageLayer.ts";
import type { CoapMessage, CoapOption } from "./types.ts";

export interface ExchangeObserver {
  /** The exchange is over, its separate response acknowledged or given up. */
  onDone(exchange: IncomingExchange): void;
  /** The peer reset the separate response. */
  onReset(exchange: IncomingExchange): void;
}

export class IncomingExchange implements Deadline, TransmissionOwner {
  due = 0;
  readonly message: CoapMessage;
  readonly #messages: MessageLayer;
  readonly #received: Received;
  readonly #observer: ExchangeObserver;
  /** Record of the request. */
  readonly #cause: number | undefined;
  #acknowledged = false;

  constructor(messages: MessageLayer, message: CoapMessage, received: Received, observer: ExchangeObserver) {
    this.#messages = messages;
    this.message = message;
    this.#received = received;
    this.#observer = observer;
    this.#cause = messages.trace?.cause;
  }

  get confirmable(): boolean {
    return this.message.type === "CON";
  }

  /** The response takes longer: after a while the request is acknowledged by itself. */
  defer(): void {
    if (this.confirmable) this.#messages.deadlines.set(this, this.#messages.parameters.piggybackDelayMs);
  }

  expire(): void {
    this.#acknowledged = true;
    this.#causedByRequest(() => {
      this.#received.reply = this.#messages.sendEmpty("ACK", this.message.messageId);
    });
  }

  respond(code: number, options: readonly CoapOption[], payload: Uint8Array): void {
    this.#messages.deadlines.clear(this);
    if (this.#messages.ended !== undefined) return;
    this.#causedByRequest(() => this.#send(code, options, payload));
  }

  onAcknowledgement(message: CoapMessage): boolean {
    if (message.code !== CODE.EMPTY) return false;
    this.#observer.onDone(this);
    return true;
  }

  onReset(): void {
    this.#observer.onReset(this);
    this.#observer.onDone(this);
  }

  onTimeout(): void {
    this.#observer.onDone(this);
  }

  #send(code: number, options: readonly CoapOption[], payload: Uint8Array): void {
    const messages = this.#messages;
    const { token } = this.message;
    if (this.confirmable && !this.#acknowledged) {
      const { messageId } = this.message;
      const datagram = encodeMessage({ type: "ACK", code, messageId, token, options, payload });
      this.#received.reply = datagram;
      messages.transmit(datagram);
      this.#observer.onDone(this);
      return;
    }
    const messageId = messages.nextMessageId();
    const type = this.confirmable ? "CON" : "NON";
    const datagram = encodeMessage({ type, code, messageId, token, options, payload });
    if (this.confirmable) {
      messages.confirm(messageId, datagram, this);
    } else {
      messages.transmit(datagram);
      this.#observer.onDone(this);
    }
  }

  #causedByRequest(work: () => void): void {
    const { trace } = this.#messages;
    if (trace === undefined) work();
    else trace.causedBy(this.#cause, work);
  }
}
