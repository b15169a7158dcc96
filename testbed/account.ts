/** What a bootstrap server gives a device: its management servers, as instances of objects 0 and 1. */
import type { InstanceValues } from "../services/lwm2m/model.ts";
import { instanceValues } from "../services/lwm2m/objects/define.ts";
import { SECURITY } from "../services/lwm2m/objects/security.ts";
import { SERVER } from "../services/lwm2m/objects/server.ts";

/** 0/x/2: how a device proves itself to a server. */
export type AccountSecurity =
  | { readonly mode: "none" }
  | { readonly mode: "psk"; readonly identity: string; readonly key: Uint8Array };

const SECURITY_MODE = { psk: 0, none: 3 } as const satisfies Record<AccountSecurity["mode"], number>;

export interface ServerAccount {
  /** `coap://…` or `coaps://…`. */
  readonly uri: string;
  /** 1 to 65534. */
  readonly shortServerId: number;
  /** 1/x/1 in s; default 3600. */
  readonly lifetime?: number;
  /** 1/x/7; default `U`. */
  readonly binding?: string;
  /** Default: none. */
  readonly security?: AccountSecurity;
  /** 1/x/6; default true. */
  readonly notificationStoring?: boolean;
  /** 1/x/16. */
  readonly bootstrapOnRegistrationFailure?: boolean;
  /** 1/x/17. */
  readonly communicationRetryCount?: number;
  /** 1/x/18 in s. */
  readonly communicationRetryTimer?: number;
  /** 1/x/19 in s. */
  readonly sequenceDelayTimer?: number;
  /** 1/x/20. */
  readonly sequenceRetryCount?: number;
  /** 1/x/23; absent means muted. */
  readonly muteSend?: boolean;
}

/** Everything a bootstrap server writes to one device. */
export interface DeviceAccounts {
  readonly servers: readonly ServerAccount[];
}

export function securityInstance(account: ServerAccount): InstanceValues {
  const security = account.security ?? { mode: "none" };
  const psk = security.mode === "psk";
  return instanceValues(SECURITY, {
    0: account.uri,
    1: false,
    2: SECURITY_MODE[security.mode],
    3: psk ? new TextEncoder().encode(security.identity) : new Uint8Array(),
    4: new Uint8Array(),
    5: psk ? security.key : new Uint8Array(),
    10: account.shortServerId,
  });
}

export function serverInstance(account: ServerAccount): InstanceValues {
  return instanceValues(SERVER, {
    0: account.shortServerId,
    1: account.lifetime ?? 3_600,
    6: account.notificationStoring ?? true,
    7: account.binding ?? "U",
    16: account.bootstrapOnRegistrationFailure,
    17: account.communicationRetryCount,
    18: account.communicationRetryTimer,
    19: account.sequenceDelayTimer,
    20: account.sequenceRetryCount,
    23: account.muteSend,
  });
}
