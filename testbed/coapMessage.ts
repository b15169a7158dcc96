/** Requests and answers as the testbed's servers see them; codes are text, `2.05`. Numbers of options: RFC 7252 §5.10. */
import type { IncomingMessage } from "coap";
import type { PeerAddress } from "../ports/transport.ts";
import { CONTENT_FORMAT } from "../services/lwm2m/contentFormat.ts";

export type CoapMethod = "GET" | "POST" | "PUT" | "DELETE" | "FETCH" | "PATCH" | "iPATCH";

/** Where a device is. */
export interface DevicePeer extends PeerAddress {
  /** Over DTLS: the loopback port that stands for its association, and by which it is reached. */
  readonly association?: number;
}

/** A request that a device sent. */
export interface DeviceRequest {
  readonly peer: DevicePeer;
  readonly method: CoapMethod;
  readonly path: readonly string[];
  /** `ep=a` as [`ep`, `a`]; a valueless `Q` has the value "". */
  readonly query: ReadonlyMap<string, string>;
  readonly contentFormat?: number;
  readonly payload: Uint8Array;
}

/** What a server answers, or `silence`: nothing at all, not even an acknowledgement, to this request's repeats either. */
export type ServerAnswer =
  | {
      readonly code: string;
      readonly locationPath?: readonly string[];
      readonly contentFormat?: number;
      readonly payload?: Uint8Array;
    }
  | "silence";

/** A request to a device. */
export interface ServerRequest {
  readonly to: DevicePeer;
  readonly method: CoapMethod;
  /** `/3/0`. */
  readonly path: string;
  readonly query?: readonly string[];
  readonly contentFormat?: number;
  readonly accept?: number;
  readonly payload?: Uint8Array;
}

/** What a device answered; `payload` is complete however many blocks it came in. */
export interface DeviceAnswer {
  readonly code: string;
  readonly contentFormat?: number;
  readonly payload: Uint8Array;
  /** The block size that the device answered a Block1 request with, in octets. */
  readonly blockSize?: number;
}

/** True for 2.xx. */
export function succeeded(answer: { readonly code: string }): boolean {
  return answer.code.startsWith("2.");
}

export function textOf(payload: Uint8Array): string {
  return new TextDecoder().decode(payload);
}

/** node-coap gives the formats that it knows as media types, others as numbers. */
const FORMAT_OF_MEDIA_TYPE: Readonly<Record<string, number>> = {
  "text/plain": CONTENT_FORMAT.text,
  "application/link-format": CONTENT_FORMAT.link,
  "application/octet-stream": CONTENT_FORMAT.opaque,
  "application/cbor": CONTENT_FORMAT.cbor,
  "application/senml+json": CONTENT_FORMAT.senmlJson,
  "application/senml+cbor": CONTENT_FORMAT.senmlCbor,
  "application/senml-etch+json": CONTENT_FORMAT.senmlEtchJson,
  "application/senml-etch+cbor": CONTENT_FORMAT.senmlEtchCbor,
  "application/vnd.oma.lwm2m+tlv": CONTENT_FORMAT.tlv,
  "application/vnd.oma.lwm2m+json": CONTENT_FORMAT.json,
};

export function deviceRequest(message: IncomingMessage, peer: DevicePeer): DeviceRequest {
  const format = contentFormatOf(message);
  return {
    peer,
    method: message.method,
    path: optionTexts(message, "Uri-Path"),
    query: new Map(optionTexts(message, "Uri-Query").map(splitParameter)),
    ...(format === undefined ? {} : { contentFormat: format }),
    payload: octets(message.payload),
  };
}

export function deviceAnswer(message: IncomingMessage, payload: Buffer = message.payload): DeviceAnswer {
  const format = contentFormatOf(message);
  const block1 = message._packet.options?.find((option) => option.name === "Block1")?.value as Buffer | undefined;
  return {
    code: message.code,
    ...(format === undefined ? {} : { contentFormat: format }),
    payload: octets(payload),
    // The exponent is the option's lowest three bits (RFC 7959 §2.2); an empty option is a zero.
    ...(block1 === undefined ? {} : { blockSize: 16 << ((block1.at(-1) ?? 0) & 0b111) }),
  };
}

function contentFormatOf(message: IncomingMessage): number | undefined {
  const format = message.headers["Content-Format"];
  return typeof format === "number" ? format : FORMAT_OF_MEDIA_TYPE[String(format)];
}

function optionTexts(message: IncomingMessage, name: string): string[] {
  const options = message._packet.options ?? [];
  return options.filter((option) => option.name === name).map((option) => textOf(option.value));
}

function splitParameter(text: string): [string, string] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, ""] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** A copy: node-coap's buffers are views of larger ones. */
function octets(buffer: Buffer | undefined): Uint8Array {
  return buffer === undefined ? new Uint8Array() : new Uint8Array(buffer);
}
