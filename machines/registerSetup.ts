/** The parts that the register chart names: what it waits for, asks (guards) and does (actions). */
import { assign, sendParent, sendTo, setup } from "xstate";
import { notify } from "./application.ts";
import { type ChartMeta, service } from "./chart.ts";
import { type AlarmEvent, alarm, deadline } from "./deadline.ts";
import { retryWaitSeconds, type SessionOutcome } from "./outcomes.ts";
import {
  type DisableInput,
  goesToBootstrap,
  hasFurtherSequence,
  type RegisterContext,
  type RegisterEvent,
  type RegisterInput,
  type RegisterOutcome,
  type RegisterServiceInput,
  type ServerInput,
  type ServerReport,
} from "./registerModel.ts";
import type { DeferredReason, SemanticEvent } from "./semanticEvent.ts";

export const registerSetup = setup({
  types: {
    input: {} as RegisterInput,
    context: {} as RegisterContext,
    events: {} as RegisterEvent,
    meta: {} as ChartMeta,
  },
  actors: {
    alarm,
    deadline,
    openSession: service<SessionOutcome, ServerInput>("openSession"),
    register: service<RegisterOutcome, RegisterServiceInput>("register"),
    update: service<RegisterOutcome, ServerInput>("update"),
    /** Resolves when the server answered or will not. */
    deregister: service<void, ServerInput>("deregister"),
    /** The same for a while: resolves with the time of day, ms, that it lasts until. */
    disable: service<number, DisableInput>("disable"),
  },
  guards: {
    linkIsUp: ({ context }) => context.linkIsUp,
    /** A registration that was asked for in another life goes on. */
    waitsToBeAsked: ({ context }) => !context.automatic && !context.registered,
    isBehind: ({ context }) => context.behind,
    isDelayed: ({ context }) => context.delayWanted,
    isDisabled: ({ context }) => context.disabledUntil > 0,
    sessionsHold: ({ context }) => context.closures === 0,
    isRegistered: ({ context }) => context.registered,
    updateWanted: ({ context }) => context.updateWanted,
    deregisterWanted: ({ context }) => context.wish === "deregister",
    registerWanted: ({ context }) => context.wish === "register",
    disableWanted: ({ context }) => context.disableWanted,
    mayRetry: ({ context }) => retryWaitSeconds(context.server.retry, context.attempt) !== undefined,
    mayBeginSequence: ({ context }) => hasFurtherSequence(context),
    open: (_, kind: SessionOutcome["kind"]) => kind === "open",
    arrives: ({ context }, kind: RegisterOutcome["kind"]) => kind === "registered" && context.fresh,
    succeeded: (_, kind: RegisterOutcome["kind"]) => kind === "registered",
    unavailable: (_, kind: RegisterOutcome["kind"]) => kind === "unavailable",
    silent: (_, outcome: RegisterOutcome) => outcome.kind === "noAnswer" && !outcome.heard,
    isRefusal: (_, kind: RegisterOutcome["kind"]) => kind === "refused",
    /** 4.12 Precondition Failed: the server does not speak the version. */
    speaksOlder: ({ context }, outcome: RegisterOutcome) =>
      context.version === "1.1" && outcome.kind === "refused" && outcome.code === "4.12",
    /** A server that accepted this device before, and now does not want it. */
    isRejection: ({ context }, outcome: RegisterOutcome) =>
      context.met && goesToBootstrap(context) && outcome.kind === "refused" && outcome.code.startsWith("4."),
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
      outcome.kind === "registered"
        ? { registered: true, updateAt: outcome.updateAt, attempt: 1, sequence: 0, met: true, delayWanted: false }
        : {},
    ),
    keepDisableTimeout: assign(({ context }, disableTimeoutSeconds: number | undefined) =>
      disableTimeoutSeconds === undefined ? {} : { server: { ...context.server, disableTimeoutSeconds } },
    ),
    setAlarm: sendTo(
      "updateAlarm",
      ({ context }) => ({ type: "alarm.set", at: context.updateAt }) satisfies AlarmEvent,
    ),
    clearAlarm: sendTo("updateAlarm", { type: "alarm.clear" } satisfies AlarmEvent),
    clearWantedUpdate: assign({ updateWanted: false }),
    forgetRegistration: assign({
      registered: false,
      updateWanted: false,
      disableWanted: false,
    }),
    wantUpdate: assign({ updateWanted: true }),
    wantDeregister: assign({ wish: "deregister" }),
    wantRegister: assign((_, behind: boolean | undefined) => ({ wish: "register", behind: behind === true })),
    forgetWish: assign({ wish: "none" }),
    wantDisable: assign({ disableWanted: true }),
    /** No further than the waits go that follow from it. */
    noteClosure: assign({
      closures: ({ context: { closures, server } }) => Math.min(closures, server.retry.count) + 1,
    }),
    forgetClosures: assign({ closures: 0 }),
    forgetBootstrapServer: assign({ canBootstrap: false }),
    fallBack: assign({ version: "1.0" }),
    keepAbsence: assign((_, disabledUntil: number) => ({ disabledUntil })),
    endAbsence: assign({ disabledUntil: 0 }),
    takeTurn: assign({ behind: false }),
    rejoinOrder: assign((_, behind: boolean | undefined) => ({ behind: behind === true })),
    skipDelay: assign({ delayWanted: false }),
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
    reportFailed: sendParent(
      ({ context }) => ({ type: "server.failed", server: context.server.shortServerId }) satisfies ServerReport,
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
});
