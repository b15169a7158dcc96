/**
 * The CoAP endpoint: client and server on one session (RFC 7252, RFC 7641, RFC 7959).
 *
 *   application   request · download · observe · notify · ping        CoapHandler
 *                 blockwiseRequest  download  subscriptions           requestServer · uploads
 *                            \         |          /                   representations · observations
 *   by token                      requests                            incomingExchange
 *   by message id                        messageLayer · duplicates
 *                                             Session
 */
import type { CloseReason, Session, SessionHandlers } from "../../ports/transport.ts";
import { blockSizeWithin } from "./block.ts";
import { BlockwiseRequest, readAnswer } from "./blockwiseRequest.ts";
import { CODE, isRequest } from "./codes.ts";
import { Download } from "./download.ts";
import { Duplicates, type Received } from "./duplicates.ts";
import { type CoapFormatError, CoapUsageError } from "./errors.ts";
import { guarded } from "./guarded.ts";
import { decodeMessage, encodeMessage } from "./message.ts";
import { MessageLayer } from "./messageLayer.ts";
import { malformedRecord, messageRecord } from "./messageRecord.ts";
import { OPTION } from "./options.ts";
import { RequestServer } from "./requestServer.ts";
import { Requests } from "./requests.ts";
import { Subscriptions } from "./subscriptions.ts";
import type {
  CoapCounters,
  CoapDownload,
  CoapEndpointOptions,
  CoapHandler,
  CoapMessage,
  CoapRequest,
  CoapResponse,
  DownloadRequest,
  Endpoint,
  Notification,
  NotifyOutcome,
  ObservedTarget,
  RequestOutcome,
} from "./types.ts";

/** Room for header, token and options beside a block: RFC 7252 §4.6 has 1152 octets for a payload of 1024. */
const OPTIONS_ROOM = 128;
const NOTHING = new Uint8Array(0);
const CONFIRMABLE = 0;

export class CoapEndpoint implements Endpoint, SessionHandlers {
  readonly session: Session;
  readonly #messages: MessageLayer;
  /** Made for the first message that is more than an acknowledgement. */
  #duplicates: Duplicates | undefined;
  readonly #requests: Requests;
  /** Made for the first observation that we make; many endpoints make none. */
  #subscriptions: Subscriptions | undefined;
  readonly #handler: CoapHandler | undefined;
  readonly #keepObservations: boolean;
  /** Made for the peer's first request. */
  #server: RequestServer | undefined;
  readonly #onClose: ((reason: CloseReason) => void) | undefined;
  readonly #blockSize: number;
  #heard = false;
  /** Requests, downloads, observations being made and pings that have not settled. */
  #underWay = 0;

  /** Throws `CoapUsageError` for a parameter out of its range. */
  constructor(options: CoapEndpointOptions) {
    this.session = options.session;
    this.#onClose = options.onClose;
    const messages = new MessageLayer(options);
    const { blockSize } = messages.parameters;
    this.#messages = messages;
    this.#blockSize = blockSizeWithin(Math.min(blockSize, options.session.maxDatagram - OPTIONS_ROOM));
    this.#requests = new Requests(messages);
    this.#handler = options.handler;
    this.#keepObservations = options.keepObservations === true;
    this.session.attach(this);
  }

  get heard(): boolean {
    return this.#heard || this.session.secure;
  }

  get counters(): CoapCounters {
    return this.#messages.counters;
  }

  /** Octets of payload that go in one message. */
  get blockSize(): number {
    return this.#blockSize;
  }

  /** Something of this side's waits for an answer. */
  get busy(): boolean {
    return this.#underWay > 0 || this.#messages.busy;
  }

  request(request: CoapRequest): Promise<RequestOutcome> {
    return this.#admit(() => new BlockwiseRequest(this.#messages, this.#requests, request, this.#blockSize).run());
  }

