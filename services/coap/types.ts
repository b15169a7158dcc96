/** What the CoAP endpoint takes and gives (RFC 7252, RFC 7641, RFC 7959). Codes are the octet `0bCCC_DDDDD`. */
import type { Clock } from "../../ports/clock.ts";
import type { Random } from "../../ports/random.ts";
import type { Lifeline, Trace } from "../../ports/trace.ts";
import type { CloseReason, Session } from "../../ports/transport.ts";
import type { CoapParameters } from "./parameters.ts";

export type CoapType = "CON" | "NON" | "ACK" | "RST";

/** One option: its number and value as on the wire. */
export interface CoapOption {
  readonly number: number;
  readonly value: Uint8Array;
}

export interface CoapMessage {
  readonly type: CoapType;
  readonly code: number;
  /** 0 to 65535. */
  readonly messageId: number;
  /** 0 to 8 octets. */
  readonly token: Uint8Array;
  /** In ascending order of number. */
  readonly options: readonly CoapOption[];
  readonly payload: Uint8Array;
}

/** The parts of a request or response that a user of the endpoint names; everything else is the endpoint's. */
export interface CoapContent {
  readonly contentFormat?: number;
  readonly etag?: Uint8Array;
  readonly maxAge?: number;
  readonly locationPath?: readonly string[];
  readonly payload?: Uint8Array;
}

/** A request to send. A payload that does not fit one datagram goes block-wise. */
export interface CoapRequest extends Omit<CoapContent, "payload"> {
  /** `CODE.GET`, `CODE.POST`, … */
  readonly method: number;
  /** Uri-Host, for a server that was named and not addressed by number (RFC 7252 §6.4). */
  readonly host?: string;
  readonly path: readonly string[];
  readonly query?: readonly string[];
  readonly accept?: number;
  /** An iterable is sent block by block as it yields. */
  readonly payload?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Confirmable unless false. */
  readonly confirmable?: boolean;
  readonly signal?: AbortSignal;
}

export interface CoapResponse extends CoapContent {
  readonly code: number;
  readonly payload: Uint8Array;
}

/** How an exchange ended. Expected endings are values; an exception is a bug. */
export type RequestOutcome =
  | { readonly kind: "response"; readonly response: CoapResponse }
  /** No answer within the RFC's time. */
  | { readonly kind: "timeout" }
  /** The peer answered Reset. */
  | { readonly kind: "reset" }
  | { readonly kind: "closed"; readonly reason: CloseReason }
  | { readonly kind: "aborted" }
  /** The peer broke a rule (block out of order, ETag changed, too large). */
  | { readonly kind: "protocolError"; readonly detail: string };

/** A block-wise download that streams: chunks come as they arrive, nothing is held. */
export interface CoapDownload {
  /** Total size when the server tells it (Size2). */
  readonly size: number | undefined;
  readonly etag: Uint8Array | undefined;
  /** The representation from `offset` on. Throws `CoapDownloadError` when the transfer fails. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface DownloadRequest {
  /** Uri-Host, for a server that was named and not addressed by number (RFC 7252 §6.4). */
  readonly host?: string;
  readonly path: readonly string[];
  readonly query?: readonly string[];
  /** First octet wanted; the transfer begins at the block that holds it. */
  readonly offset?: number;
  /** Representation that `offset` belongs to; a different one fails with code `changed`. */
  readonly etag?: Uint8Array;
  /** 16 to 1024 octets, a power of two; the server may choose a smaller one. */
  readonly blockSize?: number;
  readonly signal?: AbortSignal;
}

/** A request from the peer, its payload complete. */
export interface IncomingRequest extends CoapContent {
  readonly method: number;
  readonly path: readonly string[];
  readonly query: readonly string[];
  readonly accept: number | undefined;
  /** 0 register, 1 deregister (RFC 7641 §2). */
  readonly observe: number | undefined;
  readonly token: Uint8Array;
  readonly payload: Uint8Array;
  readonly confirmable: boolean;
  /** Size1: what the peer says the payload of an upload will come to, in octets. */
  readonly size?: number;
}

export interface OutgoingResponse extends CoapContent {
  readonly code: number;
  /** Set when the server accepts the observation that the request asked for. */
  readonly observing?: boolean;
}

