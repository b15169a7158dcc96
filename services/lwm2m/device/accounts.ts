/** The server accounts that objects 0 and 1 hold, as the registration and bootstrap charts read them. */
import { SECURITY } from "../objects/security.ts";
import { SERVER } from "../objects/server.ts";
import type { ObjectTree } from "./tree.ts";

/** 0/x/2. */
export const SECURITY_MODES = ["psk", "rpk", "x509", "none", "est"] as const;
export type SecurityMode = (typeof SECURITY_MODES)[number];

/** OMA LwM2M Core 1.1 Table 6.2.1.1-1 and Appendix E.2: what counts where a server wrote nothing. */
export const ACCOUNT_DEFAULTS = {
  disableTimeoutSeconds: 86_400,
  initialDelaySeconds: 0,
  failureBlock: false,
  bootstrapOnFailure: true,
  retry: { count: 5, timerSeconds: 60, sequenceDelaySeconds: 86_400, sequenceCount: 1 },
} as const;

/** 1/x/19 of this value: no further sequence. */
export const NO_FURTHER_SEQUENCE_SECONDS = 4_294_967_295;

interface SecurityAccount {
  readonly uri: string;
  readonly securityMode: SecurityMode;
  readonly securityInstanceId: number;
  /** 0/x/14, when the handshake asks for another name than the URI's host. */
  readonly serverName?: string;
  /** 0/x/15, 0 to 3 (RFC 6698 §2.1.1). */
  readonly certificateUsage?: number;
}

export interface BootstrapAccount extends SecurityAccount {
  /** 0/x/11: wait before a client-initiated bootstrap. */
  readonly holdOffSeconds: number;
  /** 0/x/12: the account goes so long after a finished bootstrap; 0 never. */
  readonly accountTimeoutSeconds: number;
}

/** Communication retry, 1/x/17 to 1/x/20. */
export interface RetryPolicy {
  /** Attempts in a sequence. */
  readonly count: number;
  /** First wait; each further one is twice as long. */
  readonly timerSeconds: number;
  readonly sequenceDelaySeconds: number;
  readonly sequenceCount: number;
}

export interface ServerAccount extends SecurityAccount {
  readonly shortServerId: number;
  readonly serverInstanceId: number;
  readonly lifetimeSeconds: number;
  readonly binding: string;
  readonly disableTimeoutSeconds: number;
  /** 1/x/13; absent: independent of the others. */
  readonly priority?: number;
  readonly initialDelaySeconds: number;
  readonly failureBlock: boolean;
  readonly bootstrapOnFailure: boolean;
  readonly retry: RetryPolicy;
  /** 1/x/6. */
  readonly storesNotifications: boolean;
  /** 1/x/23: true or absent, nothing is sent (Send). */
  readonly muteSend: boolean;
  readonly preferredTransport?: string;
}

/** The bootstrap server's account; undefined when there is none. */
export function bootstrapAccount(tree: ObjectTree): BootstrapAccount | undefined {
  const id = bootstrapInstanceId(tree);
  if (id === undefined) return undefined;
  return {
    ...securityAccount(tree, id),
    holdOffSeconds: Number(tree.value(SECURITY, id, 11) ?? 0),
    accountTimeoutSeconds: Number(tree.value(SECURITY, id, 12) ?? 0),
  };
}

/** Instance of object 0 that is the bootstrap server's. */
export function bootstrapInstanceId(tree: ObjectTree): number | undefined {
  return tree.instanceIds(SECURITY.id).find((id) => tree.value(SECURITY, id, 1) === true);
}

/** The complete accounts of management servers: by priority where they have one (lowest first), then by short server id. */
export function serverAccounts(tree: ObjectTree): ServerAccount[] {
  return tree
    .instanceIds(SERVER.id)
    .map((id) => serverAccount(tree, id))
    .filter((account) => account !== undefined)
    .sort((a, b) => orderOf(a) - orderOf(b) || a.shortServerId - b.shortServerId);
}

/** The account of one management server; undefined when object 0 or 1 lacks its part. */
export function accountOf(tree: ObjectTree, shortServerId: number): ServerAccount | undefined {
  const id = serverInstanceId(tree, shortServerId);
  return id === undefined ? undefined : serverAccount(tree, id);
}

/** Instance of object 1 that is this server's. */
export function serverInstanceId(tree: ObjectTree, shortServerId: number): number | undefined {
  return tree.instanceIds(SERVER.id).find((id) => Number(tree.value(SERVER, id, 0)) === shortServerId);
}

/** Instance of object 0 that is this management server's. */
export function securityInstanceId(tree: ObjectTree, shortServerId: number): number | undefined {
  return tree
    .instanceIds(SECURITY.id)
    .find((id) => tree.value(SECURITY, id, 1) !== true && Number(tree.value(SECURITY, id, 10)) === shortServerId);
}

function serverAccount(tree: ObjectTree, id: number): ServerAccount | undefined {
  const shortServerId = Number(tree.value(SERVER, id, 0));
  const lifetime = tree.value(SERVER, id, 1);
  const security = securityInstanceId(tree, shortServerId);
  if (security === undefined || lifetime === undefined) return undefined;
  const seconds = (resource: 5 | 14 | 17 | 18 | 19 | 20, otherwise: number): number =>
    Number(tree.value(SERVER, id, resource) ?? otherwise);
  const priority = tree.value(SERVER, id, 13);
  const preferredTransport = tree.value(SERVER, id, 22);
  const { retry, ...defaults } = ACCOUNT_DEFAULTS;
  return {
    ...securityAccount(tree, security),
    shortServerId,
    serverInstanceId: id,
    lifetimeSeconds: Number(lifetime),
    binding: tree.value(SERVER, id, 7) ?? "U",
    disableTimeoutSeconds: seconds(5, defaults.disableTimeoutSeconds),
    ...(priority !== undefined && { priority: Number(priority) }),
    initialDelaySeconds: seconds(14, defaults.initialDelaySeconds),
    failureBlock: tree.value(SERVER, id, 15) ?? defaults.failureBlock,
    bootstrapOnFailure: tree.value(SERVER, id, 16) ?? defaults.bootstrapOnFailure,
    retry: {
      count: seconds(17, retry.count),
      timerSeconds: seconds(18, retry.timerSeconds),
      sequenceDelaySeconds: seconds(19, retry.sequenceDelaySeconds),
      sequenceCount: seconds(20, retry.sequenceCount),
    },
    storesNotifications: tree.value(SERVER, id, 6) ?? true,
    muteSend: tree.value(SERVER, id, 23) ?? true,
    ...(preferredTransport !== undefined && { preferredTransport }),
  };
}

function securityAccount(tree: ObjectTree, id: number): SecurityAccount {
  const serverName = tree.value(SECURITY, id, 14);
  const certificateUsage = tree.value(SECURITY, id, 15);
  return {
    uri: tree.value(SECURITY, id, 0) ?? "",
    securityMode: SECURITY_MODES[Number(tree.value(SECURITY, id, 2) ?? 3)] ?? "none",
    securityInstanceId: id,
    ...(serverName !== undefined && serverName !== "" && { serverName }),
    ...(certificateUsage !== undefined && { certificateUsage: Number(certificateUsage) }),
  };
}

function orderOf({ priority }: ServerAccount): number {
  return priority ?? Number.POSITIVE_INFINITY;
}
