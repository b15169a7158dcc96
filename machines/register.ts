/**
 * The registration with one management server: Register, Update in time, Deregister, deferral and retry, and the link
 * being taken away and given back. LwM2M 1.1 §6.2; chart edition-3-deferred-server.
 */
import { assign, not, sendParent, setup } from "xstate";
import { type NotifyAction, notify } from "./application.ts";
import { type Chart, type ChartMeta, service } from "./chart.ts";
import { deadline } from "./deadline.ts";
import type { EditionPolicy } from "./edition.ts";
import {
  type ExchangeFailure,
  retryWaitSeconds,
  type ServerFacts,
  type SessionOutcome,
  sessionReason,
} from "./outcomes.ts";
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
}

export interface ServerInput {
  readonly server: number;
}

/** `updateAt`: time of day in ms at which an Update has to leave so that its retransmissions fit before expiry. */
export type RegisterOutcome = { readonly kind: "registered"; readonly updateAt: number } | ExchangeFailure;

/** Commands of the parent. */
export type ServerCommand =
  | { type: "link.isUp" }
  | { type: "link.goingDown" }
  | { type: "link.isLost" }
  | { type: "server.update" }
  | { type: "server.register" }
  | { type: "server.deregister" }
  /** `timeoutSeconds`: 1/x/5 as it is now; otherwise the account's. */
  | { type: "server.disable"; timeoutSeconds?: number }
  | { type: "server.sessionClosed" };

/** What the chart tells its parent. */
export type ServerReport =
  | { type: "server.registered"; server: number }
  /** `wasRegistered`: a registration ended by it. */
  | { type: "server.deregistered"; server: number; wasRegistered: boolean }
  | { type: "server.exhausted"; server: number; bootstrap: boolean };

export type RegisterEvent =
  | ServerCommand
  | { type: "retry.due" }
  | { type: "update.due" }
  | { type: "disable.over" }
  | { type: "delay.over" };

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
  /** The session is new: the next success is reported. */
  readonly fresh: boolean;
}

