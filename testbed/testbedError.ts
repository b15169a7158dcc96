/** What the testbed's servers reject with when a device gives no answer or the caller asks for what is not there. */

export type TestbedErrorCode =
  /** No answer in time. */
  | "timeout"
  /** The device answered Reset. */
  | "reset"
  /** The server was closed, or is absent, while the request was under way. */
  | "closed"
  /** The socket or node-coap refused to send. */
  | "transport"
  /** No device of that name is registered. */
  | "notRegistered"
  /** The answer cannot be read as what it claims to be. */
  | "badAnswer"
  /** The port is taken by another process. */
  | "portInUse"
  /** An option is out of its range; the message says which and what is allowed. */
  | "badOption"
  /** The caller's signal gave the work up. */
  | "aborted";

export class TestbedError extends Error {
  override readonly name = "TestbedError";
  readonly code: TestbedErrorCode;

  constructor(code: TestbedErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
