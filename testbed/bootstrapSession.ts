/** One bootstrap of one device: Discover, Delete, Write, Finish (OMA LwM2M Core 1.1 §6.1.7). */
import { CONTENT_FORMAT } from "../services/lwm2m/contentFormat.ts";
import { findFormat, formatOf } from "../services/lwm2m/formats.ts";
import { decodeLinks } from "../services/lwm2m/linkFormat.ts";
import type { InstanceValues, ObjectDefinition } from "../services/lwm2m/model.ts";
import { SECURITY } from "../services/lwm2m/objects/security.ts";
import { SERVER } from "../services/lwm2m/objects/server.ts";
import { type DeviceAccounts, securityInstance, serverInstance } from "./account.ts";
import type { BootstrapBehaviour, BootstrapEvent } from "./bootstrapServer.ts";
import { type CoapMethod, type DeviceAnswer, type DevicePeer, succeeded, textOf } from "./coapMessage.ts";
import type { CoapPort } from "./coapPort.ts";

/** Where the device keeps its bootstrap account when it does not tell. */
const BOOTSTRAP_INSTANCE = 0;
const SECURITY_INSTANCE = /^\/0\/(\d+)$/;

export interface BootstrapSessionOptions {
  readonly port: CoapPort;
  readonly endpoint: string;
  readonly peer: DevicePeer;
  readonly accounts: DeviceAccounts;
  readonly discover: boolean;
  /** What the device likes to be written in (`pct`); TLV where it does not say, or what it says cannot be written. */
  readonly preferredFormat?: number;
  readonly behaviour: BootstrapBehaviour["kind"] | undefined;
  readonly signal: AbortSignal;
  record(event: BootstrapEvent): void;
}

/** Resolves when the device has answered the Finish, or has refused it. Rejects when the device falls silent. */
export async function runBootstrapSession(options: BootstrapSessionOptions): Promise<void> {
  const { endpoint, behaviour, record } = options;
  const occupied = options.discover ? await discoverBootstrapInstance(options) : BOOTSTRAP_INSTANCE;
  const deleted = await send(options, "DELETE", "/");
  record({ type: "deleted", endpoint, path: "/", code: deleted.code });

  const servers = behaviour === "omitObjects" ? [] : options.accounts.servers;
  let securityId = 0;
  for (const [serverId, account] of servers.entries()) {
    if (securityId === occupied) securityId++;
    await writeInstance(options, SECURITY, securityId, securityInstance(account));
    await writeInstance(options, SERVER, serverId, serverInstance(account));
    securityId++;
  }

  if (behaviour === "neverFinish") return;
  const finished = await send(options, "POST", "/bs");
  record({ type: succeeded(finished) ? "finished" : "finishRefused", endpoint, code: finished.code });
}

/** The instance of object 0 without a short server id is the bootstrap account's; Delete leaves it alone. */
async function discoverBootstrapInstance(options: BootstrapSessionOptions): Promise<number> {
  const answer = await send(options, "GET", "/", { accept: CONTENT_FORMAT.link });
  options.record({ type: "discovered", endpoint: options.endpoint, code: answer.code, links: textOf(answer.payload) });
  if (!succeeded(answer)) return BOOTSTRAP_INSTANCE;
  for (const { target, attributes } of decodeLinks(textOf(answer.payload))) {
    const instance = SECURITY_INSTANCE.exec(target)?.[1];
    if (instance !== undefined && attributes.ssid === undefined) return Number(instance);
  }
  return BOOTSTRAP_INSTANCE;
}

async function writeInstance(
  options: BootstrapSessionOptions,
  definition: ObjectDefinition,
  instanceId: number,
  values: InstanceValues,
): Promise<void> {
  const path = `/${definition.id}/${instanceId}`;
  const place = { objectId: definition.id, instanceId };
  const node = { kind: "instance", path: place, definition, values } as const;
  const preferred = options.preferredFormat === undefined ? undefined : findFormat(options.preferredFormat);
  const format = preferred?.writable === true && preferred.carries(node) ? preferred : formatOf(CONTENT_FORMAT.tlv);
  const whole = format.encode(node);
  // A wrong write: the last value is cut off in the middle.
  const payload = options.behaviour === "wrongWrites" ? whole.subarray(0, -1) : whole;
  const answer = await send(options, "PUT", path, { contentFormat: format.number, payload });
  options.record({ type: "wrote", endpoint: options.endpoint, path, code: answer.code });
}

async function send(
  options: BootstrapSessionOptions,
  method: CoapMethod,
  path: string,
  content: { readonly accept?: number; readonly contentFormat?: number; readonly payload?: Uint8Array } = {},
): Promise<DeviceAnswer> {
  options.signal.throwIfAborted();
  return options.port.request({ to: options.peer, method, path, ...content });
}
