/**
 * The message format (RFC 7252 §3):
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   |Ver| T |  TKL  |      Code     |          Message ID           |
 *   |   Token (0..8) …  |  Options …  |1 1 1 1 1 1 1 1|  Payload …
 */
import { CODE, codeClass } from "./codes.ts";
import { CoapFormatError, CoapUsageError } from "./errors.ts";
import type { CoapMessage, CoapOption, CoapType } from "./types.ts";

/** Index is the value of T. */
const TYPES = ["CON", "NON", "ACK", "RST"] as const satisfies readonly CoapType[];
const TYPE_BITS = { CON: 0b00_0000, NON: 0b01_0000, ACK: 0b10_0000, RST: 0b11_0000 } as const;

const VERSION_1 = 0b01_00_0000;
const HEADER_OCTETS = 4;
const MAX_TOKEN_OCTETS = 8;
const MAX_OPTION_NUMBER = 0xffff;
const MAX_OPTION_OCTETS = 0xffff + 269;
const PAYLOAD_MARKER = 0xff;

/** Nibbles of an option's delta and length (RFC 7252 §3.1). */
const ONE_OCTET_MORE = 13;
const TWO_OCTETS_MORE = 14;
const RESERVED = 15;

const NOTHING = new Uint8Array(0);
const NO_OPTIONS: readonly CoapOption[] = [];

/** Throws `CoapUsageError` when the message has no encoding: options out of order, token too long. */
export function encodeMessage(message: CoapMessage): Uint8Array {
  const { token, options, payload } = message;
  if (token.length > MAX_TOKEN_OCTETS) {
    throw new CoapUsageError("message", `token of ${token.length} octets; at most ${MAX_TOKEN_OCTETS} fit`);
  }
  const bytes = new Uint8Array(encodedLength(message));
  bytes[0] = VERSION_1 | TYPE_BITS[message.type] | token.length;
  bytes[1] = message.code;
  bytes[2] = message.messageId >> 8;
  bytes[3] = message.messageId;
  let at = HEADER_OCTETS;
  for (let index = 0; index < token.length; index++) bytes[at++] = token[index]!;
  let number = 0;
  for (let index = 0; index < options.length; index++) {
    const option = options[index]!;
    at = writeOption(bytes, at, option.number - number, option.value);
    number = option.number;
  }
  if (payload.length > 0) {
    bytes[at++] = PAYLOAD_MARKER;
    bytes.set(payload, at);
  }
  return bytes;
}

/** Throws `CoapFormatError` and nothing else. Values are views of `bytes`. */
export function decodeMessage(bytes: Uint8Array): CoapMessage {
  if (bytes.length < HEADER_OCTETS) {
    throw new CoapFormatError("truncated", bytes.length, "the header has four octets");
  }
  const first = bytes[0]!;
  if (first >> 6 !== 1) throw new CoapFormatError("version", 0, `version ${first >> 6} is not known`);
  const code = bytes[1]!;
  const messageId = (bytes[2]! << 8) | bytes[3]!;
  const type = (first >> 4) & 0b11;
  const tokenLength = first & 0b1111;
  if (code === CODE.EMPTY && (tokenLength > 0 || bytes.length > HEADER_OCTETS)) {
    throw fault("emptyWithContent", HEADER_OCTETS, "an empty message ends after the message id", bytes);
  }
  if (tokenLength > MAX_TOKEN_OCTETS) {
    throw fault("tokenLength", 0, `token length ${tokenLength} is reserved`, bytes);
  }
  if (isReservedClass(code)) throw fault("reservedCode", 1, `code class ${codeClass(code)} is reserved`, bytes);
  const optionsAt = HEADER_OCTETS + tokenLength;
  if (bytes.length < optionsAt) throw fault("truncated", bytes.length, "the token ends early", bytes);

  const message = {
    type: TYPES[type]!,
    code,
    messageId,
    token: tokenLength === 0 ? NOTHING : bytes.subarray(HEADER_OCTETS, optionsAt),
    options: NO_OPTIONS,
    payload: NOTHING,
  };
  if (bytes.length > optionsAt) readTail(bytes, optionsAt, message);
  return message;
}

