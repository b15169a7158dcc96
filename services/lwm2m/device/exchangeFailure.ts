/** Why a request of the registration or bootstrap interface did not do what it asked for. */

import type { CloseReason } from "../../../ports/transport.ts";
import { CODE } from "../../coap/codes.ts";
import type { Endpoint, RequestOutcome } from "../../coap/types.ts";

export type ExchangeFailure =
  /** `code` as on the wire, `0b100_00100` for 4.04; `detail` is the server's diagnostic text. */
  | { readonly kind: "refused"; readonly code: number; readonly detail?: string }
  /** 5.03, with the wait that Max-Age names. */
  | { readonly kind: "unavailable"; readonly retryAfterSeconds?: number }
  /** No response, or a Reset. `heard`: the peer has said something valid on this session before. */
  | { readonly kind: "noAnswer"; readonly heard: boolean }
  | { readonly kind: "closed"; readonly reason: CloseReason }
  | { readonly kind: "aborted" }
  /** The server broke a rule of the protocol. */
  | { readonly kind: "invalid"; readonly detail: string };

const MAX_DETAIL_OCTETS = 256;

/** For every outcome that is not the success the request hoped for. */
export function exchangeFailure(endpoint: Endpoint, outcome: RequestOutcome): ExchangeFailure {
  switch (outcome.kind) {
    case "response": {
      const { code, payload, maxAge } = outcome.response;
      if (code === CODE.SERVICE_UNAVAILABLE) {
        return { kind: "unavailable", ...(maxAge !== undefined && { retryAfterSeconds: maxAge }) };
      }
      const detail = new TextDecoder().decode(payload.subarray(0, MAX_DETAIL_OCTETS));
      return { kind: "refused", code, ...(detail !== "" && { detail }) };
    }
    case "timeout":
    case "reset":
      return { kind: "noAnswer", heard: endpoint.heard };
    case "closed":
      return { kind: "closed", reason: outcome.reason };
    case "aborted":
      return { kind: "aborted" };
    case "protocolError":
      return { kind: "invalid", detail: outcome.detail };
  }
}
