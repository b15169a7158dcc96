/**
 * A block-wise download (RFC 7959 §2.4), lockstep: the next block is asked for as soon as one is here, up to a bounded
 * number ahead of the reader. Nothing else is held.
 */
import type { CloseReason } from "../../ports/transport.ts";
import { type Block, blockOffset, encodeBlock, MAX_BLOCK_NUMBER } from "./block.ts";
import { readAnswer, sameEtag } from "./blockwiseRequest.ts";
import { CODE, formatCode } from "./codes.ts";
import { NO_PAYLOAD, requestOptions, toResponse } from "./content.ts";
import { CoapDownloadError, type CoapDownloadErrorCode } from "./errors.ts";
import type { MessageLayer } from "./messageLayer.ts";
import type { ReadOptions } from "./optionFields.ts";
import { encodeUint, OPTION } from "./options.ts";
import type { ClientExchange, RequestFailure, Requests, ResponseListener } from "./requests.ts";
import { sameBytes } from "./token.ts";
import type { CoapDownload, CoapMessage, CoapOption, CoapResponse, DownloadRequest } from "./types.ts";

export type DownloadOutcome =
  | { readonly kind: "download"; readonly download: CoapDownload }
  | { readonly kind: "response"; readonly response: CoapResponse }
  | RequestFailure;

type Waiter = { resolve(result: IteratorResult<Uint8Array>): void; reject(error: CoapDownloadError): void };

const FAILURE_CODES = {
  timeout: "timeout",
  reset: "reset",
  closed: "closed",
  aborted: "aborted",
  protocolError: "protocol",
} as const satisfies Record<RequestFailure["kind"], CoapDownloadErrorCode>;

const SIZE_WANTED: CoapOption = { number: OPTION.size2.number, value: encodeUint(0) };

export class Download implements CoapDownload, AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array>, ResponseListener {
  size: number | undefined = undefined;
  etag: Uint8Array | undefined = undefined;
  readonly chunks: AsyncIterable<Uint8Array> = this;
  readonly #messages: MessageLayer;
  readonly #requests: Requests;
  readonly #request: DownloadRequest;
  readonly #options: readonly CoapOption[];
  readonly #begin: number;
  readonly #token: number;
  /** Settles the call that started the download, until the first block is here. */
  #opening: ((outcome: DownloadOutcome) => void) | undefined;
  #first: ReadOptions | undefined = undefined;
  #exchange: ClientExchange | undefined = undefined;
  #blockSize: number;
  /** Where the next block begins, and up to where chunks were given out. */
  #wanted: number;
  #given: number;
  #more = true;
  readonly #queue: Uint8Array[] = [];
  readonly #waiters: Waiter[] = [];
  #failure: CoapDownloadError | undefined = undefined;
  #closed = false;

  private constructor(
    messages: MessageLayer,
    requests: Requests,
    request: DownloadRequest,
    blockSize: number,
    opening: (outcome: DownloadOutcome) => void,
  ) {
    this.#messages = messages;
    this.#requests = requests;
    this.#request = request;
    // With an ETag the server would answer 2.03 Valid and send nothing.
    const { etag: _, ...target } = request;
    this.#options = requestOptions(target);
    this.#begin = request.offset ?? 0;
    this.#token = requests.drawToken();
    this.#blockSize = blockSize;
    this.#given = this.#begin;
    this.#wanted = this.#begin - (this.#begin % blockSize);
    this.#opening = opening;
  }