/** Reads options and payload into `message`. */
function readTail(bytes: Uint8Array, start: number, message: { options: readonly CoapOption[]; payload: Uint8Array }) {
  const end = bytes.length;
  const options: CoapOption[] = [];
  message.options = options;
  let at = start;
  let number = 0;
  while (at < end) {
    const initial = bytes[at]!;
    if (initial === PAYLOAD_MARKER) {
      if (at + 1 === end) throw fault("payloadMarker", at, "a payload marker without payload", bytes);
      message.payload = bytes.subarray(at + 1);
      return;
    }
    const optionAt = at++;
    let delta = initial >> 4;
    let length = initial & 0b1111;
    if (delta === RESERVED) throw fault("optionDelta", optionAt, "option delta 15 is reserved", bytes);
    if (length === RESERVED) throw fault("optionLength", optionAt, "option length 15 is reserved", bytes);
    if (delta >= ONE_OCTET_MORE) {
      const wide = delta === TWO_OCTETS_MORE;
      delta = extended(bytes, at, wide);
      at += wide ? 2 : 1;
    }
    if (length >= ONE_OCTET_MORE) {
      const wide = length === TWO_OCTETS_MORE;
      length = extended(bytes, at, wide);
      at += wide ? 2 : 1;
    }
    number += delta;
    if (number > MAX_OPTION_NUMBER)
      throw fault("optionNumber", optionAt, `option number ${number} is too large`, bytes);
    if (at + length > end) throw fault("truncated", end, `an option's value of ${length} octets ends early`, bytes);
    options.push({ number, value: length === 0 ? NOTHING : bytes.subarray(at, at + length) });
    at += length;
  }
}

function extended(bytes: Uint8Array, at: number, wide: boolean): number {
  if (at + (wide ? 2 : 1) > bytes.length) throw fault("truncated", bytes.length, "an option ends early", bytes);
  return wide ? ((bytes[at]! << 8) | bytes[at + 1]!) + 269 : bytes[at]! + 13;
}

function encodedLength({ token, options, payload }: CoapMessage): number {
  let length = HEADER_OCTETS + token.length + (payload.length > 0 ? 1 + payload.length : 0);
  let number = 0;
  for (let index = 0; index < options.length; index++) {
    const option = options[index]!;
    const delta = option.number - number;
    if (delta < 0 || option.number > MAX_OPTION_NUMBER || option.value.length > MAX_OPTION_OCTETS) {
      throw new CoapUsageError("message", `option ${option.number} does not fit after option ${number}`);
    }
    length += 1 + extraOctets(delta) + extraOctets(option.value.length) + option.value.length;
    number = option.number;
  }
  return length;
}

function extraOctets(value: number): number {
  return value < 13 ? 0 : value < 269 ? 1 : 2;
}

function nibble(value: number): number {
  return value < 13 ? value : value < 269 ? ONE_OCTET_MORE : TWO_OCTETS_MORE;
}

function writeOption(bytes: Uint8Array, start: number, delta: number, value: Uint8Array): number {
  let at = start;
  bytes[at++] = (nibble(delta) << 4) | nibble(value.length);
  at = writeExtended(bytes, at, delta);
  at = writeExtended(bytes, at, value.length);
  // Option values are mostly a few octets, for which a loop is quicker than `set`.
  for (let index = 0; index < value.length; index++) bytes[at++] = value[index]!;
  return at;
}

function writeExtended(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  if (value >= 269) {
    bytes[at++] = (value - 269) >> 8;
    bytes[at++] = value - 269;
  } else if (value >= 13) {
    bytes[at++] = value - 13;
  }
  return at;
}

/** RFC 7252 §3: every class but 0, 2, 4 and 5 is reserved; §4.2 has such a message rejected. */
function isReservedClass(code: number): boolean {
  const kind = codeClass(code);
  return kind === 1 || kind === 3 || kind >= 6;
}

function fault(code: CoapFormatError["code"], offset: number, detail: string, bytes: Uint8Array): CoapFormatError {
  const header = { type: (bytes[0]! >> 4) & 0b11, messageId: (bytes[2]! << 8) | bytes[3]! };
  return new CoapFormatError(code, offset, detail, header);
}
