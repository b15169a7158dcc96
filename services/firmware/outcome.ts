/** How taking a firmware image ends. Expected endings are values; an exception is a bug. */
import type { ModemErrorCode } from "../../ports/modem.ts";

export type RefusalReason =
  /** The host's certificate is not signed by a CA of the tags, is out of date, or names another host. */
  | "badCertificate"
  /** No tag holds a CA certificate. */
  | "noValidTag"
  | "unreachable"
  | "nameNotResolved"
  | "notFound"
  /** The host speaks, but not as the protocol says, or it says no. */
  | "protocol"
  | "unsupportedScheme"
  | "invalidUri"
  /** Larger than the modem's firmware area. */
  | "tooLarge"
  /** The modem has no memory for it. */
  | "noRoom"
  /** Another image than the one that the area holds a part of: erase and begin again. */
  | "changed";

export interface Refused {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  /** For people; no query, credential or content in it. */
  readonly detail: string;
  readonly httpStatus?: number;
}

/** The modem refused the image or is not able to take it. */
export interface ModemRefused {
  readonly kind: "modem";
  readonly code: ModemErrorCode;
  /** The modem's own DFU error number. */
  readonly dfu?: number;
  readonly detail: string;
}

/** The transfer broke off; what came so far is in the area and a new attempt may go on behind it. */
export interface Interrupted {
  readonly kind: "interrupted";
  /** Octets in the area. */
  readonly bytes: number;
  /** Hand it to the next attempt: the rest must belong to the same image. */
  readonly etag?: string;
  readonly detail: string;
  readonly httpStatus?: number;
}

export interface Complete {
  readonly kind: "complete";
  /** Octets of the whole image. */
  readonly bytes: number;
  readonly etag?: string;
}

export interface Aborted {
  readonly kind: "aborted";
}

export type DownloadOutcome = Complete | Interrupted | Refused | ModemRefused | Aborted;

/** A pushed package may also turn out to be the request to forget the package (5/0/0 written with one zero octet). */
export type PushOutcome = DownloadOutcome | { readonly kind: "reset" };

const MAX_DETAIL_LENGTH = 200;

export function refused(reason: RefusalReason, detail: string, httpStatus?: number): Refused {
  return { kind: "refused", reason, detail: tidy(detail), ...(httpStatus === undefined ? {} : { httpStatus }) };
}

/** One short line: what a peer sent may be part of it. */
export function tidy(detail: string): string {
  const line = detail.replace(/[^\x20-\x7e]+/g, " ").trim();
  return line.length > MAX_DETAIL_LENGTH ? `${line.slice(0, MAX_DETAIL_LENGTH - 1)}…` : line;
}
