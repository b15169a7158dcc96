/** Requests and responses of the API as options, and options as responses. */
import { MAX_BLOCK_NUMBER } from "./block.ts";
import { encodeOptions, type OptionFields, type ReadOptions } from "./optionFields.ts";
import type { CoapContent, CoapOption, CoapRequest, CoapResponse } from "./types.ts";

export const NO_PAYLOAD = new Uint8Array(0);

type RequestTarget = Pick<CoapRequest, "path" | "query" | "accept" | "contentFormat" | "etag" | "host">;

export function requestOptions(request: RequestTarget, extra: OptionFields = {}): CoapOption[] {
  return encodeOptions({
    uriHost: request.host,
    etags: request.etag === undefined ? undefined : [request.etag],
    path: request.path,
    contentFormat: request.contentFormat,
    query: request.query,
    accept: request.accept,
    ...extra,
  });
}

export function responseOptions(content: CoapContent, extra: OptionFields = {}): CoapOption[] {
  return encodeOptions({
    etags: content.etag === undefined ? undefined : [content.etag],
    locationPath: content.locationPath,
    contentFormat: content.contentFormat,
    maxAge: content.maxAge,
    ...extra,
  });
}

export function toResponse(code: number, read: ReadOptions, payload: Uint8Array): CoapResponse {
  return { code, ...contentOf(read), payload };
}

/** The parts of a message that a user of the endpoint sees; absent options are absent keys. */
export function contentOf(read: ReadOptions): Omit<CoapContent, "payload"> {
  const [etag] = read.etags;
  return {
    ...(read.contentFormat !== undefined && { contentFormat: read.contentFormat }),
    ...(etag !== undefined && { etag }),
    ...(read.maxAge !== undefined && { maxAge: read.maxAge }),
    ...(read.locationPath.length > 0 && { locationPath: read.locationPath }),
  };
}

/** Largest representation that blocks of this size can carry: 2^20 of them (RFC 7959 §2.2). */
export function maxTransferBytes(blockSize: number): number {
  return (MAX_BLOCK_NUMBER + 1) * blockSize;
}
