/** What the bootstrap chart is given, what its services answer, and how it ends. */
import type { EditionPolicy } from "./edition.ts";
import type { EventFields } from "./eventFields.ts";
import type { KeysOutcome } from "./init.ts";
import type { LinkReport } from "./link.ts";
import type { ExchangeFailure, ServerFacts } from "./outcomes.ts";
import type { DeferredReason } from "./semanticEvent.ts";
import type { RetrySettings } from "./settings.ts";

export interface BootstrapInput {
  readonly policy: EditionPolicy;
  readonly retry: RetrySettings;
  /** ms from the answer to Bootstrap-Request to Finish. */
  readonly timeoutMs: number;
  /** 0/x/11, seconds before the first Bootstrap-Request. */
  readonly holdOffSeconds: number;
  /** Only the keys of servers that are provisioned already: no bootstrap server is asked. */
  readonly keysOnly: boolean;
  /** The server's keys have been written already. */
  readonly keysWritten: boolean;
  /** The card in the modem is read before all else. */
  readonly smartcard?: boolean;
}

/** What lay on the card; accounts on it have taken the place of all others. */
export type SmartcardOutcome =
  | { readonly kind: "servers" }
  | { readonly kind: "bootstrapServer"; readonly holdOffSeconds: number }
  /** Nothing, or nothing of use. */
  | { readonly kind: "none" };

export type BootstrapRequestOutcome = { readonly kind: "accepted" } | ExchangeFailure;

export type BootstrapSessionOutcome =
  | { readonly kind: "finished" }
  /** Finish came, but objects are missing or contradict each other. */
  | { readonly kind: "inconsistent"; readonly problems: readonly string[] }
  | { readonly kind: "closed" };

/** What a device may register with, and whether it may bootstrap again; absent: as before. */
export interface ServerAccounts {
  readonly servers: readonly ServerFacts[];
  readonly hasBootstrapServer?: boolean;
  /** 0/x/12 as time of day, ms: the bootstrap server's account goes then. */
  readonly bootstrapAccountExpiresAt?: number;
}

export type BootstrapOutcome =
  | ({ readonly kind: "done" } & ServerAccounts)
  | { readonly kind: "exhausted" }
  | { readonly kind: "keysRefused" };

export interface ManagementKeysOutcome extends ServerAccounts {
  readonly kind: KeysOutcome["kind"];
}

export interface BootstrapContext extends BootstrapInput {
  readonly attempt: number;
  readonly reason: DeferredReason;
  readonly accounts: ServerAccounts;
}

export type BootstrapEvent =
  | LinkReport
  | { type: "retry.due" }
  | { type: "bootstrap.timedOut" }
  | { type: "holdOff.over" };

/** What somebody may send to the chart by hand. */
export const BOOTSTRAP_EVENT_FIELDS = {
  "link.isUp": { brought: "flag" },
  "link.isDown": {},
  "link.isLost": {},
  "link.failed": { direction: ["up", "down"] },
  "retry.due": {},
  "bootstrap.timedOut": {},
  "holdOff.over": {},
} as const satisfies EventFields<BootstrapEvent>;
