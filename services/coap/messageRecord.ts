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

export function messageRecord(message: CoapMessage, context: RecordContext): RecordFields {
  const read = readOptions(message.options);
  return {
    ...frame(context),
    type: message.type,
    code: formatCode(message.code),
    mid: message.messageId,
    token: formatToken(message.token),
    ...(message.code !== CODE.EMPTY &&
      message.code < 0x20 && { path: `/${read.path.map(encodeURIComponent).join("/")}` }),
    ...(read.query.length > 0 && { query: read.query.join("&") }),
    ...(read.observe !== undefined && { observe: read.observe }),
    ...(read.block1 !== undefined && { block1: read.block1 }),
    ...(read.block2 !== undefined && { block2: read.block2 }),
    ...(read.contentFormat !== undefined && { contentFormat: read.contentFormat }),
    size: context.size,
    remote: context.remote,
    ...(context.retransmission === true && { retransmission: true }),
    ...(context.dropped !== undefined && { dropped: context.dropped }),
    ...context.details?.of(message, context.direction),
  };
}

/** Of a datagram that is no message. */
export function malformedRecord(detail: string, context: RecordContext): RecordFields {
  return { ...frame(context), size: context.size, remote: context.remote, dropped: detail };
}

function frame({ direction, lifelines, cause }: RecordContext): RecordFields {
  const [from, to] = direction === "out" ? [lifelines?.local, lifelines?.peer] : [lifelines?.peer, lifelines?.local];
  return {
    kind: "coap",
    direction,
    ...(cause !== undefined && { cause }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}