  static start(
    messages: MessageLayer,
    requests: Requests,
    request: DownloadRequest,
    blockSize: number,
  ): Promise<DownloadOutcome> {
    return new Promise((resolve) => {
      if (request.signal?.aborted === true) {
        resolve({ kind: "aborted" });
        return;
      }
      const download = new Download(messages, requests, request, blockSize, resolve);
      download.#ask();
      if (download.#failure !== undefined) return;
      messages.onEnd(download.#onEnd);
      request.signal?.addEventListener("abort", download.#onAbort, { once: true });
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#queue.shift();
    if (chunk !== undefined) {
      this.#given += chunk.length;
      if (this.#exchange === undefined) this.#askAhead();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#failure !== undefined && !this.#closed) {
      this.#closed = true;
      return Promise.reject(this.#failure);
    }
    if (this.#closed || !this.#more) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      if (this.#exchange === undefined) this.#askAhead();
    });
  }

  /** The reader leaves early: the transfer stops. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#closed = true;
    this.#queue.length = 0;
    this.#stop();
    for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  onResponse(message: CoapMessage): void {
    this.#exchange = undefined;
    const answer = readAnswer(message);
    if (answer.kind !== "answer") this.#fail(answer);
    else if (message.code !== CODE.CONTENT) this.#refused(message, answer.read);
    else if (answer.read.reservedBlock) this.#break("a Block option with the reserved size 7");
    else this.#take(message.payload, answer.read);
  }

  onFailure(failure: RequestFailure): void {
    this.#exchange = undefined;
    this.#fail(failure);
  }

  readonly #onEnd = (reason: CloseReason): void => this.#fail({ kind: "closed", reason });
  readonly #onAbort = (): void => this.#fail({ kind: "aborted" });

  #take(payload: Uint8Array, read: ReadOptions): void {
    const { block2 } = read;
    const fault = this.#faultOf(payload, block2);
    if (fault !== undefined) {
      this.#break(fault);
      return;
    }
    if (!this.#isSameRepresentation(read)) {
      this.#break("the representation is another one than before", "changed");
      return;
    }
    const offset = block2 === undefined ? 0 : blockOffset(block2);
    this.#more = block2?.more === true;
    this.#wanted = offset + payload.length;
    if (block2 !== undefined) this.#blockSize = block2.size;
    if (!this.#more) this.#stop();
    // The request goes out before the reader is woken: the network is the slower of the two.
    const chunk = offset < this.#begin ? payload.subarray(this.#begin - offset) : payload;
    if (chunk.length > 0 && this.#waiters.length === 0) this.#queue.push(chunk);
    this.#askAhead();
    if (chunk.length > 0 && this.#waiters.length > 0) {
      this.#given += chunk.length;
      this.#waiters.shift()!.resolve({ done: false, value: chunk });
    }
    if (!this.#more) for (const waiter of this.#waiters.splice(0)) waiter.resolve({ done: true, value: undefined });
    this.#settleOpening({ kind: "download", download: this });
  }

  /** What is wrong with a block; without Block2 the representation is here as a whole. */
  #faultOf(payload: Uint8Array, block: Block | undefined): string | undefined {
    if (block === undefined) {
      if (this.#first !== undefined) return "a block came without Block2";
      return this.#begin > payload.length ? `the representation ends before octet ${this.#begin}` : undefined;
    }
    if (blockOffset(block) !== this.#wanted) return `block at octet ${blockOffset(block)}, expected ${this.#wanted}`;
    if (block.more ? payload.length !== block.size : payload.length > block.size) {
      return `block of ${payload.length} octets where ${block.size} were announced`;
    }
    if (block.more && block.num >= MAX_BLOCK_NUMBER) return `representation longer than 2^20 blocks`;
    return undefined;
  }

  /** The first block is held against the ETag that the caller knows, the others against the first (RFC 7959 §2.4). */
  #isSameRepresentation(read: ReadOptions): boolean {
    if (this.#first !== undefined) return sameEtag(this.#first, read);
    const [etag] = read.etags;
    const known = this.#request.etag;
    if (known !== undefined && (etag === undefined || !sameBytes(known, etag))) return false;
    this.#first = read;
    this.etag = etag;
    this.size = read.size2;
    return true;
  }

  #askAhead(): void {
    if (this.#more && this.#failure === undefined && !this.#closed) {
      if (this.#queue.length >= this.#messages.parameters.readAheadBlocks) return;
      try {
        this.#ask();
      } catch (error) {
        // A higher block number takes an octet or two more, which the options may just not leave.
        this.#break((error as Error).message);
      }
    }
  }

  #ask(): void {
    const num = this.#wanted / this.#blockSize;
    const block: CoapOption = {
      number: OPTION.block2.number,
      value: encodeUint(encodeBlock({ num, more: false, size: this.#blockSize })),
    };
    // RFC 7959 §4: Size2 of 0 asks for the size.
    const options = this.#first === undefined ? [...this.#options, block, SIZE_WANTED] : [...this.#options, block];
    const message = { method: CODE.GET, options, payload: NO_PAYLOAD, confirmable: true, token: this.#token };
    const exchange = this.#requests.send(message, this);
    if (this.#failure === undefined) this.#exchange = exchange;
  }

  #refused(message: CoapMessage, read: ReadOptions): void {
    if (this.#opening !== undefined) {
      this.#stop();
      this.#settleOpening({ kind: "response", response: toResponse(message.code, read, message.payload) });
    } else {
      this.#break(`the server answered ${formatCode(message.code)}`, "refused", message.code);
    }
  }

  #fail(failure: RequestFailure): void {
    const detail = "detail" in failure ? failure.detail : `the request ended with ${failure.kind}`;
    this.#end(failure, FAILURE_CODES[failure.kind], detail);
  }

  #break(detail: string, code: "protocol" | "changed" | "refused" = "protocol", responseCode?: number): void {
    this.#end({ kind: "protocolError", detail }, code, detail, responseCode);
  }

  #end(outcome: RequestFailure, code: CoapDownloadErrorCode, detail: string, responseCode?: number): void {
    if (this.#failure !== undefined || this.#closed || !this.#more) return;
    const held = this.#queue.reduce((sum, chunk) => sum + chunk.length, 0);
    this.#failure = new CoapDownloadError(code, this.#given + held, detail, responseCode);
    this.#stop();
    const [waiter, ...others] = this.#waiters.splice(0);
    if (waiter !== undefined) {
      this.#closed = true;
      waiter.reject(this.#failure);
      for (const other of others) other.resolve({ done: true, value: undefined });
    }
    // A caller that came with an ETag learns of another representation as it would halfway: from the chunks.
    this.#settleOpening(code === "changed" ? { kind: "download", download: this } : outcome);
  }

  #stop(): void {
    if (this.#exchange !== undefined) this.#requests.abandon(this.#exchange);
    this.#exchange = undefined;
    this.#messages.offEnd(this.#onEnd);
    this.#request.signal?.removeEventListener("abort", this.#onAbort);
  }

  #settleOpening(outcome: DownloadOutcome): void {
    const opening = this.#opening;
    this.#opening = undefined;
    opening?.(outcome);
  }
}
