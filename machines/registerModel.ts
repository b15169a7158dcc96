/** What the register chart knows, takes and tells, and the waits that follow from it (LwM2M 1.1 §6.2.1.1). */
import type { EditionPolicy } from "./edition.ts";
import type { EventFields } from "./eventFields.ts";
import { type ExchangeFailure, type LwM2mVersion, retryWaitSeconds, type ServerFacts } from "./outcomes.ts";
import type { DeferredReason, SemanticEvent } from "./semanticEvent.ts";
import { NO_FURTHER_SEQUENCE } from "./settings.ts";

export interface RegisterInput {
  readonly server: ServerFacts;
  /** Registration attempts used up, 1/x/16 false: what the edition does. */
  readonly exhaustedAs: EditionPolicy["registrationExhausted"];
  /** A bootstrap server is there to turn to. */
  readonly canBootstrap: boolean;
  readonly linkIsUp: boolean;
  /** Registers by itself; otherwise it waits to be asked. */
  readonly automatic: boolean;
  /** Another server has its turn before it (1/x/13). */
  readonly waitsForTurn?: boolean;
}

export interface ServerInput {
  readonly server: number;
}

export interface RegisterServiceInput extends ServerInput {
  readonly version: LwM2mVersion;
}

export interface DisableInput extends ServerInput {
  readonly disableTimeoutSeconds: number;
}

/** `updateAt`: time of day in ms at which an Update has to leave so that its retransmissions fit before expiry. */
export type RegisterOutcome = { readonly kind: "registered"; readonly updateAt: number } | ExchangeFailure;

/** Commands of the parent. */
export type ServerCommand =
  | { type: "link.isUp" }
  | { type: "link.goingDown" }
  | { type: "link.isLost" }
  | { type: "server.update" }
  /** `behind`: not before its turn. */
  | { type: "server.register"; behind?: boolean }
  /** Those before it in the order are registered, or have failed. */
  | { type: "server.turn" }
  /** There is no bootstrap server to turn to any more. */
  | { type: "server.alone" }
  | { type: "server.deregister" }
  /** `timeoutSeconds`: 1/x/5 as it is now; otherwise the account's. */
  | { type: "server.disable"; timeoutSeconds?: number }
  | { type: "server.sessionClosed" };

/** What the chart tells its parent. */
export type ServerReport =
  | { type: "server.registered"; server: number }
  /** `wasRegistered`: a registration ended by it. */
  | { type: "server.deregistered"; server: number; wasRegistered: boolean }
  /** A sequence of attempts is used up; another one follows. */
  | { type: "server.failed"; server: number }
  | { type: "server.exhausted"; server: number; bootstrap: boolean };

export type RegisterEvent =
  | ServerCommand
  | { type: "retry.due" }
  | { type: "update.due" }
  | { type: "disable.over" }
  | { type: "delay.over" };

/** What somebody may send to the chart by hand. */
export const REGISTER_EVENT_FIELDS = {
  "link.isUp": {},
  "link.goingDown": {},
  "link.isLost": {},
  "server.update": {},
  "server.register": { "behind?": "flag" },
  "server.turn": {},
  "server.alone": {},
  "server.deregister": {},
  "server.disable": { "timeoutSeconds?": "number" },
  "server.sessionClosed": {},
  "retry.due": {},
  "update.due": {},
  "disable.over": {},
  "delay.over": {},
} as const satisfies EventFields<RegisterEvent>;

export interface RegisterContext extends RegisterInput {
  /** Attempts in this sequence, and sequences used up before. */
  readonly attempt: number;
  readonly sequence: number;
  readonly reason: DeferredReason;
  /** The server holds a registration of ours that may still be alive. */
  readonly registered: boolean;
  readonly updateAt: number;
  readonly updateWanted: boolean;
  /** 1/x/4 was executed while something else was under way. */
  readonly disableWanted: boolean;
  /** Times that the server closed the session since one held until an Update was due. */
  readonly closures: number;
  /** What was asked for while it could not be done: De-register waits for a session, Register for the end of one. */
  readonly wish: "none" | "register" | "deregister";
  /** The session is new: the next success is reported. */
  readonly fresh: boolean;
  /** One before it in the order was neither registered with nor has it failed yet. */
  readonly behind: boolean;
  /** 1/x/14 has still to pass. */
  readonly delayWanted: boolean;
  readonly version: LwM2mVersion;
  /** A registration succeeded since the last bootstrap. */
  readonly met: boolean;
  /** Time of day, ms, that 1/x/4 Disable lasts until; 0 for none. */
  readonly disabledUntil: number;
}

/** 1/x/16 asks for a new bootstrap, and there is a server for it. */
export function goesToBootstrap({ server, canBootstrap }: RegisterContext): boolean {
  return server.bootstrapOnFailure && canBootstrap;
}

export function hasFurtherSequence(context: RegisterContext): boolean {
  const { retry } = context.server;
  if (retry.sequenceDelaySeconds === NO_FURTHER_SEQUENCE) return false;
  if (context.sequence + 1 < retry.sequenceCount) return true;
  // Editions before 3.6 know no end: put off by 1/x/19, whatever 1/x/20 says.
  return !goesToBootstrap(context) && context.exhaustedAs === "deferred";
}

export function waitSeconds(context: RegisterContext): number {
  const { retry } = context.server;
  return retryWaitSeconds(retry, context.attempt) ?? (hasFurtherSequence(context) ? retry.sequenceDelaySeconds : 0);
}

/** Until a session that the server closed again is followed by another one. */
export function reopenSeconds({ server: { retry }, closures }: RegisterContext): number {
  return retryWaitSeconds(retry, closures - 1) ?? retry.sequenceDelaySeconds;
}

/** A time of day, so that a restart does not move it; never longer than the timeout from now, should the day be wrong. */
export function absence({ disabledUntil, server }: RegisterContext): { at?: number; afterMs: number } {
  return { ...(disabledUntil > 0 && { at: disabledUntil }), afterMs: 1000 * server.disableTimeoutSeconds };
}

/** What the application hears of a failed attempt; timeout 0 when none follows. */
export function deferral(context: RegisterContext): SemanticEvent {
  return { type: "deferred", reason: context.reason, timeoutSeconds: waitSeconds(context) };
}