  download(
    request: DownloadRequest,
  ): Promise<{ readonly kind: "download"; readonly download: CoapDownload } | RequestOutcome> {
    const blockSize = Math.min(this.#blockSize, blockSizeWithin(request.blockSize ?? this.#blockSize));
    return this.#admit(() => Download.start(this.#messages, this.#requests, request, blockSize));
  }

  notify(token: Uint8Array, notification: Notification): Promise<NotifyOutcome> {
    if (this.#messages.ended !== undefined) return Promise.resolve("closed");
    return this.#server?.observations.notify(token, notification) ?? Promise.resolve("reset");
  }

  adoptObservation(token: Uint8Array, target: ObservedTarget): boolean {
    return this.#serving?.adopt(token, target) ?? false;
  }

  forgetObservation(token: Uint8Array): void {
    this.#server?.observations.remove(token);
  }

  observe(
    request: CoapRequest,
    onNotification: (response: CoapResponse) => void,
  ): Promise<{ readonly outcome: RequestOutcome; cancel(): Promise<RequestOutcome> }> {
    const { maxObservations } = this.#messages.parameters;
    this.#subscriptions ??= new Subscriptions(this.#messages, this.#requests);
    const subscriptions = this.#subscriptions;
    if (subscriptions.size >= maxObservations) {
      return Promise.reject(new CoapUsageError("tooManyExchanges", `${maxObservations} observations are held already`));
    }
    return this.#admit(() => subscriptions.observe(request, this.#blockSize, onNotification));
  }

  ping(): Promise<"alive" | "timeout" | "closed"> {
    return this.#admit(() => {
      const messages = this.#messages;
      return new Promise<"alive" | "timeout" | "closed">((resolve) => {
        if (messages.ended !== undefined) {
          resolve("closed");
          return;
        }
        const settle = (outcome: "alive" | "timeout" | "closed") => {
          messages.offEnd(closed);
          resolve(outcome);
        };
        const closed = () => settle("closed");
        messages.onEnd(closed);
        const messageId = messages.nextMessageId();
        const empty = { code: CODE.EMPTY, messageId, token: NOTHING, options: [], payload: NOTHING };
        messages.confirm(messageId, encodeMessage({ type: "CON", ...empty }), {
          onAcknowledgement: () => {
            settle("alive");
            return true;
          },
          onReset: () => settle("alive"),
          onTimeout: () => settle("timeout"),
        });
      });
    });
  }

  close(): void {
    this.onClose({ kind: "local" });
    this.session.close();
  }

  /** The session's: a datagram has come. */
  onDatagram(bytes: Uint8Array): void {
    const messages = this.#messages;
    if (messages.ended !== undefined) return;
    messages.counters.received++;
    messages.counters.receivedBytes += bytes.length;
    let message: CoapMessage;
    try {
      message = decodeMessage(bytes);
    } catch (error) {
      this.#reject(bytes, error as CoapFormatError);
      return;
    }
    this.#heard = true;
    const { type, messageId } = message;
    const trackable = type === "CON" || type === "NON";
    const duplicate = trackable ? this.#duplicates?.find(message) : undefined;
    const { trace } = messages;
    if (trace === undefined) {
      if (duplicate === undefined) this.#dispatch(message);
      else this.#repeat(message, duplicate.reply);
      return;
    }
    const seq = trace.record(
      messageRecord(message, {
        ...this.#arrival(bytes),
        details: messages.details,
        cause: messages.outstanding(messageId)?.seq ?? this.#requests.find(message.token)?.seq,
        ...(duplicate !== undefined && { dropped: "duplicate" }),
      }),
    );
    trace.causedBy(seq, () => {
      if (duplicate === undefined) this.#dispatch(message);
      else this.#repeat(message, duplicate.reply);
    });
  }

