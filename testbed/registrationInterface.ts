/** Register, Update, Deregister and Send as a management server answers them (OMA LwM2M Core 1.1 §6.2, §6.5). */
import { decodeLinks, type Link } from "../services/lwm2m/linkFormat.ts";
import type { DefinitionLookup } from "../services/lwm2m/model.ts";
import type { DevicePeer, DeviceRequest, ServerAnswer } from "./coapMessage.ts";
import { textOf } from "./coapMessage.ts";
import { type ToldValue, toldValues } from "./composite.ts";
import type { DeviceRegistry, Registration } from "./deviceRegistry.ts";

const MAX_ENDPOINT_LENGTH = 255;
const MAX_DEVICES = 100_000;
/** §6.2.1: what a Register without `lt` means. */
const DEFAULT_LIFETIME_SECONDS = 86_400;
const VERSIONS: readonly string[] = ["1.0", "1.1"];

/** What a request of a device came to. */
export type RegistrationFact =
  | { readonly type: "registered"; readonly registration: Registration }
  | { readonly type: "updated"; readonly registration: Registration }
  | { readonly type: "deregistered"; readonly registration: Registration }
  | {
      readonly type: "sent";
      readonly endpoint: string;
      readonly contentFormat: number | undefined;
      readonly payload: Uint8Array;
      /** What it said, where the format is SenML and the objects are known here. */
      readonly values?: readonly ToldValue[];
    }
  | { readonly type: "refused"; readonly endpoint: string | undefined; readonly code: string };

export interface Handled {
  readonly answer: Exclude<ServerAnswer, "silence">;
  readonly fact: RegistrationFact;
}

export function handleRequest(request: DeviceRequest, registry: DeviceRegistry, lookup: DefinitionLookup): Handled {
  const [root, location, ...rest] = request.path;
  if (root === "dp" && location === undefined) {
    return request.method === "POST" ? receiveSend(request, registry, lookup) : refuse("4.05");
  }
  if (root !== "rd" || rest.length > 0) return refuse("4.04");
  if (location === undefined) return request.method === "POST" ? register(request, registry) : refuse("4.05");
  const registered = registry.at(location);
  if (registered === undefined) return refuse("4.04");
  if (request.method === "POST") return update(request, registry, registered);
  if (request.method !== "DELETE") return refuse("4.05", registered.endpoint);
  registry.remove(registered.endpoint);
  return { answer: { code: "2.02" }, fact: { type: "deregistered", registration: registered } };
}

function register(request: DeviceRequest, registry: DeviceRegistry): Handled {
  const { query, peer } = request;
  const endpoint = query.get("ep");
  if (endpoint === undefined || endpoint === "" || endpoint.length > MAX_ENDPOINT_LENGTH) return refuse("4.00");
  const version = query.get("lwm2m") ?? "1.0";
  if (!VERSIONS.includes(version)) return refuse("4.12", endpoint);
  const lifetimeSeconds = lifetimeOf(query);
  const objects = objectsOf(request);
  if (lifetimeSeconds === "bad" || objects === "bad" || objects === undefined) return refuse("4.00", endpoint);
  if (registry.find(endpoint) === undefined && registry.size >= MAX_DEVICES) return refuse("5.03", endpoint);
  const registration = registry.add({
    endpoint,
    peer,
    lifetimeSeconds: lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS,
    version,
    ...bindingOf(query, "U"),
    objects,
  });
  return {
    answer: { code: "2.01", locationPath: ["rd", registration.location] },
    fact: { type: "registered", registration },
  };
}

/** An Update may come from another port than the Register: the device is reached there from now on. */
function update(request: DeviceRequest, registry: DeviceRegistry, before: Registration): Handled {
  const lifetimeSeconds = lifetimeOf(request.query);
  const objects = objectsOf(request);
  if (lifetimeSeconds === "bad" || objects === "bad") return refuse("4.00", before.endpoint);
  const registration: Registration = {
    ...before,
    peer: request.peer,
    ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
    ...(request.query.has("b") ? bindingOf(request.query, before.binding) : {}),
    ...(objects === undefined ? {} : { objects }),
  };
  registry.refresh(registration);
  return { answer: { code: "2.04" }, fact: { type: "updated", registration } };
}

/** §6.5: Send is taken from the address, or over the association, that a registration came from. */
function receiveSend(
  { peer, contentFormat, payload }: DeviceRequest,
  registry: DeviceRegistry,
  lookup: DefinitionLookup,
): Handled {
  const sender = registry.registrations.find((registration) => samePeer(registration.peer, peer));
  if (sender === undefined) return refuse("4.04");
  const { endpoint } = sender;
  try {
    const values = toldValues({ payload, ...(contentFormat !== undefined && { contentFormat }) }, lookup);
    const fact = { type: "sent", endpoint, contentFormat, payload, ...(values !== undefined && { values }) } as const;
    return { answer: { code: "2.04" }, fact };
  } catch {
    return refuse("4.00", endpoint);
  }
}

function samePeer(a: DevicePeer, b: DevicePeer): boolean {
  if (a.association !== undefined) return a.association === b.association;
  return b.association === undefined && a.address === b.address && a.port === b.port;
}

function refuse(code: string, endpoint?: string): Handled {
  return { answer: { code }, fact: { type: "refused", endpoint, code } };
}

function lifetimeOf(query: ReadonlyMap<string, string>): number | "bad" | undefined {
  const text = query.get("lt");
  if (text === undefined) return undefined;
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : "bad";
}

function objectsOf({ payload }: DeviceRequest): readonly Link[] | "bad" | undefined {
  if (payload.length === 0) return undefined;
  try {
    return decodeLinks(textOf(payload));
  } catch {
    return "bad";
  }
}

/** LwM2M 1.1 has a parameter `Q` of its own, 1.0 the binding `UQ`. */
function bindingOf(query: ReadonlyMap<string, string>, otherwise: string): { binding: string; queueMode: boolean } {
  const binding = query.get("b") ?? otherwise;
  return { binding, queueMode: query.has("Q") || binding.includes("Q") };
}
