/** What reading certificates and keys refuses with. Contents and passwords never enter a message. */

export type PkiErrorCode =
  /** No PEM block where one is needed. */
  | "notPem"
  /** Octets or text that break the format's own rules. */
  | "malformed"
  /** Well-formed, but of a kind that is not served. */
  | "unsupported"
  /** Beyond one of the bounds in `bounds.ts`. */
  | "tooLarge"
  /** Encrypted, and no password was given. */
  | "encrypted"
  | "wrongPassword";

export interface PkiErrorOptions {
  /** Line of the text, from 1. */
  readonly line?: number | undefined;
  /** PEM block or PKCS#12 bag, from 1. */
  readonly block?: number | undefined;
  readonly cause?: unknown;
}

export class PkiError extends Error {
  override readonly name = "PkiError";
  readonly code: PkiErrorCode;
  readonly line?: number;
  readonly block?: number;

  constructor(code: PkiErrorCode, message: string, { line, block, cause }: PkiErrorOptions = {}) {
    super(line === undefined ? message : `line ${line}: ${message}`, cause === undefined ? undefined : { cause });
    this.code = code;
    if (line !== undefined) this.line = line;
    if (block !== undefined) this.block = block;
  }
}
