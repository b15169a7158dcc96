/** Method and response codes (RFC 7252 §12.1; RFC 7959 §6; RFC 8132 §6). A code is the octet `0bCCC_DDDDD`. */
import { CoapUsageError } from "./errors.ts";

export const CODE = {
  EMPTY: 0b000_00000,
  GET: 0b000_00001,
  POST: 0b000_00010,
  PUT: 0b000_00011,
  DELETE: 0b000_00100,
  FETCH: 0b000_00101,
  PATCH: 0b000_00110,
  IPATCH: 0b000_00111,
  CREATED: 0b010_00001,
  DELETED: 0b010_00010,
  VALID: 0b010_00011,
  CHANGED: 0b010_00100,
  CONTENT: 0b010_00101,
  CONTINUE: 0b010_11111,
  BAD_REQUEST: 0b100_00000,
  UNAUTHORIZED: 0b100_00001,
  BAD_OPTION: 0b100_00010,
  FORBIDDEN: 0b100_00011,
  NOT_FOUND: 0b100_00100,
  METHOD_NOT_ALLOWED: 0b100_00101,
  NOT_ACCEPTABLE: 0b100_00110,
  REQUEST_ENTITY_INCOMPLETE: 0b100_01000,
  CONFLICT: 0b100_01001,
  PRECONDITION_FAILED: 0b100_01100,
  REQUEST_ENTITY_TOO_LARGE: 0b100_01101,
  UNSUPPORTED_CONTENT_FORMAT: 0b100_01111,
  UNPROCESSABLE_ENTITY: 0b100_10110,
  INTERNAL_SERVER_ERROR: 0b101_00000,
  NOT_IMPLEMENTED: 0b101_00001,
  BAD_GATEWAY: 0b101_00010,
  SERVICE_UNAVAILABLE: 0b101_00011,
  GATEWAY_TIMEOUT: 0b101_00100,
  PROXYING_NOT_SUPPORTED: 0b101_00101,
} as const;

/** The class: 0 request or empty, 2 success, 4 client error, 5 server error. */
export function codeClass(code: number): number {
  return code >> 5;
}

export function isRequest(code: number): boolean {
  return code > CODE.EMPTY && code < 0b001_00000;
}

export function isResponse(code: number): boolean {
  const kind = codeClass(code);
  return kind === 2 || kind === 4 || kind === 5;
}

export function isSuccess(code: number): boolean {
  return codeClass(code) === 2;
}

/** `c.dd`, for example `2.05`. */
export function formatCode(code: number): string {
  const detail = code & 0b11111;
  return `${codeClass(code)}.${detail < 10 ? "0" : ""}${detail}`;
}

/** The code written as `c.dd`; throws `CoapUsageError` for any other text. */
export function parseCode(text: string): number {
  const match = /^([0-7])\.([0-2][0-9]|3[01])$/.exec(text);
  if (match === null) throw new CoapUsageError("message", `${JSON.stringify(text)} is no code: write it like 2.05`);
  return (Number(match[1]) << 5) | Number(match[2]);
}
