/**
 * One request of the application, block-wise where its payload or the response does not fit a datagram
 * (RFC 7959 §2.5 Block1, §2.4 Block2, §3.3 both).
 */
import type { CloseReason } from "../../ports/transport.ts";
import { type Block, blockOffset } from "./block.ts";
import { type BlockSource, blockSourceOf, concatBytes, type SourceBlock } from "./blockSource.ts";
import { CODE, isSuccess } from "./codes.ts";
import { maxTransferBytes, NO_PAYLOAD, requestOptions, toResponse } from "./content.ts";
import type { MessageLayer } from "./messageLayer.ts";
import { type OptionFields, type ReadOptions, readOptions } from "./optionFields.ts";
import { optionName } from "./options.ts";
import type { RequestFailure, Requests } from "./requests.ts";
import { sameBytes } from "./token.ts";
import type { CoapMessage, CoapRequest, RequestOutcome } from "./types.ts";

/** A response with its options read, or why there is none. */
export type Answer =
  | { readonly kind: "answer"; readonly message: CoapMessage; readonly read: ReadOptions }
  | RequestFailure;

export class BlockwiseRequest {
  readonly #messages: MessageLayer;
  readonly #requests: Requests;
  readonly #request: CoapRequest;
  readonly #blockSize: number;

  constructor(messages: MessageLayer, requests: Requests, request: CoapRequest, blockSize: number) {
    this.#messages = messages;
    this.#requests = requests;
    this.#request = request;
    this.#blockSize = blockSize;
  }

  /** Rejects only with what the payload's iterable throws, and for a request that fits no datagram. */
  async run(): Promise<RequestOutcome> {
    const source = blockSourceOf(this.#request.payload);
    const token = this.#requests.drawToken();
    try {
      const answer = await this.#upload(source, token);
      return answer.kind === "answer" ? await this.collect(answer, token) : answer;
    } finally {
      source.close();
    }
  }

  /** Fetches what of a response's representation is still to come, and gives the whole. */
  async collect(first: Answer & { kind: "answer" }, token = this.#requests.drawToken()): Promise<RequestOutcome> {
    const { message, read } = first;
    let block = read.block2;
    if (read.reservedBlock || block === undefined || !block.more) {
      if (read.reservedBlock) return broken("a Block option with the reserved size 7");
      return { kind: "response", response: toResponse(message.code, read, message.payload) };
    }
    const parts: Uint8Array[] = [];
    let length = 0;
    let { payload } = message;
    for (;;) {
      if (blockOffset(block) !== length) return broken(`block at octet ${blockOffset(block)}, expected ${length}`);
      if (block.more && payload.length !== block.size) {
        return broken(`block of ${payload.length} octets where ${block.size} were announced`);
      }
      parts.push(payload);
      length += payload.length;
      if (length > this.#messages.parameters.maxPayloadBytes) {
        return broken(`response larger than ${this.#messages.parameters.maxPayloadBytes} octets`);
      }
      if (!block.more) break;
      const next: Block = { num: length / block.size, more: false, size: block.size };
      const answer = await this.#exchange({ block2: next }, this.#question, token);
      if (answer.kind !== "answer") return answer;
      if (answer.message.code !== message.code) {
        return { kind: "response", response: toResponse(answer.message.code, answer.read, answer.message.payload) };
      }
      if (answer.read.block2 === undefined) return broken("a block was asked for and the response has no Block2");
      // RFC 7959 §2.4: blocks with different ETags belong to different representations.
      if (!sameEtag(read, answer.read)) return broken("the representation changed during the transfer");
      block = answer.read.block2;
      payload = answer.message.payload;
    }
    return { kind: "response", response: toResponse(message.code, read, concatBytes(parts, length)) };
  }

  /** What a request for a later block says again: with another payload a FETCH asks for something else. */
  get #question(): Uint8Array {
    const { method, payload } = this.#request;
    const isShort = payload instanceof Uint8Array && payload.length <= this.#blockSize;
    return method === CODE.FETCH && isShort ? payload : NO_PAYLOAD;
  }

