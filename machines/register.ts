/**
 * The registration with one management server: Register, Update in time, Deregister, deferral and retry, and the link
 * being taken away and given back. LwM2M 1.1 §6.2; chart edition-3-deferred-server.
 */
import { not } from "xstate";
import type { NotifyAction } from "./application.ts";
import type { Chart } from "./chart.ts";
import { disabled, disabling } from "./disabled.ts";
import { sessionReason } from "./outcomes.ts";
import {
  deferral,
  REGISTER_EVENT_FIELDS,
  type RegisterContext,
  type RegisterEvent,
  type RegisterInput,
  reopenSeconds,
  type ServerInput,
  waitSeconds,
} from "./registerModel.ts";
import { registerSetup } from "./registerSetup.ts";

export const registerMachine = registerSetup.createMachine({
  id: "register",
  description: "The registration with one management server.",
  meta: { spec: "LwM2M 1.1 §6.2; chart edition-3-deferred-server", events: REGISTER_EVENT_FIELDS },
  context: ({ input }) => ({
    attempt: 0,
    sequence: 0,
    reason: "NO_REASON",
    registered: input.server.registered === true,
    updateAt: 0,
    updateWanted: false,
    disableWanted: false,
    wish: "none",
    closures: 0,
    fresh: true,
    behind: input.waitsForTurn === true,
    delayWanted: input.server.initialDelaySeconds > 0 && input.server.met !== true,
    version: input.server.version ?? "1.1",
    met: input.server.met === true,
    disabledUntil: input.server.disabledUntil ?? 0,
    ...input,
  }),
  invoke: { id: "updateAlarm", src: "alarm", input: { event: "update.due" }, onError: { actions: "wantUpdate" } },
  initial: "deciding",
  on: {
    "link.goingDown": { actions: "noteLinkDown", target: ".offline" },
    "link.isLost": { actions: "noteLinkDown", target: ".offline" },
    "link.isUp": { actions: "noteLinkUp" },
    "server.turn": { actions: "takeTurn" },
    "server.alone": { actions: "forgetBootstrapServer" },
    "server.update": { actions: "wantUpdate" },
    "server.disable": {
      actions: ["wantDisable", { type: "keepDisableTimeout", params: ({ event }) => event.timeoutSeconds }],
    },
  },
  states: {
    deciding: {
      description: "A server that has disabled the device, or that waits to be asked for, is left alone.",
      meta: { spec: "LwM2M 1.1, 1/x/4 Disable; carrier library, REQUEST_REGISTER" },
      always: [
        { guard: "waitsToBeAsked", target: "deregistered" },
        { guard: "isDisabled", target: "disabled" },
        { target: "beginning" },
      ],
    },
    beginning: {
      description: "What comes first: the link, the servers before this one in the order, a delay.",
      meta: { spec: "LwM2M 1.1, 1/x/13 to 1/x/15" },
      always: [
        { guard: not("linkIsUp"), target: "offline" },
        { guard: "isBehind", target: "queued" },
        { guard: "isDelayed", target: "delayed" },
        { target: "connecting" },
      ],
    },
    queued: {
      description: "The server before it in the order is registered with first, or has to fail.",
      meta: { spec: "LwM2M 1.1, 1/x/13 Registration Priority Order and 1/x/15 Registration Failure Block" },
      on: { "server.turn": { actions: "takeTurn", target: "beginning" }, "server.deregister": "leaving" },
    },
    delayed: {
      description: "The first registration since a bootstrap follows the one before it after some time.",
      meta: { spec: "LwM2M 1.1, 1/x/14 Initial Registration Delay Timer" },
      invoke: {
        src: "deadline",
        input: ({ context }) => ({ event: "delay.over", afterMs: 1000 * context.server.initialDelaySeconds }),
        onError: "connecting",
      },
      on: {
        "delay.over": { actions: "skipDelay", target: "connecting" },
        "server.register": { actions: "skipDelay", target: "connecting" },
        "server.deregister": "leaving",
      },
    },
    offline: {
      description: "The link was taken away: the session is closed without Deregister.",
      meta: { spec: "Carrier library, chart edition-3-request-link-down" },
      entry: { type: "closeSession", params: ({ context }) => ({ server: context.server.shortServerId }) },
      on: {
        "link.isUp": { actions: ["noteLinkUp", "beginAfresh"], target: "beginning" },
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
      on: { "server.deregister": "leaving", "server.register": { actions: "forgetWish" } },
    },
    connected: {
      description:
        "The session is open: Update where a registration is known, Deregister where that is wanted, else Register.",
      meta: { spec: "LwM2M 1.1 §6.2" },
      always: [
        { guard: "deregisterWanted", target: "deregistering" },
        { guard: "isRegistered", actions: "clearWantedUpdate", target: "updating" },
        { target: "registering" },
      ],
    },
    registering: {
      description: "POST /rd?ep=…&lt=…&lwm2m=1.1&b=…; once more as 1.0 where the server answers 4.12.",
      meta: { spec: "LwM2M 1.1 §6.2.1 Register" },
      invoke: {
        src: "register",
        input: ({ context }) => ({ server: context.server.shortServerId, version: context.version }),
        onDone: [
          {
            guard: { type: "succeeded", params: ({ event }) => event.output.kind },
            actions: { type: "keepRegistration", params: ({ event }) => event.output },
            target: "arrived",
          },
          {
            guard: { type: "speaksOlder", params: ({ event }) => event.output },
            actions: "fallBack",
            target: "registering",
            reenter: true,
          },
          { guard: { type: "isRejection", params: ({ event }) => event.output }, target: "rejected" },
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
    arrived: {
      description: "The server has taken the Register.",
      meta: { spec: "LwM2M 1.1 §6.2.1 Register; carrier library, REGISTERED" },
      entry: ["reportRegistered", "markReported"],
      always: "registered",
    },
    registered: {
      description: "Update leaves early enough for its retransmissions to fit before the lifetime ends.",
      meta: { spec: "LwM2M 1.1 §6.2.2 Update" },
      entry: "setAlarm",
      exit: "clearAlarm",
      always: [
        { guard: "disableWanted", target: "disabling" },
        { guard: "updateWanted", actions: "clearWantedUpdate", target: "updating" },
      ],
      on: {
        "update.due": { actions: "forgetClosures", target: "updating" },
        "server.update": "updating",
        "server.register": "updating",
        "server.deregister": "deregistering",
        "server.disable": {
          actions: { type: "keepDisableTimeout", params: ({ event }) => event.timeoutSeconds },
          target: "disabling",
        },
        // The registration may live on: an Update on a new session tells.
        "server.sessionClosed": [
          { guard: "sessionsHold", actions: ["noteClosure", "beginAfresh"], target: "connecting" },
          { actions: ["noteClosure", "beginAfresh"], target: "parted" },
        ],
      },
    },
    parted: {
      description: "The server closes one session after the other: the next one waits, at most until an Update is due.",
      meta: { spec: "LwM2M 1.1 §6.2.2 Update; waits as by 1/x/17 to 1/x/19" },
      entry: "setAlarm",
      exit: "clearAlarm",
      invoke: {
        src: "deadline",
        input: ({ context }) => ({ event: "retry.due", afterMs: 1000 * reopenSeconds(context) }),
        onError: "connecting",
      },
      on: {
        "retry.due": "connecting",
        "update.due": "connecting",
        "server.update": "connecting",
        "server.register": "connecting",
        "server.deregister": { actions: "wantDeregister", target: "connecting" },
      },
    },
    updating: {
      description: "POST to the registration's location; 4.04 means that the server has forgotten it.",
      meta: { spec: "LwM2M 1.1 §6.2.2 Update" },
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
    rejected: {
      description: "A server that knew this device does not want it any more: the bootstrap server may know why.",
      meta: { spec: "LwM2M 1.1, 1/x/16: registration is explicitly rejected" },
      entry: [
        { type: "closeSession", params: ({ context }) => ({ server: context.server.shortServerId }) },
        { type: "notify", params: { type: "deferred", reason: "SERVER_REGISTRATION", timeoutSeconds: 0 } },
      ],
      always: "exhausted",
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
        { guard: "deregisterWanted", target: "leaving" },
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
      entry: "reportFailed",
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
    disabling,
    disabled,
    reviving: {
      description: "Asked to register again: with all attempts to spend.",
      meta: { spec: "Carrier library, REQUEST_REGISTER" },
      entry: ["beginAfresh", "forgetWish"],
      always: "beginning",
    },
    deregistering: {
      description: "DELETE on the registration's location.",
      meta: { spec: "LwM2M 1.1 §6.2.3 De-register" },
      entry: "forgetWish",
      invoke: {
        src: "deregister",
        input: ({ context }) => ({ server: context.server.shortServerId }),
        onDone: "leaving",
        onError: "leaving",
      },
      on: {
        "server.register": { actions: { type: "wantRegister", params: ({ event }) => event.behind } },
        "server.deregister": { actions: "forgetWish" },
        "link.goingDown": { actions: "noteLinkDown", target: "leaving" },
        "link.isLost": { actions: "noteLinkDown", target: "leaving" },
      },
    },
    leaving: {
      description: "Whatever the server answered, the session is closed and the registration forgotten.",
      meta: { spec: "LwM2M 1.1 §6.2.3 De-register" },
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
      always: { guard: "registerWanted", target: "reviving" },
      on: {
        "server.register": {
          actions: { type: "rejoinOrder", params: ({ event }) => event.behind },
          target: "reviving",
        },
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
