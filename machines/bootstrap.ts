/**
 * Bootstrap: the server's keys, the connection, Bootstrap-Request, whatever the server does until Finish, the keys of
 * the management servers. Link cycles and the moment of BOOTSTRAPPED are the edition's policy.
 * LwM2M 1.1 §6.1; charts edition-*-bootstrap and edition-3-deferred-bootstrap.
 */
import { assign, not, sendParent, setup } from "xstate";
import { type NotifyAction, notify } from "./application.ts";
import {
  BOOTSTRAP_EVENT_FIELDS,
  type BootstrapContext,
  type BootstrapEvent,
  type BootstrapInput,
  type BootstrapOutcome,
  type BootstrapRequestOutcome,
  type BootstrapSessionOutcome,
  type ManagementKeysOutcome,
  type SmartcardOutcome,
} from "./bootstrapModel.ts";
import { type Chart, type ChartMeta, service } from "./chart.ts";
import { deadline } from "./deadline.ts";
import type { KeysOutcome } from "./init.ts";
import type { LinkCommand } from "./link.ts";
import { retryWaitSeconds, type SessionOutcome, sessionReason } from "./outcomes.ts";
import type { DeferredReason, SemanticEvent } from "./semanticEvent.ts";

/** What the application hears of a failed attempt; timeout 0 when none follows. */
function deferral({ reason, retry, attempt }: BootstrapContext): SemanticEvent {
  return { type: "deferred", reason, timeoutSeconds: retryWaitSeconds(retry, attempt) ?? 0 };
}

