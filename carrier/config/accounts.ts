/** Servers of a configuration as the accounts that a carrier is provisioned with. */
import { CoapUriError } from "../../services/coap/errors.ts";
import { parseCoapUri } from "../../services/coap/uri.ts";
import { MAX_SECURED_SERVERS } from "../../services/lwm2m/device/consistency.ts";
import type { BootstrapProvision, ServerProvision } from "../../services/lwm2m/device/provision.ts";
import type { BootstrapConfig, RetryConfig, ServerConfig } from "./configFile.ts";
import { given } from "./given.ts";
import { type Report, type SecurityPlace, securityOf } from "./security.ts";
import { show } from "./words.ts";

/** Generic profile: one hour. */
export const DEFAULT_LIFETIME_SECONDS = 3_600;

/** What keys are read by. */
type Reading = Omit<SecurityPlace, "key">;

export function bootstrapOf(config: BootstrapConfig, reading: Reading): BootstrapProvision {
  checkUri("bootstrap", config, reading.report);
  return {
    uri: config.uri,
    security: securityOf(config.security, { ...reading, key: "bootstrap.security" }),
    ...given({ holdOffSeconds: config.holdOff, accountTimeoutSeconds: config.accountTimeout }),
  };
}

export function serversOf(configs: readonly ServerConfig[], reading: Reading): readonly ServerProvision[] {
  const { report } = reading;
  const servers = configs.map((config, index) => serverOf(config, index, reading));
  const secured = servers.flatMap(({ security }, index) => (security.mode === "none" ? [] : [index]));
  for (const index of secured.slice(MAX_SECURED_SERVERS)) {
    const hint = `a modem has keys for ${MAX_SECURED_SERVERS} management servers`;
    report({ key: `servers[${index}].security`, is: "is one too many", hint });
  }
  for (const [index, { shortServerId }] of servers.entries()) {
    const first = servers.findIndex((other) => other.shortServerId === shortServerId);
    if (first === index) continue;
    const hint = `servers[${first}] has it too; allowed is another one for each server`;
    report({ key: `servers[${index}].shortServerId`, is: `is ${shortServerId}`, hint });
  }
  return servers;
}

function serverOf(config: ServerConfig, index: number, reading: Reading): ServerProvision {
  const key = `servers[${index}]`;
  const { uri, security, shortServerId = index + 1, lifetime = DEFAULT_LIFETIME_SECONDS, retry, ...rest } = config;
  checkUri(key, config, reading.report);
  return {
    uri,
    security: securityOf(security, { ...reading, key: `${key}.security` }),
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

/** The URI, and whether its scheme and the security go together. */
function checkUri(key: string, { uri, security }: Pick<ServerConfig, "uri" | "security">, report: Report): void {
  try {
    const { secure } = parseCoapUri(uri);
    if (secure && security === undefined) {
      report({ key: `${key}.security`, is: "is missing", hint: "a coaps:// URI needs psk, rpk or x509" });
    } else if (secure !== ((security?.mode ?? "none") !== "none")) {
      const hint = secure ? "a coaps:// URI needs psk, rpk or x509" : "security needs a coaps:// URI";
      report({ key: `${key}.security.mode`, is: `is ${show(security?.mode)}`, hint });
    }
  } catch (error) {
    if (!(error instanceof CoapUriError)) throw error;
    report({ key: `${key}.uri`, is: "is not a CoAP URI", hint: error.message });
  }
}
