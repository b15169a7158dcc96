/** Payloads that the peer sends block by block (RFC 7959 §2.5): in order, each block once, into a sink or collected. */
import { type Block, blockOffset } from "./block.ts";
import { concatBytes } from "./blockSource.ts";
import { CODE } from "./codes.ts";
import type { Deadline } from "./deadlines.ts";
import { guarded } from "./guarded.ts";
import type { MessageLayer } from "./messageLayer.ts";
import type { TransferKeys } from "./transferKeys.ts";
import type { CoapHandler, IncomingRequest, OutgoingResponse, UploadSink } from "./types.ts";

/** A response, and the Block1 and Size1 that go with it. */
export interface Reply {
  readonly response: OutgoingResponse;
  readonly block1?: Block;
  readonly size1?: number;
}

export class Uploads {
  readonly #messages: MessageLayer;
  readonly #handler: CoapHandler;
  readonly #blockSize: number;
  readonly #underWay = new Map<string, Upload>();
  /** The key of the transfer that began last, by the least that its blocks are known by. */
  readonly #newest = new Map<string, string>();

  constructor(messages: MessageLayer, handler: CoapHandler, blockSize: number) {
    this.#messages = messages;
    this.#handler = handler;
    this.#blockSize = blockSize;
    messages.onEnd(() => {
      for (const key of [...this.#underWay.keys()]) this.#giveUp(key);
    });
  }

  /** Takes one block. Never rejects. */
  async receive(keys: TransferKeys, request: IncomingRequest, block: Block): Promise<Reply> {
    // A token may change from block to block (RFC 7959 §2.5): then the newest transfer of that resource is meant.
    const key = block.num === 0 || this.#underWay.has(keys[0]) ? keys[0] : (this.#newest.get(keys.at(-1)!) ?? keys[0]);
    if (block.num === 0) {
      // RFC 7959 §2.5: the first block begins the transfer anew.
      this.#giveUp(key);
      const refusal = this.#begin(keys, request);
      if (refusal !== undefined) return { ...refusal, block1: { ...block, size: this.#sizeFor(block) } };
    }
    const upload = this.#underWay.get(key);
    const offset = blockOffset(block);
    if (upload === undefined) return incomplete(block);
    if (upload.busy) return { response: { code: CODE.SERVICE_UNAVAILABLE }, block1: block };
    if (upload.lastReply !== undefined && block.num > 0 && offset === upload.lastOffset) return upload.lastReply;
    if (offset !== upload.offset) return incomplete(block);
    const { payload } = request;
    if (block.more ? payload.length !== block.size : payload.length > block.size) {
      this.#giveUp(key);
      return { response: { code: CODE.BAD_REQUEST }, block1: block };
    }

    upload.busy = true;
    try {
      return await this.#write(key, upload, request, block);
    } catch {
      if (this.#underWay.get(key) === upload) this.#giveUp(key);
      return { response: { code: CODE.INTERNAL_SERVER_ERROR }, block1: block };
    } finally {
      upload.busy = false;
    }
  }

  async #write(key: string, upload: Upload, request: IncomingRequest, block: Block): Promise<Reply> {
    const { payload } = request;
    const early = await upload.sink.write(payload, upload.offset);
    // Given up meanwhile: a new first block or the session's end.
    if (this.#underWay.get(key) !== upload) return incomplete(block);
    if (early !== undefined) {
      this.#forget(key, upload);
      const tooLarge = early.code === CODE.REQUEST_ENTITY_TOO_LARGE && upload.collected;
      return { response: early, block1: block, ...(tooLarge && { size1: this.#messages.parameters.maxPayloadBytes }) };
    }
    upload.lastOffset = upload.offset;
    upload.offset += payload.length;
    if (!block.more) {
      const response = await upload.sink.finish();
      if (this.#underWay.get(key) === upload) this.#forget(key, upload);
      return { response, block1: block };
    }
    this.#messages.deadlines.set(upload, this.#messages.times.exchangeLifetimeMs);
    // RFC 7959 §2.3: a smaller size in the first answer asks for smaller blocks from then on.
    upload.lastReply = {
      response: { code: CODE.CONTINUE },
      block1: { num: block.num, more: true, size: this.#sizeFor(block) },
    };
    return upload.lastReply;
  }

  /** Begins a transfer, or says why not. */
  #begin(keys: TransferKeys, request: IncomingRequest): Reply | undefined {
    const [key] = keys;
    const { maxBlockTransfers, maxPayloadBytes } = this.#messages.parameters;
    if (this.#underWay.size >= maxBlockTransfers) return { response: { code: CODE.SERVICE_UNAVAILABLE } };
    let sink: UploadSink | undefined;
    try {
      const { payload: _, ...head } = request;
      sink = this.#handler.onUpload?.(head);
    } catch {
      return { response: { code: CODE.INTERNAL_SERVER_ERROR } };
    }
    if (sink === undefined && request.size !== undefined && request.size > maxPayloadBytes) {
      return { response: { code: CODE.REQUEST_ENTITY_TOO_LARGE }, size1: maxPayloadBytes };
    }
    const collected = sink === undefined;
    sink ??= new Collector(request, this.#handler, maxPayloadBytes);
    const upload = new Upload(sink, collected, () => this.#expire(key, upload));
    this.#underWay.set(key, upload);
    if (keys.length > 1) this.#newest.set(keys.at(-1)!, key);
    this.#messages.deadlines.set(upload, this.#messages.times.exchangeLifetimeMs);
    return undefined;
  }

  #expire(key: string, upload: Upload): void {
    if (this.#underWay.get(key) !== upload) return;
    // A slow sink is not the peer's fault.
    if (upload.busy) this.#messages.deadlines.set(upload, this.#messages.times.exchangeLifetimeMs);
    else this.#giveUp(key);
  }

  #giveUp(key: string): void {
    const upload = this.#underWay.get(key);
    if (upload === undefined) return;
    this.#forget(key, upload);
    guarded(() => upload.sink.abort());
  }

  #forget(key: string, upload: Upload): void {
    this.#underWay.delete(key);
    for (const [name, newest] of this.#newest) if (newest === key) this.#newest.delete(name);
    this.#messages.deadlines.clear(upload);
  }

  #sizeFor(block: Block): number {
    return Math.min(block.size, this.#blockSize);
  }
}

class Upload implements Deadline {
  due = 0;
  readonly sink: UploadSink;
  readonly collected: boolean;
  readonly expire: () => void;
  /** Octets taken; the next block begins here. */
  offset = 0;
  /** The block before: asked again under a new message id it gets the same answer and is not written twice. */
  lastOffset = 0;
  lastReply: Reply | undefined = undefined;
  /** The sink is at work. */
  busy = false;

  constructor(sink: UploadSink, collected: boolean, expire: () => void) {
    this.sink = sink;
    this.collected = collected;
    this.expire = expire;
  }
}

/** Holds a payload until it is whole and hands it over as one request. */
class Collector implements UploadSink {
  readonly #request: IncomingRequest;
  readonly #handler: CoapHandler;
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(request: IncomingRequest, handler: CoapHandler, limit: number) {
    this.#request = request;
    this.#handler = handler;
    this.#limit = limit;
  }

  async write(chunk: Uint8Array): Promise<OutgoingResponse | undefined> {
    if (this.#length + chunk.length > this.#limit) return { code: CODE.REQUEST_ENTITY_TOO_LARGE };
    this.#parts.push(chunk);
    this.#length += chunk.length;
    return undefined;
  }

  async finish(): Promise<OutgoingResponse> {
    return this.#handler.onRequest({ ...this.#request, payload: concatBytes(this.#parts, this.#length) });
  }

  abort(): void {
    this.#parts = [];
  }
}

/** RFC 7959 §2.9.2. */
function incomplete(block: Block): Reply {
  return { response: { code: CODE.REQUEST_ENTITY_INCOMPLETE }, block1: block };
}