export const bootstrapMachine = setup({
  types: {
    input: {} as BootstrapInput,
    context: {} as BootstrapContext,
    events: {} as BootstrapEvent,
    output: {} as BootstrapOutcome,
    meta: {} as ChartMeta,
  },
  actors: {
    deadline,
    /** Reads the card, and puts its accounts in the place of the others. */
    readSmartcard: service<SmartcardOutcome>("readSmartcard"),
    writeServerKeys: service<KeysOutcome>("writeServerKeys"),
    openSession: service<SessionOutcome, { readonly server: "bootstrap" }>("openSession"),
    requestBootstrap: service<BootstrapRequestOutcome>("requestBootstrap"),
    /** Serves the bootstrap server's operations until Finish. Leaving it undoes what was not finished. */
    serveBootstrap: service<BootstrapSessionOutcome>("serveBootstrap"),
    /** Writes the management servers' keys and makes the bootstrap a fact. */
    writeManagementKeys: service<ManagementKeysOutcome>("writeManagementKeys"),
  },
  guards: {
    readsSmartcard: ({ context }) => context.smartcard === true,
    hasServers: (_, kind: SmartcardOutcome["kind"]) => kind === "servers",
    hasBootstrapServer: (_, kind: SmartcardOutcome["kind"]) => kind === "bootstrapServer",
    needsKeyCycle: ({ context }) => context.policy.bootstrapKeysAt === "ownCycle" && !context.keysWritten,
    wantsKeysOnly: ({ context }) => context.keysOnly,
    announcesBeforeLinkUp: ({ context }) => context.policy.bootstrappedAt === "beforeLinkUp",
    mayRetry: ({ context }) => retryWaitSeconds(context.retry, context.attempt) !== undefined,
    holdsOff: ({ context }) => context.holdOffSeconds > 0,
    written: (_, kind: KeysOutcome["kind"]) => kind === "written",
    open: (_, kind: SessionOutcome["kind"]) => kind === "open",
    accepted: (_, kind: BootstrapRequestOutcome["kind"]) => kind === "accepted",
    unavailable: (_, kind: BootstrapRequestOutcome["kind"]) => kind === "unavailable",
    silent: (_, outcome: BootstrapRequestOutcome) => outcome.kind === "noAnswer" && !outcome.heard,
    finished: (_, kind: BootstrapSessionOutcome["kind"]) => kind === "finished",
    failedDown: (_, direction: "up" | "down") => direction === "down",
  },
  actions: {
    notify: (_, event: SemanticEvent) => notify(_, event),
    bringLinkUp: sendParent({ type: "link.bringUp" } satisfies LinkCommand),
    takeLinkDown: sendParent({ type: "link.takeDown" } satisfies LinkCommand),
    putCardAside: assign({ smartcard: false }),
    /** The factory's servers are gone. */
    takeFromCard: assign((_, outcome: SmartcardOutcome) => ({
      smartcard: false,
      keysOnly: false,
      ...(outcome.kind === "bootstrapServer" && { holdOffSeconds: outcome.holdOffSeconds }),
    })),
    countAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    uncountAttempt: assign({ attempt: ({ context }) => context.attempt - 1 }),
    blame: assign((_, reason: DeferredReason) => ({ reason })),
    keepServers: assign((_, { kind: _kind, ...accounts }: ManagementKeysOutcome) => ({ accounts })),
    /** Closes the session to the bootstrap server. */
    closeSession: (_, _server: { readonly server: "bootstrap" }) => {},
  },
}).createMachine({
  id: "bootstrap",
  description: "From a device without accounts to one that knows its management servers.",
  meta: { spec: "LwM2M 1.1 §6.1; charts *-bootstrap", events: BOOTSTRAP_EVENT_FIELDS },
  context: ({ input }) => ({ attempt: 0, reason: "NO_REASON", accounts: { servers: [] }, ...input }),
  initial: "preparing",
  exit: { type: "closeSession", params: { server: "bootstrap" } },
  states: {
    preparing: {
      description: "What comes first: the card, a link cycle for keys, keys alone, or the server.",
      meta: { spec: "LwM2M 1.1 §6.1.4 Bootstrap Sequence" },
      always: [
        { guard: "readsSmartcard", target: "readingSmartcard" },
        { guard: "needsKeyCycle", target: "takingLinkDown" },
        { guard: "wantsKeysOnly", target: "writingManagementKeys" },
        { target: "holdingOff" },
      ],
    },
    readingSmartcard: {
      description: "What lies on the card goes before the factory's servers and before any bootstrap server.",
      meta: { spec: "LwM2M 1.1 §6.1.3 Bootstrap from Smartcard, Appendix G" },
      invoke: {
        src: "readSmartcard",
        onDone: [
          {
            guard: { type: "hasServers", params: ({ event }) => event.output.kind },
            actions: { type: "takeFromCard", params: ({ event }) => event.output },
            target: "disconnecting",
          },
          {
            guard: { type: "hasBootstrapServer", params: ({ event }) => event.output.kind },
            actions: { type: "takeFromCard", params: ({ event }) => event.output },
            target: "takingLinkDown",
          },
          { actions: "putCardAside", target: "preparing" },
        ],
        onError: { actions: "putCardAside", target: "preparing" },
      },
    },
    takingLinkDown: {
      description: "Keys can be written only while the modem is offline.",
      meta: { spec: "Carrier library, rules; %CMNG error 518" },
      entry: "takeLinkDown",
      on: {
        "link.isDown": "writingServerKeys",
        // Somebody else wanted it up.
        "link.isUp": { actions: "takeLinkDown" },
        "link.failed": { guard: { type: "failedDown", params: ({ event }) => event.direction }, target: "keysRefused" },
      },
    },
    writingServerKeys: {
      description: "Stale keys are deleted, what the first server needs is written: nothing for one without security.",
      meta: { spec: "Charts edition-0.30-bootstrap, edition-3-bootstrap" },
      invoke: {
        src: "writeServerKeys",
        onDone: [
          { guard: { type: "written", params: ({ event }) => event.output.kind }, target: "bringingLinkUp" },
          { target: "keysRefused" },
        ],
        onError: "keysRefused",
      },
    },
    bringingLinkUp: {
      description: "The first server is reached over the link again.",
      meta: { spec: "Charts edition-0.30-bootstrap, edition-3-bootstrap" },
      entry: "bringLinkUp",
      on: {
        "link.isUp": [{ guard: "wantsKeysOnly", target: "committing" }, { target: "holdingOff" }],
      },
    },
    committing: {
      description: "Servers that were provisioned in the factory are ready to be registered with.",
      meta: { spec: "LwM2M 1.1 §6.1.3 factory bootstrap" },
      invoke: {
        src: "writeManagementKeys",
        onDone: [
          {
            guard: { type: "written", params: ({ event }) => event.output.kind },
            actions: { type: "keepServers", params: ({ event }) => event.output },
            target: "done",
          },
          { target: "keysRefused" },
        ],
        onError: "keysRefused",
      },
    },
    holdingOff: {
      description: "The bootstrap server may start by itself within this time.",
      meta: { spec: "LwM2M 1.1, 0/x/11 Client Hold Off Time" },
      always: { guard: not("holdsOff"), target: "connecting" },
      invoke: {
        src: "deadline",
        input: ({ context }) => ({ event: "holdOff.over", afterMs: context.holdOffSeconds * 1000 }),
        onError: "connecting",
      },
      on: { "holdOff.over": "connecting", "link.isLost": "awaitingLink" },
    },
    connecting: {
      description: "A session with the bootstrap server: the name, the route, the handshake.",
      meta: { spec: "LwM2M 1.1 §6.1.4; RFC 6347" },
      entry: "countAttempt",
      invoke: {
        id: "session",
        src: "openSession",
        input: { server: "bootstrap" },
        onDone: [
          { guard: { type: "open", params: ({ event }) => event.output.kind }, target: "requesting" },
          {
            actions: {
              type: "blame",
              params: ({ event }) =>
                event.output.kind === "open" ? "NO_REASON" : sessionReason(event.output.kind, "BOOTSTRAP"),
            },
            target: "deferring",
          },
        ],
        onError: { actions: { type: "blame", params: "BOOTSTRAP_CONNECT" }, target: "deferring" },
      },
      on: { "link.isLost": { actions: "uncountAttempt", target: "awaitingLink" } },
    },
    requesting: {
      description: "POST /bs?ep=…",
      meta: { spec: "LwM2M 1.1 §6.1.7.1 Bootstrap-Request" },
      invoke: {
        src: "requestBootstrap",
        onDone: [
          { guard: { type: "accepted", params: ({ event }) => event.output.kind }, target: "inSession" },
          {
            guard: { type: "unavailable", params: ({ event }) => event.output.kind },
            actions: { type: "blame", params: "SERVICE_UNAVAILABLE" },
            target: "deferring",
          },
          {
            guard: { type: "silent", params: ({ event }) => event.output },
            actions: { type: "blame", params: "BOOTSTRAP_NO_ROUTE" },
            target: "deferring",
          },
          { target: "sequenceFailed" },
        ],
        onError: "sequenceFailed",
      },
      on: { "link.isLost": { actions: "uncountAttempt", target: "awaitingLink" } },
    },
    inSession: {
      description: "The server discovers, reads, writes and deletes as it likes; Finish ends it.",
      meta: { spec: "LwM2M 1.1 §6.1.7.2 to 6.1.7.6" },
      invoke: [
        {
          src: "serveBootstrap",
          onDone: [
            {
              guard: { type: "finished", params: ({ event }) => event.output.kind },
              target: "disconnecting",
            },
            { target: "sequenceFailed" },
          ],
          onError: "sequenceFailed",
        },
        {
          src: "deadline",
          input: ({ context }) => ({ event: "bootstrap.timedOut", afterMs: context.timeoutMs }),
          onError: "sequenceFailed",
        },
      ],
      on: {
        "bootstrap.timedOut": "sequenceFailed",
        "link.isLost": { actions: "uncountAttempt", target: "awaitingLink" },
      },
    },
    awaitingLink: {
      description: "The network went away: an attempt that it cut does not count.",
      meta: { spec: "3GPP TS 27.007 §10.1.22" },
      entry: { type: "closeSession", params: { server: "bootstrap" } },
      on: { "link.isUp": "connecting" },
    },
    sequenceFailed: {
      description: "Refused, not answered, objects missing, or no Finish in time.",
      meta: { spec: "Carrier library, DEFERRED_BOOTSTRAP_SEQUENCE" },
      entry: { type: "blame", params: "BOOTSTRAP_SEQUENCE" },
      always: "deferring",
    },
    deferring: {
      description: "The application is told why and for how long.",
      meta: { spec: "Carrier library, DEFERRED" },
      entry: { type: "closeSession", params: { server: "bootstrap" } },
      always: [
        {
          guard: "mayRetry",
          actions: { type: "notify", params: ({ context }) => deferral(context) },
          target: "waiting",
        },
        { actions: { type: "notify", params: ({ context }) => deferral(context) }, target: "exhausted" },
      ],
    },
    waiting: {
      description: "60, 120, 240, 480 s by default.",
      meta: { spec: "LwM2M 1.1, communication retry (1/x/17 to 20)" },
      invoke: {
        src: "deadline",
        input: ({ context }) => ({
          event: "retry.due",
          afterMs: 1000 * (retryWaitSeconds(context.retry, context.attempt) ?? 0),
        }),
        onError: "connecting",
      },
      on: { "retry.due": "connecting", "link.isLost": "awaitingLink" },
    },
    disconnecting: {
      description: "The management servers' keys are there: the link goes down for them.",
      meta: { spec: "Charts *-bootstrap" },
      entry: [{ type: "closeSession", params: { server: "bootstrap" } }, "takeLinkDown"],
      on: {
        "link.isDown": "writingManagementKeys",
        "link.isUp": { actions: "takeLinkDown" },
        "link.failed": { guard: { type: "failedDown", params: ({ event }) => event.direction }, target: "keysRefused" },
      },
    },
    writingManagementKeys: {
      description: "The management servers' keys; from here on the device is bootstrapped.",
      meta: { spec: "Charts *-bootstrap, the box about keys" },
      invoke: {
        src: "writeManagementKeys",
        onDone: [
          {
            guard: { type: "written", params: ({ event }) => event.output.kind },
            actions: { type: "keepServers", params: ({ event }) => event.output },
            target: "keysReady",
          },
          { target: "keysRefused" },
        ],
        onError: "keysRefused",
      },
    },
    keysReady: {
      description: "BOOTSTRAPPED, where the edition tells it before the link goes up.",
      meta: { spec: "Charts edition-0.30-bootstrap, edition-3-bootstrap" },
      always: [
        { guard: "wantsKeysOnly", target: "done" },
        {
          guard: "announcesBeforeLinkUp",
          actions: { type: "notify", params: { type: "bootstrapped" } },
          target: "bringingLinkUpAgain",
        },
        { target: "bringingLinkUpAgain" },
      ],
    },
    bringingLinkUpAgain: {
      description: "The management servers are reached over the link; BOOTSTRAPPED where it was not told before.",
      meta: { spec: "Charts *-bootstrap" },
      entry: "bringLinkUp",
      on: {
        "link.isUp": [
          { guard: "announcesBeforeLinkUp", target: "done" },
          { actions: { type: "notify", params: { type: "bootstrapped" } }, target: "done" },
        ],
      },
    },
    done: {
      description: "The device is bootstrapped.",
      meta: { spec: "LwM2M 1.1 §6.1.7.6 Bootstrap-Finish" },
      type: "final",
      output: ({ context }) => ({ kind: "done", ...context.accounts }) satisfies BootstrapOutcome,
    },
    exhausted: {
      description: "All attempts are used up.",
      meta: { spec: "Carrier library, ERROR BOOTSTRAP; LwM2M 1.1, communication retry" },
      type: "final",
      output: { kind: "exhausted" } satisfies BootstrapOutcome,
    },
    keysRefused: {
      type: "final",
      description: "The modem did not take the keys.",
      meta: { spec: "Carrier library, ERROR BOOTSTRAP (-EACCES)" },
      output: { kind: "keysRefused" } satisfies BootstrapOutcome,
    },
  },
  output: ({ event }) => event.output as BootstrapOutcome,
}) as unknown as Chart<
  BootstrapContext,
  BootstrapEvent,
  BootstrapInput,
  BootstrapOutcome,
  NotifyAction | { type: "closeSession"; params: { readonly server: "bootstrap" } }
>;