export const registerMachine = setup({
  types: {
    input: {} as RegisterInput,
    context: {} as RegisterContext,
    events: {} as RegisterEvent,
    meta: {} as ChartMeta,
  },
  actors: {
    deadline,
    openSession: service<SessionOutcome, ServerInput>("openSession"),
    register: service<RegisterOutcome, ServerInput>("register"),
    update: service<RegisterOutcome, ServerInput>("update"),
    /** Resolves when the server answered or will not. */
    deregister: service<void, ServerInput>("deregister"),
  },
  guards: {
    linkIsUp: ({ context }) => context.linkIsUp,
    isAutomatic: ({ context }) => context.automatic,
    isDelayed: ({ context }) => context.server.initialDelaySeconds > 0,
    isRegistered: ({ context }) => context.registered,
    updateWanted: ({ context }) => context.updateWanted,
    disableWanted: ({ context }) => context.disableWanted,
    mayRetry: ({ context }) => retryWaitSeconds(context.server.retry, context.attempt) !== undefined,
    mayBeginSequence: ({ context }) => hasFurtherSequence(context),
    open: (_, kind: SessionOutcome["kind"]) => kind === "open",
    arrives: ({ context }, kind: RegisterOutcome["kind"]) => kind === "registered" && context.fresh,
    succeeded: (_, kind: RegisterOutcome["kind"]) => kind === "registered",
    unavailable: (_, kind: RegisterOutcome["kind"]) => kind === "unavailable",
    silent: (_, outcome: RegisterOutcome) => outcome.kind === "noAnswer" && !outcome.heard,
    isRefusal: (_, kind: RegisterOutcome["kind"]) => kind === "refused",
  },
  actions: {
    notify: (_, event: SemanticEvent) => notify(_, event),
    /** Closes the session to the server without Deregister. */
    closeSession: (_, _server: { readonly server: number }) => {},
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1, fresh: true }),
    markReported: assign({ fresh: false }),
    beginSequence: assign({ attempt: 0, sequence: ({ context }) => context.sequence + 1 }),
    beginAfresh: assign({ attempt: 0, sequence: 0 }),
    blame: assign((_, reason: DeferredReason) => ({ reason })),
    /** Should the next exchange fail, this session was the first attempt. */
    keepRegistration: assign((_, outcome: RegisterOutcome) =>
      outcome.kind === "registered" ? { registered: true, updateAt: outcome.updateAt, attempt: 1, sequence: 0 } : {},
    ),
    keepDisableTimeout: assign(({ context }, disableTimeoutSeconds: number | undefined) =>
      disableTimeoutSeconds === undefined ? {} : { server: { ...context.server, disableTimeoutSeconds } },
    ),
    clearWantedUpdate: assign({ updateWanted: false }),
    forgetRegistration: assign({ registered: false, updateWanted: false, disableWanted: false }),
    wantUpdate: assign({ updateWanted: true }),
    wantDisable: assign({ disableWanted: true }),
    noteLinkUp: assign({ linkIsUp: true }),
    noteLinkDown: assign({ linkIsUp: false }),
    reportRegistered: sendParent(
      ({ context }) => ({ type: "server.registered", server: context.server.shortServerId }) satisfies ServerReport,
    ),
    reportDeregistered: sendParent(
      ({ context }) =>
        ({
          type: "server.deregistered",
          server: context.server.shortServerId,
          wasRegistered: context.registered,
        }) satisfies ServerReport,
    ),
    reportExhausted: sendParent(
      ({ context }) =>
        ({
          type: "server.exhausted",
          server: context.server.shortServerId,
          bootstrap: goesToBootstrap(context),
        }) satisfies ServerReport,
    ),
  },
}).createMachine({
  id: "register",
  context: ({ input }) => ({
    ...input,
    attempt: 0,
    sequence: 0,
    reason: "NO_REASON",
    registered: false,
    updateAt: 0,
    updateWanted: false,
    disableWanted: false,
    fresh: true,
  }),
  initial: "deciding",
  on: {
    "link.goingDown": { actions: "noteLinkDown", target: ".offline" },
    "link.isLost": { actions: "noteLinkDown", target: ".offline" },
    "link.isUp": { actions: "noteLinkUp" },
    "server.update": { actions: "wantUpdate" },
    "server.disable": {
      actions: ["wantDisable", { type: "keepDisableTimeout", params: ({ event }) => event.timeoutSeconds }],
    },
  },
  states: {
    deciding: {
      always: [
        { guard: not("isAutomatic"), target: "deregistered" },
        { guard: not("linkIsUp"), target: "offline" },
        { guard: "isDelayed", target: "delayed" },
        { target: "connecting" },
      ],
    },
    delayed: {
      description: "The server wants its first registration some time after the one before it.",
      meta: { spec: "LwM2M 1.1, 1/x/14 Initial Registration Delay Timer" },
      invoke: {
        src: "deadline",
        input: ({ context }) => ({ event: "delay.over", afterMs: 1000 * context.server.initialDelaySeconds }),
        onError: "connecting",
      },
      on: { "delay.over": "connecting", "server.register": "connecting", "server.deregister": "leaving" },
    },
    offline: {
      description: "The link was taken away: the session is closed without Deregister.",
      meta: { spec: "Carrier library, chart edition-3-request-link-down" },
      entry: { type: "closeSession", params: ({ context }) => ({ server: context.server.shortServerId }) },
      on: {
        "link.isUp": { actions: ["noteLinkUp", "beginAfresh"], target: "connecting" },
        "server.deregister": { actions: ["forgetRegistration", "reportDeregistered"], target: "deregistered" },
      },
    },
    connecting: {
      description: "A session with the server: the name, the route, the handshake.",
      meta: { spec: "LwM2M 1.1 transport §6; RFC 6347" },
      entry: "countAttempt",
      invoke: {
        id: "session",
        src: "openSession",
        input: ({ context }) => ({ server: context.server.shortServerId }),
        onDone: [
          { guard: { type: "open", params: ({ event }) => event.output.kind }, target: "connected" },
          {
            actions: {
              type: "blame",
              params: ({ event }) =>
                event.output.kind === "open" ? "NO_REASON" : sessionReason(event.output.kind, "SERVER"),
            },
            target: "deferring",
          },
        ],
        onError: { actions: { type: "blame", params: "SERVER_CONNECT" }, target: "deferring" },
      },
      on: { "server.deregister": "leaving" },
    },
    connected: { always: [{ guard: "isRegistered", target: "updating" }, { target: "registering" }] },
    registering: {
      description: "POST /rd?ep=…&lt=…&lwm2m=1.1&b=…",
      meta: { spec: "LwM2M 1.1 §6.2.1 Register" },
      invoke: {
        src: "register",
        input: ({ context }) => ({ server: context.server.shortServerId }),
        onDone: [
          {
            guard: { type: "succeeded", params: ({ event }) => event.output.kind },
            actions: { type: "keepRegistration", params: ({ event }) => event.output },
            target: "arrived",
          },
          {
            guard: { type: "unavailable", params: ({ event }) => event.output.kind },
            actions: { type: "blame", params: "SERVICE_UNAVAILABLE" },
            target: "deferring",
          },
          {
            guard: { type: "silent", params: ({ event }) => event.output },
            actions: { type: "blame", params: "SERVER_NO_ROUTE" },
            target: "deferring",
          },
          { target: "registrationFailed" },
        ],
        onError: "registrationFailed",
      },
      on: { "server.deregister": "leaving" },
    },
    arrived: { entry: ["reportRegistered", "markReported"], always: "registered" },
    registered: {
      description: "Update leaves early enough for its retransmissions to fit before the lifetime ends.",
      meta: { spec: "LwM2M 1.1 §6.2.2 Update" },
      always: [
        { guard: "disableWanted", target: "disabling" },
        { guard: "updateWanted", target: "updating" },
      ],
      invoke: {
        src: "deadline",
        input: ({ context }) => ({ event: "update.due", at: context.updateAt }),
        onError: "updating",
      },
      on: {
        "update.due": "updating",
        "server.update": "updating",
        "server.register": "updating",
        "server.deregister": "deregistering",
        "server.disable": {
          actions: { type: "keepDisableTimeout", params: ({ event }) => event.timeoutSeconds },
          target: "disabling",
        },
        // The registration may live on: an Update on a new session tells.
        "server.sessionClosed": { actions: "beginAfresh", target: "connecting" },
      },
    },
    updating: {
      description: "POST to the registration's location; 4.04 means that the server has forgotten it.",
      meta: { spec: "LwM2M 1.1 §6.2.2 Update" },
      entry: "clearWantedUpdate",
      invoke: {
        src: "update",
        input: ({ context }) => ({ server: context.server.shortServerId }),
        onDone: [
          {
            guard: { type: "arrives", params: ({ event }) => event.output.kind },
            actions: { type: "keepRegistration", params: ({ event }) => event.output },
            target: "arrived",
          },
          {
            guard: { type: "succeeded", params: ({ event }) => event.output.kind },
            actions: { type: "keepRegistration", params: ({ event }) => event.output },
            target: "registered",
          },
          {
            guard: { type: "isRefusal", params: ({ event }) => event.output.kind },
            actions: "forgetRegistration",
            target: "registering",
          },
          {
            guard: { type: "silent", params: ({ event }) => event.output },
            actions: { type: "blame", params: "SERVER_NO_ROUTE" },
            target: "deferring",
          },
          {
            guard: { type: "unavailable", params: ({ event }) => event.output.kind },
            actions: { type: "blame", params: "SERVICE_UNAVAILABLE" },
            target: "deferring",
          },
          { target: "reconnecting" },
        ],
        onError: "reconnecting",
      },
      on: { "server.deregister": "deregistering" },
    },
    reconnecting: {
      description: "The server did not answer an Update: a new session, and Register on it.",
      meta: { spec: "LwM2M 1.1 §6.2.2; a restarted server has lost its sessions" },
      entry: [
        { type: "closeSession", params: ({ context }) => ({ server: context.server.shortServerId }) },
        "forgetRegistration",
        "beginAfresh",
      ],
      always: "connecting",
    },
    registrationFailed: {
      description: "Refused, or not answered on a session that has answered.",
      meta: { spec: "Carrier library, DEFERRED_SERVER_REGISTRATION" },
      entry: { type: "blame", params: "SERVER_REGISTRATION" },
      always: "deferring",
    },
    deferring: {
      description: "The application is told why and for how long.",
      meta: { spec: "Carrier library, DEFERRED" },
      entry: { type: "closeSession", params: ({ context }) => ({ server: context.server.shortServerId }) },
      always: [
        {
          guard: "mayRetry",
          actions: { type: "notify", params: ({ context }) => deferral(context) },
          target: "waiting",
        },
        {
          guard: "mayBeginSequence",
          actions: { type: "notify", params: ({ context }) => deferral(context) },
          target: "pausing",
        },
        { actions: { type: "notify", params: ({ context }) => deferral(context) }, target: "exhausted" },
      ],
    },
    waiting: {
      description: "60, 120, 240, 480 s by default.",
      meta: { spec: "LwM2M 1.1, 1/x/17 and 1/x/18" },
      invoke: {
        src: "deadline",
        input: ({ context }) => ({ event: "retry.due", afterMs: 1000 * waitSeconds(context) }),
        onError: "connecting",
      },
      on: { "retry.due": "connecting", "server.register": "connecting", "server.deregister": "leaving" },
    },
    pausing: {
      description: "Between two sequences of attempts.",
      meta: { spec: "LwM2M 1.1, 1/x/19 and 1/x/20" },
      exit: "beginSequence",
      invoke: {
        src: "deadline",
        input: ({ context }) => ({ event: "retry.due", afterMs: 1000 * context.server.retry.sequenceDelaySeconds }),
        onError: "connecting",
      },
      on: { "retry.due": "connecting", "server.register": "connecting", "server.deregister": "leaving" },
    },
    exhausted: {
      description: "All attempts are used up: a new bootstrap where 1/x/16 says so, else the edition's way.",
      meta: { spec: "LwM2M 1.1, 1/x/16; carrier library, ERROR CONNECT" },
      entry: "reportExhausted",
      on: {
        "link.goingDown": {},
        "link.isLost": {},
        "server.deregister": { actions: ["forgetRegistration", "reportDeregistered"] },
      },
    },
    disabling: {
      description: "Deregister, then stay away for the disable timeout.",
      meta: { spec: "LwM2M 1.1, 1/x/4 Disable and 1/x/5 Disable Timeout" },
      invoke: {
        src: "deregister",
        input: ({ context }) => ({ server: context.server.shortServerId }),
        onDone: "disabled",
        onError: "disabled",
      },
      on: {
        "link.goingDown": { actions: "noteLinkDown", target: "disabled" },
        "link.isLost": { actions: "noteLinkDown", target: "disabled" },
      },
      exit: ["reportDeregistered", "forgetRegistration"],
    },
    disabled: {
      description: "No session until the disable timeout is over.",
      meta: { spec: "LwM2M 1.1, 1/x/5 Disable Timeout" },
      entry: { type: "closeSession", params: ({ context }) => ({ server: context.server.shortServerId }) },
      invoke: {
        src: "deadline",
        input: ({ context }) => ({ event: "disable.over", afterMs: 1000 * context.server.disableTimeoutSeconds }),
        onError: "reviving",
      },
      on: {
        "disable.over": "reviving",
        "server.register": "reviving",
        "server.deregister": { actions: "reportDeregistered", target: "deregistered" },
        "link.goingDown": { actions: "noteLinkDown" },
        "link.isLost": { actions: "noteLinkDown" },
      },
    },
    reviving: {
      entry: "beginAfresh",
      always: [{ guard: not("linkIsUp"), target: "offline" }, { target: "connecting" }],
    },
    deregistering: {
      description: "DELETE on the registration's location.",
      meta: { spec: "LwM2M 1.1 §6.2.3 De-register" },
      invoke: {
        src: "deregister",
        input: ({ context }) => ({ server: context.server.shortServerId }),
        onDone: "leaving",
        onError: "leaving",
      },
      on: {
        "link.goingDown": { actions: "noteLinkDown", target: "leaving" },
        "link.isLost": { actions: "noteLinkDown", target: "leaving" },
      },
    },
    leaving: {
      entry: [
        { type: "closeSession", params: ({ context }) => ({ server: context.server.shortServerId }) },
        "reportDeregistered",
        "forgetRegistration",
      ],
      always: "deregistered",
    },
    deregistered: {
      description: "Not registered, until asked to.",
      meta: { spec: "Carrier library, REQUEST_DEREGISTER and REQUEST_REGISTER" },
      on: {
        "server.register": "reviving",
        "server.deregister": { actions: "reportDeregistered" },
        "link.goingDown": { actions: "noteLinkDown" },
        "link.isLost": { actions: "noteLinkDown" },
      },
    },
  },
}) as unknown as Chart<
  RegisterContext,
  RegisterEvent,
  RegisterInput,
  undefined,
  NotifyAction | { type: "closeSession"; params: ServerInput }
>;

/** 1/x/16 asks for a new bootstrap, and there is a server for it. */
function goesToBootstrap({ server, canBootstrap }: RegisterContext): boolean {
  return server.bootstrapOnFailure && canBootstrap;
}

function hasFurtherSequence(context: RegisterContext): boolean {
  const { retry } = context.server;
  if (retry.sequenceDelaySeconds === NO_FURTHER_SEQUENCE) return false;
  if (context.sequence + 1 < retry.sequenceCount) return true;
  // Editions before 3.6 know no end: put off by 1/x/19, whatever 1/x/20 says.
  return !goesToBootstrap(context) && context.exhaustedAs === "deferred";
}

function waitSeconds(context: RegisterContext): number {
  const { retry } = context.server;
  return retryWaitSeconds(retry, context.attempt) ?? (hasFurtherSequence(context) ? retry.sequenceDelaySeconds : 0);
}

/** What the application hears of a failed attempt; timeout 0 when none follows. */
function deferral(context: RegisterContext): SemanticEvent {
  return { type: "deferred", reason: context.reason, timeoutSeconds: waitSeconds(context) };
}
