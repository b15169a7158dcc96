/** The server half of the request/response layer (RFC 7252 §5.2, §5.8): checks a request, has it handled, answers. */
import { type Block, blockOffset } from "./block.ts";
import { CODE, isSuccess } from "./codes.ts";
import { contentOf, NO_PAYLOAD, responseOptions } from "./content.ts";
import type { Received } from "./duplicates.ts";
import { guarded } from "./guarded.ts";
import { type ExchangeObserver, IncomingExchange } from "./incomingExchange.ts";
import type { MessageLayer } from "./messageLayer.ts";
import { Observations } from "./observations.ts";
import { type OptionFields, type ReadOptions, readOptions } from "./optionFields.ts";
import { type Representation, Representations, sliceBlock } from "./representations.ts";
import { sameBytes } from "./token.ts";
import { transferKeys } from "./transferKeys.ts";
import type { CoapHandler, CoapMessage, IncomingRequest, ObservedTarget, OutgoingResponse } from "./types.ts";
import { type Reply, Uploads } from "./uploads.ts";

/** Observe in a request (RFC 7641 §2). */
const REGISTER = 0;

export class RequestServer implements ExchangeObserver {
  readonly observations: Observations;
  readonly #messages: MessageLayer;
  readonly #handler: CoapHandler;
  readonly #blockSize: number;
  readonly #representations: Representations;
  readonly #uploads: Uploads;
  #underWay = 0;

  constructor(messages: MessageLayer, handler: CoapHandler, blockSize: number, keepObservations: boolean) {
    this.#messages = messages;
    this.#handler = handler;
    this.#blockSize = blockSize;
    this.#representations = new Representations(messages);
    this.#uploads = new Uploads(messages, handler, blockSize);
    this.observations = new Observations(messages, this.#representations, keepObservations, (token) =>
      this.#reportReset(token),
    );
  }

  /** Serves a request that was received for the first time. */
  receive(message: CoapMessage, received: Received): void {
    const read = readOptions(message.options);
    if (read.unrecognised !== undefined && message.type === "NON") {
      // RFC 7252 §5.4.1: with a critical option that is not understood it is rejected, silently.
      this.#messages.counters.unexpected++;
      return;
    }
    const exchange = new IncomingExchange(this.#messages, message, received, this);
    const refusal = this.#refusal(message, read);
    this.#underWay++;
    if (refusal !== undefined) {
      exchange.respond(refusal, [], NO_PAYLOAD);
      return;
    }
    const request = toRequest(message, read);
    const reply = this.#serve(request, read);
    if ("then" in reply) {
      exchange.defer();
      reply.then((settled) => this.#tryAnswer(exchange, request, read, settled));
    } else {
      this.#tryAnswer(exchange, request, read, reply);
    }
  }

  onDone(): void {
    this.#underWay--;
  }

  onReset(exchange: IncomingExchange): void {
    const { token } = exchange.message;
    if (!this.observations.has(token)) return;
    this.observations.remove(token);
    this.#reportReset(token);
  }

  /** The receive path goes on, whatever the application makes of the news. */
  #reportReset(token: Uint8Array): void {
    guarded(() => this.#handler.onObservationReset?.(token));
  }

  /** The code of a request that gets no further. */
  #refusal(message: CoapMessage, read: ReadOptions): number | undefined {
    if (read.unrecognised !== undefined) return CODE.BAD_OPTION;
    if (read.proxy) return CODE.PROXYING_NOT_SUPPORTED;
    if (message.code > CODE.IPATCH) return CODE.METHOD_NOT_ALLOWED;
    // RFC 7959 §2.2.
    if (read.reservedBlock) return CODE.BAD_REQUEST;
    if (this.#underWay >= this.#messages.parameters.maxConcurrentExchanges) return CODE.SERVICE_UNAVAILABLE;
    return undefined;
  }

  #serve(request: IncomingRequest, read: ReadOptions): Reply | Promise<Reply> {
    const { block1, block2 } = read;
    if (block1 !== undefined) return this.#uploads.receive(transferKeys(request, true), request, block1);
    if (block2 !== undefined && block2.num > 0) {
      const response = this.#find(request);
      if (response !== undefined) return { response };
      // Making it anew would do the work again; RFC 7959 §2.9.2.
      if (!isWholeQuestion(request)) return { response: { code: CODE.REQUEST_ENTITY_INCOMPLETE } };
    }
    try {
      const response = this.#handler.onRequest(request);
      if (!("then" in response)) return { response };
      return response.then((settled) => ({ response: settled }), failed);
    } catch {
      return failed();
    }
  }

  /** A response that cannot be encoded is the handler's fault, and the peer's answer 5.00. */
  #tryAnswer(exchange: IncomingExchange, request: IncomingRequest, read: ReadOptions, reply: Reply): void {
    try {
      this.#answer(exchange, request, read, reply);
    } catch {
      exchange.respond(CODE.INTERNAL_SERVER_ERROR, [], NO_PAYLOAD);
    }
  }

