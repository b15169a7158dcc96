/** A `coap` record as the message that it tells of (RFC 7252 §3), so that a dissector shows it. */
import type { TraceRecord } from "../../../ports/trace.ts";
import { ByteWriter, fromHex, utf8 } from "./byteWriter.ts";

const TYPES: Readonly<Record<string, number>> = { CON: 0, NON: 1, ACK: 2, RST: 3 };
const VERSION = 0b01_00_0000;
const PAYLOAD_MARKER = 0xff;
const JSON_FORMAT = 50;
/** Octets of a payload that are written. */
const MAX_PAYLOAD = 4096;

const OBSERVE = 6;
const URI_PATH = 11;
const CONTENT_FORMAT = 12;
const URI_QUERY = 15;
const BLOCK2 = 23;
const BLOCK1 = 27;
/** Options whose values are numbers, and those whose values are text (RFC 7252 §5.10); all others are octets. */
const UINTS: ReadonlySet<number> = new Set([OBSERVE, 7, CONTENT_FORMAT, 14, 17, BLOCK2, BLOCK1, 28, 60]);
const TEXTS: ReadonlySet<number> = new Set([3, 8, URI_PATH, URI_QUERY, 20, 35, 39]);

interface Option {
  readonly number: number;
  readonly value: Uint8Array;
}

/**
 * Undefined for a datagram that was no message. What was carried is not in the record as it was on the wire: its decoded
 * form stands in the payload, as JSON.
 */
export function coapPacket(record: TraceRecord): Uint8Array | undefined {
  const [, codeClass, detail] = /^([0-7])\.(\d\d)$/.exec(String(record.code)) ?? [];
  const type = TYPES[String(record.type)];
  if (codeClass === undefined || detail === undefined || type === undefined) return undefined;
  const token = fromHex(String(record.token ?? "")).subarray(0, 8);
  const writer = new ByteWriter("big");
  writer.u8(VERSION | (type << 4) | token.length).u8((Number(codeClass) << 5) | (Number(detail) & 31));
  writer.u16(Number(record.mid ?? 0) & 0xffff).bytes(token);
  const payload = payloadOf(record);
  writeOptions(writer, optionsOf(record, payload !== undefined));
  if (payload !== undefined) writer.u8(PAYLOAD_MARKER).bytes(payload);
  return writer.done();
}

function payloadOf({ payload }: TraceRecord): Uint8Array | undefined {
  if (payload === undefined) return undefined;
  const octets = utf8(JSON.stringify(payload));
  return octets.length > MAX_PAYLOAD ? octets.slice(0, MAX_PAYLOAD) : octets;
}

function optionsOf(record: TraceRecord, asJson: boolean): Option[] {
  const listed = Array.isArray(record.options)
    ? (record.options as unknown[]).flatMap((option) => listedOption(option))
    : toldOptions(record);
  const options = asJson
    ? [
        ...listed.filter(({ number }) => number !== CONTENT_FORMAT),
        { number: CONTENT_FORMAT, value: uint(JSON_FORMAT) },
      ]
    : listed;
  return options.sort((one, other) => one.number - other.number);
}

function listedOption(option: unknown): Option[] {
  const { number, value } = (option ?? {}) as { number?: unknown; value?: unknown };
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > 65_535) return [];
  return [{ number, value: optionValue(number, value) }];
}

function optionValue(number: number, value: unknown): Uint8Array {
  if (UINTS.has(number)) return typeof value === "object" ? block(value) : uint(Number(value));
  return TEXTS.has(number) ? utf8(String(value)) : fromHex(String(value));
}

/** Of a record that nobody looked at closely when it was made. */
function toldOptions({ path, query, observe, contentFormat, block1, block2 }: TraceRecord): Option[] {
  const options: Option[] = [];
  for (const segment of String(path ?? "").split("/"))
    if (segment !== "") options.push({ number: URI_PATH, value: utf8(decoded(segment)) });
  for (const part of String(query ?? "").split("&"))
    if (part !== "") options.push({ number: URI_QUERY, value: utf8(part) });
  if (typeof observe === "number") options.push({ number: OBSERVE, value: uint(observe) });
  if (typeof contentFormat === "number") options.push({ number: CONTENT_FORMAT, value: uint(contentFormat) });
  if (block1 !== undefined) options.push({ number: BLOCK1, value: block(block1) });
  if (block2 !== undefined) options.push({ number: BLOCK2, value: block(block2) });
  return options;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function writeOptions(writer: ByteWriter, options: readonly Option[]): void {
  let before = 0;
  for (const { number, value } of options) {
    const delta = nibble(number - before);
    const length = nibble(value.length);
    writer
      .u8((delta.nibble << 4) | length.nibble)
      .bytes(delta.extended)
      .bytes(length.extended)
      .bytes(value);
    before = number;
  }
}

/** Delta and length of an option (RFC 7252 §3.1). */
function nibble(value: number): { readonly nibble: number; readonly extended: Uint8Array } {
  if (value < 13) return { nibble: value, extended: new Uint8Array() };
  if (value < 269) return { nibble: 13, extended: Uint8Array.of(value - 13) };
  return { nibble: 14, extended: Uint8Array.of((value - 269) >> 8, (value - 269) & 0xff) };
}

function uint(value: number): Uint8Array {
  const octets: number[] = [];
  for (let rest = Number.isFinite(value) ? Math.max(0, Math.floor(value)) : 0; rest > 0; rest = Math.floor(rest / 256))
    octets.unshift(rest % 256);
  return Uint8Array.from(octets.slice(-4));
}

/** NUM, M and SZX (RFC 7959 §2.2). */
function block(told: unknown): Uint8Array {
  const { num, more, size } = (told ?? {}) as { num?: unknown; more?: unknown; size?: unknown };
  const szx = Math.min(6, Math.max(0, Math.log2(Number(size) || 16) - 4));
  return uint((Number(num) || 0) * 16 + (more === true ? 8 : 0) + Math.floor(szx));
}
