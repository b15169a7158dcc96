/** Bootstrap-Request: asking for accounts (OMA LwM2M Core 1.1 §6.1.7.1). What follows is `BootstrapInterface`. */
import { CODE } from "../../coap/codes.ts";
import type { Endpoint } from "../../coap/types.ts";
import { type ExchangeFailure, exchangeFailure } from "./exchangeFailure.ts";

export interface BootstrapRequestParameters {
  readonly endpointName: string;
  /** `pct`: content format in which the client likes to be written to, for example 11542. */
  readonly preferredContentFormat?: number;
}

export type BootstrapRequestOutcome = { readonly kind: "accepted" } | ExchangeFailure;

export async function requestBootstrap(
  endpoint: Endpoint,
  { endpointName, preferredContentFormat }: BootstrapRequestParameters,
  signal?: AbortSignal,
): Promise<BootstrapRequestOutcome> {
  const query = [`ep=${endpointName}`];
  if (preferredContentFormat !== undefined) query.push(`pct=${preferredContentFormat}`);
  const request = { method: CODE.POST, path: ["bs"], query, ...(signal !== undefined && { signal }) };
  const outcome = await endpoint.request(request);
  const accepted = outcome.kind === "response" && outcome.response.code === CODE.CHANGED;
  return accepted ? { kind: "accepted" } : exchangeFailure(endpoint, outcome);
}
