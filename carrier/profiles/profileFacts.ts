/** What a profile changes of the facts that the charts begin with. */
import type { DeviceFacts } from "../../machines/carrierModel.ts";
import type { RetrySettings } from "../../machines/settings.ts";
import { ACCOUNT_DEFAULTS, type RetryPolicy, type ServerAccount } from "../../services/lwm2m/device/accounts.ts";
import type { ObjectTree } from "../../services/lwm2m/device/tree.ts";
import { SERVER } from "../../services/lwm2m/objects/server.ts";
import type { Profile } from "./profile.ts";

const COUNT = 17;
const TIMER = 18;
const SEQUENCE_DELAY = 19;
const SEQUENCE_COUNT = 20;

/** An account's retry policy: what its server wrote, else the profile's, else LwM2M's. */
export function retryFor(tree: ObjectTree, { serverInstanceId }: ServerAccount, { retry }: Profile): RetryPolicy {
  const defaults = { ...ACCOUNT_DEFAULTS.retry, ...retry };
  const value = (resource: number, otherwise: number) =>
    Number(tree.get(SERVER.id, serverInstanceId, resource) ?? otherwise);
  return {
    count: value(COUNT, defaults.count),
    timerSeconds: value(TIMER, defaults.timerSeconds),
    sequenceDelaySeconds: value(SEQUENCE_DELAY, defaults.sequenceDelaySeconds),
    sequenceCount: value(SEQUENCE_COUNT, defaults.sequenceCount),
  };
}

/** @param bootstrapRetry what counts without a profile. */
export function profileFacts(
  { retry, registrationExhausted }: Profile,
  bootstrapRetry: RetrySettings,
): Pick<DeviceFacts, "bootstrapRetry" | "registrationExhausted"> {
  return {
    ...(retry && { bootstrapRetry: { ...bootstrapRetry, ...retry } }),
    ...(registrationExhausted && { registrationExhausted }),
  };
}
