/** What LwM2M codecs and checks refuse with. Values never enter a message: they may be keys. */
import type { Path } from "./model.ts";

export type Lwm2mErrorCode =
  /** Not a path, or not one as deep as asked. */
  | "badPath"
  /** Octets or text that break the format's own rules. */
  | "malformed"
  /** Well-formed, but not of the resource's type or arity. */
  | "typeMismatch"
  /** Of the right type, but outside of the range or enumeration. */
  | "outOfRange"
  /** Beyond one of our bounds (size, count, depth). */
  | "tooLarge"
  /** No such format, or one that cannot carry this node. */
  | "unsupportedFormat"
  | "unknownObject"
  | "unknownResource"
  /** An object definition (XML) that cannot be used. */
  | "badDefinition";

export interface Lwm2mErrorOptions {
  /** Where in the tree. */
  readonly path?: Path | undefined;
  readonly cause?: unknown;
}

export class Lwm2mError extends Error {
  override readonly name = "Lwm2mError";
  readonly code: Lwm2mErrorCode;
  readonly path?: Path;

  constructor(code: Lwm2mErrorCode, message: string, options: Lwm2mErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.path !== undefined) this.path = options.path;
  }
}
