/** How a refusal becomes a response: one place for codes of errors (OMA LwM2M Core 1.1 §6.3, Table 6.3.-1). */
import { CODE } from "../../coap/codes.ts";
import type { OutgoingResponse } from "../../coap/types.ts";
import { Lwm2mError, type Lwm2mErrorCode } from "../errors.ts";
import type { Refusal } from "./behaviour.ts";

const CODES: Readonly<Record<Lwm2mErrorCode, number>> = {
  badPath: CODE.BAD_REQUEST,
  malformed: CODE.BAD_REQUEST,
  typeMismatch: CODE.BAD_REQUEST,
  outOfRange: CODE.BAD_REQUEST,
  tooLarge: CODE.REQUEST_ENTITY_TOO_LARGE,
  unsupportedFormat: CODE.UNSUPPORTED_CONTENT_FORMAT,
  unknownObject: CODE.NOT_FOUND,
  unknownResource: CODE.NOT_FOUND,
  badDefinition: CODE.INTERNAL_SERVER_ERROR,
};

/** A codec's or check's error as a refusal; anything else is our fault and says nothing of itself. */
export function refusalOfError(error: unknown): Refusal {
  if (error instanceof Lwm2mError) return { code: CODES[error.code], detail: error.message };
  return { code: CODE.INTERNAL_SERVER_ERROR, detail: "internal error" };
}

/** With a diagnostic payload (RFC 7252 §5.5.2). */
export function refusalResponse({ code, detail }: Refusal): OutgoingResponse {
  return { code, payload: new TextEncoder().encode(detail) };
}
