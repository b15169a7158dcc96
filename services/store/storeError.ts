/** What the store refuses with: which document, where in it, why, and what to do about it. */

export type StoreErrorCode =
  /** The document's octets are not what was written. */
  | "corrupt"
  /** Written by a newer release, in a form that this one does not know. */
  | "version"
  /** Another process holds the folder. */
  | "locked"
  /** A document name that cannot be a file name. */
  | "name"
  /** A key that is missing, wrong or not 32 octets long. */
  | "key"
  /** A secret document does not take what was asked of it. */
  | "secret"
  | "tooLarge"
  /** The file system refused; `cause` is its error. */
  | "io"
  | "closed";

export interface StoreErrorDetails {
  /** The document's file, or its name where it is no file. */
  readonly file: string;
  /** Offset in octets, or path of the field. */
  readonly position?: number | string;
  readonly reason: string;
  /** What to do. */
  readonly cure: string;
  readonly cause?: unknown;
}

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  readonly file: string;
  readonly position: number | string | undefined;
  readonly reason: string;
  readonly cure: string;

  constructor(code: StoreErrorCode, details: StoreErrorDetails) {
    const { file, position, reason, cure, cause } = details;
    const where =
      position === undefined ? "" : typeof position === "number" ? ` at octet ${position}` : ` at ${position}`;
    super(`${file}${where}: ${reason}; ${cure}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.file = file;
    this.position = position;
    this.reason = reason;
    this.cure = cure;
  }
}
