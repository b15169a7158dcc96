/** How the services that charts invoke end. Expected endings are values; an exception is a bug. */
import type { DeferredReason } from "./semanticEvent.ts";
import type { RetrySettings } from "./settings.ts";

/** Opening a session to a server. */
export type SessionOutcome =
  | { readonly kind: "open" }
  | {
      readonly kind: "noRoute" | "handshakeFailed" | "credential" | "pdn";
      readonly detail: string;
      /** TLS alert that ended the handshake. */
      readonly alert?: number;
    };

/** An exchange with a server. `heard`: the server has answered something on this session. */
export type ExchangeFailure =
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "unavailable" }
  | { readonly kind: "noAnswer"; readonly heard: boolean }
  | { readonly kind: "closed" };

/** A management server, as far as its chart needs to know it. No key is among it. */
export interface ServerFacts {
  /** 1 to 65534. */
  readonly shortServerId: number;
  readonly retry: RetrySettings;
  /** 1/x/16. */
  readonly bootstrapOnFailure: boolean;
  /** 1/x/14, seconds. */
  readonly initialDelaySeconds: number;
  /** 1/x/5, seconds. */
  readonly disableTimeoutSeconds: number;
  /** 1/x/13; without one it registers independently of the others. */
  readonly priority?: number;
  /** 1/x/15: while registration with it fails, those behind it in the order wait. */
  readonly failureBlock?: boolean;
  /** Enabler version that it is known to speak. Default 1.1. */
  readonly version?: LwM2mVersion;
  /** There was a registration with it since the last bootstrap. */
  readonly met?: boolean;
  /** It holds a registration from before the restart. */
  readonly registered?: boolean;
  /** Time of day, ms, until which 1/x/4 Disable keeps the device away. */
  readonly disabledUntil?: number;
}

/** Versions of the enabler that a registration can be made with. */
export type LwM2mVersion = "1.0" | "1.1";

/** What a failed session means for a deferral. */
export function sessionReason(kind: Exclude<SessionOutcome["kind"], "open">, server: "BOOTSTRAP" | "SERVER") {
  const reasons = {
    noRoute: `${server}_NO_ROUTE`,
    handshakeFailed: `${server}_CONNECT`,
    credential: `${server}_CONNECT`,
    pdn: "PDN_ACTIVATE",
  } as const satisfies Record<typeof kind, DeferredReason>;
  return reasons[kind];
}

/** Seconds until the attempt after attempt number `attempt` (from 1) of a sequence; undefined when it was the last. */
export function retryWaitSeconds(retry: RetrySettings, attempt: number): number | undefined {
  // LwM2M 1.1 §6.2.1.1: 1/x/18 × 2^(attempt − 1)
  return attempt < retry.count ? retry.timerSeconds * 2 ** (attempt - 1) : undefined;
}
