/** A CoAP message as a record of kind `coap`. */
import type { Lifeline, RecordFields } from "../../ports/trace.ts";
import { CODE, formatCode } from "./codes.ts";
import type { MessageDetails } from "./messageDetails.ts";
import { readOptions } from "./optionFields.ts";
import { formatToken } from "./token.ts";
import type { CoapMessage } from "./types.ts";

export interface RecordContext {
  readonly direction: "in" | "out";
  /** Octets of the datagram. */
  readonly size: number;
  /** `address:port` of the peer. */
  readonly remote: string;
  readonly lifelines: { readonly local: Lifeline; readonly peer: Lifeline } | undefined;
  readonly cause?: number | undefined;
  readonly retransmission?: boolean;
  /** Why an arrival went no further. */
  readonly dropped?: string;
  /** Where somebody looks closely. */
  readonly details?: MessageDetails | undefined;
}

/** A record's fields while they are gathered: assigned, because V8 makes a detour for each spread that may be none. */
type Fields = { kind: "coap"; [field: string]: unknown };

export function messageRecord(message: CoapMessage, context: RecordContext): RecordFields {
  const { path, query, observe, block1, block2, contentFormat } = readOptions(message.options);
  const fields = frame(context);
  fields.type = message.type;
  fields.code = formatCode(message.code);
  fields.mid = message.messageId;
  fields.token = formatToken(message.token);
  if (message.code !== CODE.EMPTY && message.code < 0x20) fields.path = `/${path.map(encodeURIComponent).join("/")}`;
  if (query.length > 0) fields.query = query.join("&");
  if (observe !== undefined) fields.observe = observe;
  if (block1 !== undefined) fields.block1 = block1;
  if (block2 !== undefined) fields.block2 = block2;
  if (contentFormat !== undefined) fields.contentFormat = contentFormat;
  fields.size = context.size;
  fields.remote = context.remote;
  if (context.retransmission === true) fields.retransmission = true;
  if (context.dropped !== undefined) fields.dropped = context.dropped;
  const { options, payload } = context.details?.of(message, context.direction) ?? {};
  if (options !== undefined) fields.options = options;
  if (payload !== undefined) fields.payload = payload;
  return fields;
}

/** Of a datagram that is no message. */
export function malformedRecord(detail: string, context: RecordContext): RecordFields {
  return { ...frame(context), size: context.size, remote: context.remote, dropped: detail };
}

function frame({ direction, lifelines, cause }: RecordContext): Fields {
  const { local, peer } = lifelines ?? {};
  const from = direction === "out" ? local : peer;
  const to = direction === "out" ? peer : local;
  const fields: Fields = { kind: "coap", direction };
  if (cause !== undefined) fields.cause = cause;
  if (from !== undefined) fields.from = from;
  if (to !== undefined) fields.to = to;
  return fields;
}
