/** What goes wrong in CoAP and whose fault it is: a message (peer), a call (caller), a transfer, a URI. */

/** The rule of RFC 7252 §3 that a message broke. */
export type CoapFormatErrorCode =
  | "truncated"
  | "version"
  | "tokenLength"
  | "reservedCode"
  | "emptyWithContent"
  | "optionDelta"
  | "optionLength"
  | "optionNumber"
  | "payloadMarker";

/** A datagram that is no CoAP message. `header` is there when the first four octets could be read. */
export class CoapFormatError extends Error {
  override readonly name = "CoapFormatError";
  readonly code: CoapFormatErrorCode;
  /** Position in the datagram, in octets. */
  readonly offset: number;
  readonly header: { readonly type: number; readonly messageId: number } | undefined;

  constructor(code: CoapFormatErrorCode, offset: number, detail: string, header?: CoapFormatError["header"]) {
    super(`${detail} (octet ${offset})`);
    this.code = code;
    this.offset = offset;
    this.header = header;
  }
}

export type CoapUsageErrorCode = "parameter" | "message" | "tooManyExchanges";

/** A call that asks for what cannot be: a parameter out of range, a message that has no encoding, too many requests. */
export class CoapUsageError extends Error {
  override readonly name = "CoapUsageError";
  readonly code: CoapUsageErrorCode;

  constructor(code: CoapUsageErrorCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

export type CoapDownloadErrorCode = "timeout" | "reset" | "closed" | "aborted" | "changed" | "refused" | "protocol";

/** A download that broke off. */
export class CoapDownloadError extends Error {
  override readonly name = "CoapDownloadError";
  readonly code: CoapDownloadErrorCode;
  /** Octets of the representation up to here have been given out; a new download may begin at it. */
  readonly offset: number;
  /** The response code, when `code` is `refused`. */
  readonly responseCode: number | undefined;

  constructor(code: CoapDownloadErrorCode, offset: number, detail: string, responseCode?: number) {
    super(`download broke off at octet ${offset}: ${detail}`);
    this.code = code;
    this.offset = offset;
    this.responseCode = responseCode;
  }
}

export type CoapUriErrorCode = "scheme" | "userInfo" | "host" | "port" | "encoding" | "length" | "fragment";

/** A URI that names no CoAP resource (RFC 7252 §6.4). */
export class CoapUriError extends Error {
  override readonly name = "CoapUriError";
  readonly code: CoapUriErrorCode;
  readonly uri: string;

  constructor(code: CoapUriErrorCode, uri: string, detail: string) {
    super(`${JSON.stringify(uri)}: ${detail}`);
    this.code = code;
    this.uri = uri;
  }
}