  #answer(exchange: IncomingExchange, request: IncomingRequest, read: ReadOptions, reply: Reply): void {
    if (this.#messages.ended !== undefined) return;
    const { response, block1, size1 } = reply;
    const observe = this.#observe(request, read, response);
    const extra: OptionFields = { observe, block1, size1 };
    // RFC 7252 §5.10.6.2: the client has this representation already.
    if (response.code === CODE.CONTENT && matches(read, response.etag)) {
      exchange.respond(CODE.VALID, responseOptions(response, { ...extra, contentFormat: undefined }), NO_PAYLOAD);
      return;
    }
    const payload = response.payload ?? NO_PAYLOAD;
    const size = this.#blockSizeFor(read.block2);
    // RFC 7959 §2.4: smaller blocks than asked for still begin at the octet that was asked for.
    const num = read.block2 === undefined ? 0 : blockOffset(read.block2) / size;
    if (num === 0 && payload.length <= size) {
      exchange.respond(response.code, responseOptions(response, extra), payload);
      return;
    }
    if (num > 0 && !isSuccess(response.code)) {
      exchange.respond(response.code, responseOptions(response, extra), payload.subarray(0, size));
      return;
    }
    const kept = num > 0 ? this.#find(request) : undefined;
    const keys = transferKeys(request, read.block1 !== undefined);
    const representation = kept ?? this.#representations.add(keys, { ...response, payload });
    const slice = sliceBlock(representation.payload, num, size);
    if (slice === undefined) {
      exchange.respond(CODE.BAD_REQUEST, [], NO_PAYLOAD);
      return;
    }
    exchange.respond(response.code, responseOptions(representation, { ...extra, ...slice.options }), slice.payload);
  }

  /** An observation that the peer made on an earlier session. */
  adopt(token: Uint8Array, target: ObservedTarget): boolean {
    const { method = CODE.GET, path, accept, contentFormat, payload = NO_PAYLOAD } = target;
    const asked = {
      method,
      path,
      query: [],
      accept,
      payload,
      token,
      ...(contentFormat !== undefined && { contentFormat }),
    };
    const keys = transferKeys(asked, payload.length > this.#blockSize);
    return this.observations.accept(token, { keys, blockSize: this.#blockSize }) !== undefined;
  }

  /** The representation that a request for a later block goes on with. */
  #find(request: IncomingRequest): Representation | undefined {
    const keys = transferKeys(request);
    return this.#representations.find(request.payload.length > 0 ? [keys[0]] : keys);
  }

  /** Registers or ends an observation; the Observe value of the response when it was accepted (RFC 7641 §4.1). */
  #observe(request: IncomingRequest, read: ReadOptions, response: OutgoingResponse): number | undefined {
    if (read.observe === undefined) return undefined;
    const accepted = read.observe === REGISTER && response.observing === true && isSuccess(response.code);
    if (!accepted) {
      this.observations.remove(request.token);
      return undefined;
    }
    const keys = transferKeys(request, read.block1 !== undefined);
    const target = { keys, blockSize: this.#blockSizeFor(read.block2) };
    const sequence = this.observations.accept(request.token, target);
    if (sequence === undefined) this.#reportReset(request.token);
    return sequence;
  }

  #blockSizeFor(asked: Block | undefined): number {
    return asked === undefined ? this.#blockSize : Math.min(asked.size, this.#blockSize);
  }
}

function failed(): Reply {
  return { response: { code: CODE.INTERNAL_SERVER_ERROR } };
}

function toRequest(message: CoapMessage, read: ReadOptions): IncomingRequest {
  return {
    method: message.code,
    path: read.path,
    query: read.query,
    accept: read.accept,
    observe: read.observe,
    token: message.token,
    payload: message.payload,
    confirmable: message.type === "CON",
    ...(read.size1 !== undefined && { size: read.size1 }),
    ...contentOf(read),
  };
}

/** Asking it again changes nothing, and it says all that is asked for. */
function isWholeQuestion({ method, payload }: IncomingRequest): boolean {
  return method === CODE.GET || (method === CODE.FETCH && payload.length > 0);
}

function matches(read: ReadOptions, etag: Uint8Array | undefined): boolean {
  return etag !== undefined && read.etags.some((known) => sameBytes(known, etag));
}