/** Takes a large request payload block by block (Block1), for resources that must not be held in memory whole. */
export interface UploadSink {
  /** Called in order, each block once. A response ends the upload early. */
  write(chunk: Uint8Array, offset: number): Promise<OutgoingResponse | undefined>;
  /** After the last block: the final response. Either may reject: the peer gets 5.00 and the upload ends. */
  finish(): Promise<OutgoingResponse>;
  /** The upload was given up (timed out, restarted, session closed), possibly while a `write` is under way. */
  abort(): void;
}

/** What serves the peer's requests. */
export interface CoapHandler {
  onRequest(request: IncomingRequest): OutgoingResponse | Promise<OutgoingResponse>;
  /** Answers a Block1 request's first block with a sink, or undefined to have the payload collected. */
  onUpload?(request: Omit<IncomingRequest, "payload">): UploadSink | undefined;
  /** The peer cancelled an observation by Reset. Deregistration by Observe=1 arrives as a request. */
  onObservationReset?(token: Uint8Array): void;
}

export interface Notification extends CoapContent {
  readonly code: number;
  /** Confirmable unless false. */
  readonly confirmable?: boolean;
}

/** What an observation is of: the request that began it. */
export interface ObservedTarget extends Pick<CoapRequest, "path" | "accept" | "contentFormat"> {
  /** `CODE.GET` when it is left out. */
  readonly method?: number;
  /** Of a FETCH: what it asked for. */
  readonly payload?: Uint8Array;
}

export type NotifyOutcome = "acknowledged" | "sent" | "reset" | "timeout" | "closed";

/** What a request was about, and so its responses. */
export interface MessageTarget {
  readonly method: number;
  readonly path: readonly string[];
}

/**
 * What a payload says, as plain data for a record: bounded, and without secrets. `target` is not known of an answer
 * whose request was not seen.
 */
export type PayloadDescriber = (message: CoapMessage, target: MessageTarget | undefined) => unknown;

export interface CoapEndpointOptions {
  readonly session: Session;
  readonly clock: Clock;
  readonly random: Random;
  readonly handler?: CoapHandler;
  readonly parameters?: Partial<CoapParameters>;
  readonly trace?: Trace;
  /** Where the trace is detailed, payloads are in the records as this says. */
  readonly describe?: PayloadDescriber;
  /**
   * Keeps an observation whose confirmable notification timed out. RFC 7641 §4.5 has it removed, which is the default;
   * LwM2M ends observations with the registration.
   */
  readonly keepObservations?: boolean;
  /** Who the records run between. */
  readonly lifelines?: { readonly local: Lifeline; readonly peer: Lifeline };
  onClose?(reason: CloseReason): void;
}

/** Counters of what was dropped and why; bounded, never thrown. */
export interface CoapCounters {
  readonly sent: number;
  readonly received: number;
  /** Octets of the datagrams sent and received. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly retransmitted: number;
  readonly duplicates: number;
  readonly malformed: number;
  readonly unexpected: number;
}

/**
 * The endpoint: client and server on one session.
 * `CoapEndpoint` in `endpoint.ts` implements it.
 */
export interface Endpoint {
  readonly session: Session;
  /** True once the peer has sent anything valid on this session; on a secure one its handshake was that. */
  readonly heard: boolean;
  readonly counters: CoapCounters;
  request(request: CoapRequest): Promise<RequestOutcome>;
  /** Resolves when the first block is here, or with the outcome that prevented it. */
  download(
    request: DownloadRequest,
  ): Promise<{ readonly kind: "download"; readonly download: CoapDownload } | RequestOutcome>;
  /**
   * Sends a notification for an observation that a response accepted; sequence numbers are the endpoint's. `reset` when
   * there is no such observation (any more). One that a newer one overtakes before it left settles as the newer one does.
   */
  notify(token: Uint8Array, notification: Notification): Promise<NotifyOutcome>;
  /** Observes a resource of the peer; `cancel` ends it with Observe=1. */
  observe(
    request: CoapRequest,
    onNotification: (response: CoapResponse) => void,
  ): Promise<{ readonly outcome: RequestOutcome; cancel(): Promise<RequestOutcome> }>;
  /**
   * Takes over an observation that the peer made on an earlier session and still holds; false when there are too many.
   * Its notifications go on with higher sequence numbers than any clock in use has given before.
   */
  adoptObservation(token: Uint8Array, target: ObservedTarget): boolean;
  /** Forgets an observation of the peer, for example when its registration ends. */
  forgetObservation(token: Uint8Array): void;
  /** Sends an empty confirmable message and waits for the Reset (CoAP ping, RFC 7252 §4.3). */
  ping(): Promise<"alive" | "timeout" | "closed">;
  close(): void;
}