  /** The session's: it has ended. */
  onClose(reason: CloseReason): void {
    if (this.#messages.ended !== undefined) return;
    this.#duplicates?.clear();
    this.#messages.end(reason);
    this.#requests.end(reason);
    guarded(() => this.#onClose?.(reason));
  }

  /** Counts what the application has under way; more than agreed is its mistake. */
  async #admit<T>(start: () => Promise<T>): Promise<T> {
    const { maxConcurrentExchanges } = this.#messages.parameters;
    if (this.#underWay >= maxConcurrentExchanges) {
      throw new CoapUsageError(
        "tooManyExchanges",
        `${maxConcurrentExchanges} requests are under way; await some first`,
      );
    }
    this.#underWay++;
    try {
      return await start();
    } finally {
      this.#underWay--;
    }
  }

  /** Undefined without a handler: requests are refused then. */
  get #serving(): RequestServer | undefined {
    if (this.#handler === undefined) return undefined;
    this.#server ??= new RequestServer(this.#messages, this.#handler, this.#blockSize, this.#keepObservations);
    return this.#server;
  }

  /** RFC 7252 §4.5: a duplicate gets the answer that the first one got. */
  #repeat(message: CoapMessage, reply: Uint8Array | undefined): void {
    this.#messages.counters.duplicates++;
    if (message.type === "CON" && reply !== undefined) this.#messages.transmit(reply);
  }

  #dispatch(message: CoapMessage): void {
    const messages = this.#messages;
    const { type, code, messageId } = message;
    switch (type) {
      case "ACK":
        if (!messages.acknowledge(message)) messages.counters.unexpected++;
        return;
      case "RST": {
        const known =
          code === CODE.EMPTY &&
          (messages.reset(messageId) || this.#server?.observations.resetNotification(messageId) === true);
        if (!known) messages.counters.unexpected++;
        return;
      }
      default: {
        if (code === CODE.EMPTY) {
          // RFC 7252 §4.3: an empty confirmable message is a ping, and a Reset its answer.
          if (type === "CON") messages.sendEmpty("RST", messageId);
          return;
        }
        const { exchangeLifetimeMs, nonLifetimeMs } = messages.times;
        this.#duplicates ??= new Duplicates(messages.clock, messages.deadlines, messages.parameters.maxDuplicates);
        const received = this.#duplicates.add(message, type === "CON" ? exchangeLifetimeMs : nonLifetimeMs);
        if (!isRequest(code)) this.#takeResponse(message, received);
        else if (this.#serving === undefined) this.#refuse(message, received);
        else this.#serving.receive(message, received);
      }
    }
  }

  /** A response in a message of its own (RFC 7252 §5.2.2) or a notification: acknowledged before it leads to anything. */
  #takeResponse(message: CoapMessage, received: Received): void {
    const exchange = this.#requests.find(message.token);
    const answer = readAnswer(message);
    const isWanted = exchange !== undefined || this.#subscriptions?.has(message.token) === true;
    if (!isWanted || answer.kind !== "answer") this.#refuse(message, received);
    else if (message.type === "CON") received.reply = this.#messages.sendEmpty("ACK", message.messageId);
    if (exchange === undefined) {
      if (answer.kind === "answer") this.#subscriptions?.deliver(answer);
    } else if (answer.kind !== "answer" || !exchange.ignoresNotifications || answer.read.observe === undefined) {
      this.#requests.settle(exchange, message);
    }
  }

  /** RFC 7252 §4.2, §4.3. A notification that nobody wants is cancelled by this (RFC 7641 §3.6). */
  #refuse(message: CoapMessage, received: Received): void {
    this.#messages.counters.unexpected++;
    if (message.type === "NON" && !isNotification(message)) return;
    received.reply = this.#messages.sendEmpty("RST", message.messageId);
  }

  #reject(bytes: Uint8Array, error: CoapFormatError): void {
    const messages = this.#messages;
    messages.counters.malformed++;
    messages.trace?.record(malformedRecord(`${error.code}: ${error.message}`, this.#arrival(bytes)));
    // RFC 7252 §4.2: a confirmable message with a format error is rejected; §3: an unknown version is ignored.
    const { header } = error;
    if (header !== undefined && header.type === CONFIRMABLE) messages.sendEmpty("RST", header.messageId);
  }

  #arrival(bytes: Uint8Array) {
    const { remote, lifelines } = this.#messages;
    return { direction: "in", size: bytes.length, remote, lifelines } as const;
  }
}

function isNotification({ options }: CoapMessage): boolean {
  return options.some(({ number }) => number === OPTION.observe.number);
}