  /** One message and its response. */
  #exchange(extra: OptionFields, payload: Uint8Array, token: number): Promise<Answer> {
    const request = this.#request;
    const { signal } = request;
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve({ kind: "aborted" });
        return;
      }
      if (this.#messages.ended !== undefined) {
        resolve({ kind: "closed", reason: this.#messages.ended });
        return;
      }
      const settle = (answer: Answer) => {
        signal?.removeEventListener("abort", abort);
        resolve(answer);
      };
      const abort = () => {
        this.#requests.abandon(exchange);
        settle({ kind: "aborted" });
      };
      const exchange = this.#requests.send(
        {
          method: request.method,
          options: requestOptions(request, extra),
          payload,
          confirmable: request.confirmable !== false,
          token,
        },
        { onResponse: (message) => settle(readAnswer(message)), onFailure: settle },
      );
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  async #upload(source: BlockSource, token: number): Promise<Answer> {
    let size = this.#blockSize;
    let offset = 0;
    for (;;) {
      const peeked = source.peek(size);
      const next = "then" in peeked ? await this.#whileOpen(peeked) : peeked;
      if ("kind" in next) return next;
      const { bytes, more } = next;
      if (offset === 0 && !more && size === this.#blockSize) return this.#exchange({}, bytes, token);
      if (offset + bytes.length > maxTransferBytes(size)) {
        return broken(`payload longer than 2^20 blocks of ${size} octets`);
      }

      const sent: Block = { num: offset / size, more, size };
      const answer = await this.#exchange(
        { block1: sent, size1: offset === 0 ? source.size : undefined },
        bytes,
        token,
      );
      if (answer.kind !== "answer") return answer;
      const { message, read } = answer;
      if (read.reservedBlock) return broken("a Block option with the reserved size 7");
      const echoed = read.block1;
      if (
        message.code === CODE.REQUEST_ENTITY_TOO_LARGE &&
        offset === 0 &&
        echoed !== undefined &&
        echoed.size < size
      ) {
        // RFC 7959 §2.9.3: the first block itself was too large, and this size would do.
        size = echoed.size;
        continue;
      }
      if (!isSuccess(message.code)) return answer;
      if (message.code === CODE.CONTINUE && !more) return broken("2.31 Continue after the last block");
      if (!more) return answer;
      if (echoed === undefined) return broken("a block was acknowledged without Block1");
      if (echoed.num !== sent.num) return broken(`block ${echoed.num} was acknowledged in place of ${sent.num}`);
      source.take(bytes.length);
      offset += bytes.length;
      // RFC 7959 §2.3: the peer wants smaller ones; an offset of larger blocks is one of smaller blocks too.
      if (echoed.size < size) size = echoed.size;
    }
  }

  /** A source may take its time, or for ever: the session's end and the caller's abort come first. */
  #whileOpen(block: Promise<SourceBlock>): Promise<SourceBlock | RequestFailure> {
    const messages = this.#messages;
    const { ended } = messages;
    const { signal } = this.#request;
    return new Promise((resolve, reject) => {
      if (ended !== undefined) resolve({ kind: "closed", reason: ended });
      if (signal?.aborted === true) resolve({ kind: "aborted" });
      const onClosed = (reason: CloseReason) => resolve({ kind: "closed", reason });
      const onAborted = () => resolve({ kind: "aborted" });
      messages.onEnd(onClosed);
      signal?.addEventListener("abort", onAborted, { once: true });
      block.then(resolve, reject).finally(() => {
        messages.offEnd(onClosed);
        signal?.removeEventListener("abort", onAborted);
      });
    });
  }
}

/** Reads a response's options; one with a critical option that is not understood is rejected (RFC 7252 §5.4.1). */
export function readAnswer(message: CoapMessage): Answer {
  const read = readOptions(message.options);
  if (read.unrecognised !== undefined) {
    return broken(`response with the critical option ${optionName(read.unrecognised)}, which is not understood`);
  }
  return { kind: "answer", message, read };
}

export function broken(detail: string): RequestFailure {
  return { kind: "protocolError", detail };
}

export function sameEtag(a: ReadOptions, b: ReadOptions): boolean {
  const [first] = a.etags;
  const [second] = b.etags;
  if (first === undefined || second === undefined) return first === second;
  return sameBytes(first, second);
}
