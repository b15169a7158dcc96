/** What a card answered that it should not have. */

export type SmartcardErrorCode =
  /** Status words other than success. */
  | "status"
  /** A file or answer that is not in the form that its specification has. */
  | "malformed"
  /** More than is read of any card. */
  | "tooLarge";

export class SmartcardError extends Error {
  override readonly name = "SmartcardError";
  readonly code: SmartcardErrorCode;

  /** `message` names the file or command; no content of a file is in it. */
  constructor(code: SmartcardErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
