/** Register, Update and De-register as exchanges with one server (OMA LwM2M Core 1.1 §6.2). When to do which is the caller's. */
import { CODE } from "../../coap/codes.ts";
import type { CoapRequest, Endpoint } from "../../coap/types.ts";
import { CONTENT_FORMAT } from "../contentFormat.ts";
import { encodeLinks } from "../linkFormat.ts";
import { registrationLinks } from "../registrationLinks.ts";
import { type ExchangeFailure, exchangeFailure } from "./exchangeFailure.ts";
import type { ObjectTree } from "./tree.ts";

/** What Update may tell anew; the rest of a registration stays. */
export interface UpdateParameters {
  readonly lifetimeSeconds?: number;
  /** `U`, the only binding of this client; with `Q` for queue mode in 1.0. */
  readonly binding?: string;
  /** MSISDN, when known. */
  readonly smsNumber?: string;
  /** The object list (`objectList`), when it is another than last time. */
  readonly objects?: string;
}

export interface RegistrationParameters extends UpdateParameters {
  readonly endpointName: string;
  readonly lifetimeSeconds: number;
  readonly objects: string;
  /** The parameter `Q` of 1.1; in 1.0 it is part of the binding. */
  readonly queueMode?: boolean;
  /** 1.1 unless the server speaks 1.0 only. */
  readonly version?: "1.0" | "1.1";
}

export type RegisterOutcome =
  /** Where the registration lives: path segments for Update and De-register. */
  { readonly kind: "created"; readonly location: readonly string[] } | ExchangeFailure;
export type UpdateOutcome = { readonly kind: "changed" } | ExchangeFailure;
export type DeregisterOutcome = { readonly kind: "deleted" } | ExchangeFailure;

/** The object list of a device, for Register and for an Update after objects came or went. */
export function objectList(
  tree: ObjectTree,
  options: { version?: "1.0" | "1.1"; contentFormats?: readonly number[] } = {},
): string {
  const objects = tree
    .objectIds()
    .map((id) => ({ definition: tree.definition(id)!, instanceIds: tree.instanceIds(id) }));
  const { version = "1.1", contentFormats } = options;
  return encodeLinks(
    registrationLinks(objects, { lwm2mVersion: version, ...(contentFormats !== undefined && { contentFormats }) }),
  );
}

export async function register(
  endpoint: Endpoint,
  parameters: RegistrationParameters,
  signal?: AbortSignal,
): Promise<RegisterOutcome> {
  const { endpointName, lifetimeSeconds, version = "1.1", binding = "U", queueMode = false, smsNumber } = parameters;
  const query = [`ep=${endpointName}`, `lt=${lifetimeSeconds}`, `lwm2m=${version}`];
  query.push(`b=${queueMode && version === "1.0" && !binding.endsWith("Q") ? `${binding}Q` : binding}`);
  if (queueMode && version === "1.1") query.push("Q");
  if (smsNumber !== undefined) query.push(`sms=${smsNumber}`);
  const request = { method: CODE.POST, path: ["rd"], query, ...listContent(parameters.objects), ...withSignal(signal) };
  const outcome = await endpoint.request(request);
  if (outcome.kind !== "response" || outcome.response.code !== CODE.CREATED) return exchangeFailure(endpoint, outcome);
  const { locationPath = [] } = outcome.response;
  if (locationPath.length === 0) return { kind: "invalid", detail: "2.01 without Location-Path" };
  // A copy without the room that an array keeps for growth: it lives as long as the registration.
  return { kind: "created", location: locationPath.slice() };
}

/** Keeps the registration alive and tells what is given. */
export async function update(
  endpoint: Endpoint,
  location: readonly string[],
  { lifetimeSeconds, binding, smsNumber, objects }: UpdateParameters = {},
  signal?: AbortSignal,
): Promise<UpdateOutcome> {
  const query: string[] = [];
  if (lifetimeSeconds !== undefined) query.push(`lt=${lifetimeSeconds}`);
  if (binding !== undefined) query.push(`b=${binding}`);
  if (smsNumber !== undefined) query.push(`sms=${smsNumber}`);
  const request = { method: CODE.POST, path: location, query, ...listContent(objects), ...withSignal(signal) };
  const outcome = await endpoint.request(request);
  const changed = outcome.kind === "response" && outcome.response.code === CODE.CHANGED;
  return changed ? { kind: "changed" } : exchangeFailure(endpoint, outcome);
}

export async function deregister(
  endpoint: Endpoint,
  location: readonly string[],
  signal?: AbortSignal,
): Promise<DeregisterOutcome> {
  const outcome = await endpoint.request({ method: CODE.DELETE, path: location, ...withSignal(signal) });
  const deleted = outcome.kind === "response" && outcome.response.code === CODE.DELETED;
  return deleted ? { kind: "deleted" } : exchangeFailure(endpoint, outcome);
}

function listContent(objects: string | undefined): Pick<CoapRequest, "contentFormat" | "payload"> {
  if (objects === undefined) return {};
  return { contentFormat: CONTENT_FORMAT.link, payload: new TextEncoder().encode(objects) };
}

function withSignal(signal: AbortSignal | undefined): Pick<CoapRequest, "signal"> {
  return signal === undefined ? {} : { signal };
}
