/** What the device itself writes into object 1 (LwM2M 1.1 Appendix E.2), and what the charts need to know of an account. */
import type { ServerFacts } from "../machines/outcomes.ts";
import { type ServerAccount, serverInstanceId } from "../services/lwm2m/device/accounts.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import { SERVER } from "../services/lwm2m/objects/server.ts";

const ALERT_CODE = 11;
const LAST_BOOTSTRAPPED = 12;

/** The account alone; what is known beside it comes from the registrations. */
export function serverFactsOf(account: ServerAccount): ServerFacts {
  const { shortServerId, retry, priority, failureBlock, bootstrapOnFailure } = account;
  const { initialDelaySeconds, disableTimeoutSeconds } = account;
  return {
    shortServerId,
    retry,
    failureBlock,
    bootstrapOnFailure,
    initialDelaySeconds,
    disableTimeoutSeconds,
    ...(priority !== undefined && { priority }),
  };
}

/** 1/x/12 of every account. @param wall time of day, ms. */
export function noteBootstrapped(tree: ObjectTree, wall: number): void {
  const seconds = BigInt(Math.floor(wall / 1000));
  for (const id of tree.instanceIds(SERVER.id)) tree.set(SERVER.id, id, LAST_BOOTSTRAPPED, seconds);
}

/** 1/x/11: the alert that ended the last handshake with this server. */
export function noteAlert(tree: ObjectTree, server: number, alert: number): void {
  const id = serverInstanceId(tree, server);
  if (id !== undefined) tree.set(SERVER.id, id, ALERT_CODE, BigInt(alert));
}
