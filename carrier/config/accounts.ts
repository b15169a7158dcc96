/** Servers of a configuration as the accounts that a carrier is provisioned with. */
import { CoapUriError } from "../../services/coap/errors.ts";
import { parseCoapUri } from "../../services/coap/uri.ts";
import type { AccountSecurity, BootstrapProvision, ServerProvision } from "../../services/lwm2m/device/provision.ts";
import type { SecretName } from "../../services/lwm2m/device/secretVault.ts";
import type { ConfigProblem } from "./configError.ts";
import type { BootstrapConfig, RetryConfig, SecurityConfig, ServerConfig } from "./configFile.ts";
import { given } from "./given.ts";
import { readSecret } from "./secrets.ts";

/** Generic profile: one hour. */
export const DEFAULT_LIFETIME_SECONDS = 3_600;

/** Takes what is wrong on the way. */
export type Report = (problem: ConfigProblem) => void;

/** Which key of a security goes to which resource of object 0; the first that is given. */
const SECRETS: Readonly<Record<SecurityConfig["mode"], Readonly<Partial<Record<SecretName, readonly string[]>>>>> = {
  none: {},
  psk: { publicKeyOrIdentity: ["identity"], secretKey: ["key"] },
  rpk: { serverPublicKey: ["serverPublicKey"], secretKey: ["privateKey"] },
  x509: {
    publicKeyOrIdentity: ["certificate"],
    serverPublicKey: ["serverCertificate", "trustedCa"],
    secretKey: ["privateKey"],
  },
};

/** @param folder what file names are relative to. */
export function bootstrapOf(config: BootstrapConfig, folder: string, report: Report): BootstrapProvision {
  checkUri("bootstrap.uri", config.uri, report);
  return {
    uri: config.uri,
    security: securityOf("bootstrap.security", config.security, folder, report),
    ...given({ holdOffSeconds: config.holdOff, accountTimeoutSeconds: config.accountTimeout }),
  };
}

export function serversOf(
  configs: readonly ServerConfig[],
  folder: string,
  report: Report,
): readonly ServerProvision[] {
  const servers = configs.map((config, index) => serverOf(config, index, folder, report));
  for (const [index, { shortServerId }] of servers.entries()) {
    const first = servers.findIndex((other) => other.shortServerId === shortServerId);
    if (first === index) continue;
    const hint = `servers[${first}] has it too; allowed is another one for each server`;
    report({ key: `servers[${index}].shortServerId`, is: `is ${shortServerId}`, hint });
  }
  return servers;
}

function serverOf(config: ServerConfig, index: number, folder: string, report: Report): ServerProvision {
  const key = `servers[${index}]`;
  const { uri, security, shortServerId = index + 1, lifetime = DEFAULT_LIFETIME_SECONDS, retry, ...rest } = config;
  checkUri(`${key}.uri`, uri, report);
  return {
    uri,
    security: securityOf(`${key}.security`, security, folder, report),
    shortServerId,
    lifetimeSeconds: lifetime,
    ...given({
      binding: rest.binding,
      storesNotifications: rest.storesNotifications,
      disableTimeoutSeconds: rest.disableTimeout,
      priority: rest.priority,
      initialDelaySeconds: rest.initialDelay,
      failureBlock: rest.failureBlock,
      bootstrapOnFailure: rest.bootstrapOnFailure,
      muteSend: rest.muteSend,
      retry: retry && retryOf(retry),
    }),
  };
}

export function retryOf({ count, timer, sequenceDelay, sequenceCount }: RetryConfig) {
  return given({ count, timerSeconds: timer, sequenceDelaySeconds: sequenceDelay, sequenceCount });
}

function securityOf(
  key: string,
  security: SecurityConfig = { mode: "none" },
  folder: string,
  report: Report,
): AccountSecurity {
  const { mode, ...rest } = security;
  const secrets: Partial<Record<SecretName, Uint8Array>> = {};
  for (const [name, keys] of Object.entries(SECRETS[mode])) {
    const found = keys.find((candidate) => candidate in rest);
    const text = (rest as Record<string, unknown>)[found ?? ""];
    if (found === undefined || typeof text !== "string") continue;
    const secret = found === "identity" ? new TextEncoder().encode(text) : readSecret(text, folder);
    if (secret instanceof Uint8Array) secrets[name as SecretName] = secret;
    else report({ key: `${key}.${found}`, ...secret });
  }
  const { serverName, certificateUsage } = rest as { serverName?: string; certificateUsage?: number };
  return { mode, ...(mode !== "none" && { secrets }), ...given({ serverName, certificateUsage }) };
}

function checkUri(key: string, uri: string, report: Report): void {
  try {
    parseCoapUri(uri);
  } catch (error) {
    if (!(error instanceof CoapUriError)) throw error;
    report({ key, is: "is not a CoAP URI", hint: error.message });
  }
}
