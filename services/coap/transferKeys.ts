/**
 * What tells one block-wise transfer from another (RFC 7959 §2.4, §2.5). A FETCH or iPATCH means something else with
 * another payload (RFC 8132 §2); its later blocks are asked for with the payload, by the token, or with neither.
 */
import { CODE } from "./codes.ts";
import { formatToken } from "./token.ts";
import type { IncomingRequest } from "./types.ts";

/** The surest first. */
export type TransferKeys = readonly [string, ...string[]];

type Asked = Pick<IncomingRequest, "method" | "path" | "query" | "accept" | "contentFormat" | "payload" | "token">;

/** `partOfPayload`: the request carries one block of several, which tells nothing. */
export function transferKeys(request: Asked, partOfPayload = false): TransferKeys {
  const { method, path, query, accept, contentFormat, payload, token } = request;
  const payloadCounts = method === CODE.FETCH || method === CODE.IPATCH;
  // Requests for later blocks have no payload, and then no Content-Format either.
  const head = JSON.stringify([method, path, query, accept ?? null, payloadCounts ? null : (contentFormat ?? null)]);
  if (!payloadCounts) return [head];
  const byToken = `${head} token ${formatToken(token)}`;
  if (partOfPayload || payload.length === 0) return [byToken, head];
  return [`${head} payload ${String.fromCharCode(...payload)}`, byToken, head];
}
