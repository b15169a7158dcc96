/**
 * The LTE link controller: takes the link up and down in the words of the edition and follows what the network does.
 * Who acts is the edition's policy: the library itself, or the application when an event asks it to.
 *
 *   offline ──bringUp──▶ connecting ──registered──▶ connected ◀──▶ searching
 *      ▲                     │ timeout                  │
 *      └──── disconnecting ◀─┴────── takeDown ──────────┤
 *   poweredOff ◀──── poweringOff ◀──── powerOff ────────┘
 */
import { assign, sendParent, setup } from "xstate";
import { ask, type NotifyAction, notify } from "./application.ts";
import { type Chart, type ChartMeta, service } from "./chart.ts";
import { deadline } from "./deadline.ts";
import type { EditionPolicy } from "./edition.ts";
import type { EventFields } from "./eventFields.ts";
import type { SemanticEvent } from "./semanticEvent.ts";
import type { LinkTimes } from "./settings.ts";

export interface LinkInput {
  readonly driver: EditionPolicy["linkDriver"];
  readonly times: LinkTimes;
  /** What the modem last said. */
  readonly registered: boolean;
  readonly mode: "powerOff" | "normal" | "offline";
}

export interface LinkContext extends LinkInput {
  /** The library had the link brought up, in contrast to a link that merely came back. */
  readonly brought: boolean;
}

export type LinkCommand = { type: "link.bringUp" } | { type: "link.takeDown" } | { type: "link.powerOff" };

export type ModemChanged = {
  type: "modem.changed";
  mode: "powerOff" | "normal" | "offline";
  registered: boolean;
};

export type LinkEvent = LinkCommand | ModemChanged | { type: "link.timedOut" };

/** What the link tells its parent. */
export type LinkReport =
  | { type: "link.isUp"; brought: boolean }
  | { type: "link.isDown" }
  | { type: "link.isPoweredOff" }
  | { type: "link.isLost" }
  | { type: "link.failed"; direction: "up" | "down" };

/** What somebody may send by hand: to the chart, and as its words to a parent. */
export const LINK_COMMAND_FIELDS = {
  "link.bringUp": {},
  "link.takeDown": {},
  "link.powerOff": {},
  "modem.changed": { mode: ["normal", "offline", "powerOff"], registered: "flag" },
} as const satisfies EventFields<LinkCommand | ModemChanged>;

export const LINK_REPORT_FIELDS = {
  "link.isUp": { brought: "flag" },
  "link.isDown": {},
  "link.isPoweredOff": {},
  "link.isLost": {},
  "link.failed": { direction: ["up", "down"] },
} as const satisfies EventFields<LinkReport>;

export const linkMachine = setup({
  types: {
    input: {} as LinkInput,
    context: {} as LinkContext,
    events: {} as LinkEvent,
    meta: {} as ChartMeta,
  },
  actors: {
    ask,
    deadline,
    /** Normal functional mode: the modem searches and attaches; resolves when the command is taken. */
    attach: service("attach"),
    switchOffline: service("switchOffline"),
    switchPowerOff: service("switchPowerOff"),
  },
  guards: {
    drivenByLibrary: ({ context }) => context.driver === "library",
    isRegistered: ({ context }) => context.registered,
    isOffline: ({ context }) => context.mode !== "normal",
    isPoweredOff: ({ context }) => context.mode === "powerOff",
    leftToApplication: (_, answer: number) => answer !== 0,
    saysRegistered: (_, changed: ModemChanged) => changed.registered,
    saysLost: (_, changed: ModemChanged) => !changed.registered && changed.mode === "normal",
    saysSwitchedOff: (_, changed: ModemChanged) => changed.mode !== "normal",
    saysPoweredOff: (_, changed: ModemChanged) => changed.mode === "powerOff",
  },
  actions: {
    notify: (_, event: SemanticEvent) => notify(_, event),
    follow: assign((_, changed: ModemChanged) => ({ registered: changed.registered, mode: changed.mode })),
    markBrought: assign({ brought: true }),
    markReturning: assign({ brought: false }),
    reportUp: sendParent(({ context }) => ({ type: "link.isUp", brought: context.brought }) satisfies LinkReport),
    reportDown: sendParent({ type: "link.isDown" } satisfies LinkReport),
    reportPoweredOff: sendParent({ type: "link.isPoweredOff" } satisfies LinkReport),
    reportLost: sendParent({ type: "link.isLost" } satisfies LinkReport),
    reportFailed: sendParent(
      (_, direction: "up" | "down") => ({ type: "link.failed", direction }) satisfies LinkReport,
    ),
  },
}).createMachine({
  id: "link",
  description: "Takes the LTE link up and down in the words of the edition, and follows what the network does.",
  meta: {
    spec: "Carrier library, LTE link controller",
    events: { ...LINK_COMMAND_FIELDS, "link.timedOut": {} } satisfies EventFields<LinkEvent>,
  },
  context: ({ input }) => ({ brought: true, ...input }),
  initial: "deciding",
  on: { "modem.changed": { actions: { type: "follow", params: ({ event }) => event } } },
  states: {
    deciding: {
      description: "A modem may be attached before the library begins.",
      meta: { spec: "3GPP TS 27.007 §10.1.22 (+CEREG)" },
      always: [{ guard: "isRegistered", target: "connected" }, { target: "offline" }],
    },

    offline: {
      description: "The modem is not attached. An application may attach it by itself.",
      meta: { spec: "Carrier library, LTE link controller; 3GPP TS 27.007 §8.2 (+CFUN)" },
      on: {
        "link.bringUp": "connecting",
        "link.takeDown": "disconnecting",
        "link.powerOff": "poweringOff",
        "modem.changed": [
          {
            guard: { type: "saysRegistered", params: ({ event }) => event },
            actions: [{ type: "follow", params: ({ event }) => event }, "markBrought"],
            target: "connected",
          },
          { actions: { type: "follow", params: ({ event }) => event } },
        ],
      },
    },

    connecting: {
      description: "The link goes up: announced first, then by whoever drives it.",
      meta: { spec: "Carrier library, LTE_LINK_UP (CONNECTING, CONNECTED)" },
      entry: "markBrought",
      initial: "asking",
      on: { "link.takeDown": "disconnecting", "link.powerOff": "poweringOff" },
      states: {
        asking: {
          description: "The application is told, or asked, that the link goes up.",
          meta: { spec: "Carrier library, LTE_LINK_UP (CONNECTING, CONNECTED)" },
          invoke: {
            src: "ask",
            input: { type: "link.goingUp" },
            onDone: [
              { guard: "drivenByLibrary", target: "attaching" },
              { guard: "isRegistered", target: "up" },
              {
                guard: { type: "leftToApplication", params: ({ event }) => event.output.value },
                target: "leftToApplication",
              },
              { target: "awaitingRegistration" },
            ],
            onError: "failed",
          },
        },
        attaching: {
          description: "The library switches the modem to normal mode.",
          meta: { spec: "AT+CFUN=1" },
          invoke: { src: "attach", onDone: "awaitingRegistration", onError: "failed" },
        },
        awaitingRegistration: {
          description: "Attached within the time allowed, or LTE_LINK_UP_FAIL.",
          meta: { spec: "lte_lc: CONFIG_LTE_NETWORK_TIMEOUT, 600 s by default" },
          always: { guard: "isRegistered", target: "up" },
          invoke: {
            src: "deadline",
            input: ({ context }) => ({ event: "link.timedOut", afterMs: context.times.connectTimeoutMs }),
            onError: "failed",
          },
          on: { "link.timedOut": "failed" },
        },
        leftToApplication: {
          description: "The application answered that it takes the link up itself at its earliest convenient time.",
          meta: { spec: "Carrier library, handler's non-zero return" },
          always: { guard: "isRegistered", target: "up" },
        },
        up: {
          description: "The application is told where the edition does so.",
          meta: { spec: "Carrier library, CONNECTED" },
          always: { target: "#link.connected", actions: { type: "notify", params: { type: "link.up" } } },
        },
        failed: {
          description: "Told as an error; tried again after a while.",
          meta: { spec: "Carrier library, ERROR LTE_LINK_UP_FAIL" },
          entry: { type: "reportFailed", params: "up" },
          always: { guard: "isRegistered", target: "up" },
          invoke: {
            src: "deadline",
            input: ({ context }) => ({ event: "link.timedOut", afterMs: context.times.retryMs }),
            onError: "#link.offline",
          },
          on: { "link.timedOut": "asking" },
        },
      },
    },

    connected: {
      description: "Registered with the network.",
      meta: { spec: "3GPP TS 27.007 §10.1.22 (+CEREG 1 and 5)" },
      entry: "reportUp",
      on: {
        "link.bringUp": { actions: ["markReturning", "reportUp"] },
        "link.takeDown": "disconnecting",
        "link.powerOff": "poweringOff",
        "modem.changed": [
          {
            guard: { type: "saysLost", params: ({ event }) => event },
            actions: [{ type: "follow", params: ({ event }) => event }, "markReturning", "reportLost"],
            target: "searching",
          },
          {
            guard: { type: "saysSwitchedOff", params: ({ event }) => event },
            actions: [{ type: "follow", params: ({ event }) => event }, "reportLost"],
            target: "offline",
          },
          { actions: { type: "follow", params: ({ event }) => event } },
        ],
      },
    },

    searching: {
      description: "Registration was lost; the modem looks for a network.",
      meta: { spec: "3GPP TS 27.007 §10.1.22 (+CEREG 2)" },
      on: {
        "link.takeDown": "disconnecting",
        "link.powerOff": "poweringOff",
        "link.bringUp": "connecting",
        "modem.changed": [
          {
            guard: { type: "saysRegistered", params: ({ event }) => event },
            actions: { type: "follow", params: ({ event }) => event },
            target: "connected",
          },
          {
            guard: { type: "saysSwitchedOff", params: ({ event }) => event },
            actions: { type: "follow", params: ({ event }) => event },
            target: "offline",
          },
          { actions: { type: "follow", params: ({ event }) => event } },
        ],
      },
    },

    disconnecting: {
      description: "The link goes down: announced first, then by whoever drives it.",
      meta: { spec: "Carrier library, LTE_LINK_DOWN (DISCONNECTING, DISCONNECTED); AT+CFUN=4" },
      initial: "asking",
      on: { "link.powerOff": "poweringOff" },
      states: {
        asking: {
          description: "The application is told, or asked, that the link goes down.",
          meta: { spec: "Carrier library, LTE_LINK_DOWN (DISCONNECTING, DISCONNECTED)" },
          invoke: {
            src: "ask",
            input: { type: "link.goingDown" },
            onDone: [
              { guard: "drivenByLibrary", target: "switchingOff" },
              {
                guard: { type: "leftToApplication", params: ({ event }) => event.output.value },
                target: "leftToApplication",
              },
              { target: "awaitingOffline" },
            ],
            onError: "failed",
          },
        },
        switchingOff: {
          description: "The library switches the modem to flight mode.",
          meta: { spec: "AT+CFUN=4" },
          invoke: { src: "switchOffline", onDone: "awaitingOffline", onError: "failed" },
        },
        awaitingOffline: {
          description: "Offline within the time allowed, or LTE_LINK_DOWN_FAIL.",
          meta: { spec: "Carrier library, ERROR LTE_LINK_DOWN_FAIL" },
          always: { guard: "isOffline", target: "down" },
          invoke: {
            src: "deadline",
            input: ({ context }) => ({ event: "link.timedOut", afterMs: context.times.disconnectTimeoutMs }),
            onError: "failed",
          },
          on: { "link.timedOut": "failed" },
        },
        leftToApplication: {
          description: "The application takes the link down itself at its earliest convenient time.",
          meta: { spec: "Carrier library, handler's non-zero return" },
          always: { guard: "isOffline", target: "down" },
          on: { "link.bringUp": "#link.connecting" },
        },
        down: {
          description: "The application is told where the edition does so.",
          meta: { spec: "Carrier library, DISCONNECTED" },
          always: {
            target: "#link.offline",
            actions: [{ type: "notify", params: { type: "link.down" } }, "reportDown"],
          },
        },
        failed: {
          description: "Told as an error; the chart that wanted the link down decides what follows.",
          meta: { spec: "Carrier library, ERROR LTE_LINK_DOWN_FAIL" },
          entry: { type: "reportFailed", params: "down" },
          on: {
            "link.bringUp": "#link.connecting",
            "link.takeDown": "asking",
            "link.powerOff": "#link.poweringOff",
          },
        },
      },
    },

    poweringOff: {
      description: "The modem is powered off: announced first, then by whoever drives it.",
      meta: { spec: "Carrier library, LTE_POWER_OFF; AT+CFUN=0" },
      initial: "asking",
      states: {
        asking: {
          description: "The application is told, or asked, that the modem is powered off.",
          meta: { spec: "Carrier library, LTE_POWER_OFF" },
          invoke: {
            src: "ask",
            input: { type: "link.poweringOff" },
            onDone: [
              { guard: "drivenByLibrary", target: "switchingOff" },
              {
                guard: { type: "leftToApplication", params: ({ event }) => event.output.value },
                target: "leftToApplication",
              },
              { target: "awaitingPowerOff" },
            ],
            onError: "failed",
          },
        },
        switchingOff: {
          description: "The library switches the modem to minimum functionality.",
          meta: { spec: "AT+CFUN=0" },
          invoke: { src: "switchPowerOff", onDone: "awaitingPowerOff", onError: "failed" },
        },
        awaitingPowerOff: {
          description: "Powered off within the time allowed, or LTE_LINK_DOWN_FAIL.",
          meta: { spec: "Carrier library, ERROR LTE_LINK_DOWN_FAIL" },
          always: { guard: "isPoweredOff", target: "off" },
          invoke: {
            src: "deadline",
            input: ({ context }) => ({ event: "link.timedOut", afterMs: context.times.disconnectTimeoutMs }),
            onError: "failed",
          },
          on: { "link.timedOut": "failed" },
        },
        leftToApplication: {
          description: "The application powers the modem off itself at its earliest convenient time.",
          meta: { spec: "Carrier library, handler's non-zero return" },
          always: { guard: "isPoweredOff", target: "off" },
          on: { "link.bringUp": "#link.connecting" },
        },
        off: {
          description: "The modem is powered off: the chart that wanted it hears of it.",
          meta: { spec: "3GPP TS 27.007 §8.2 (+CFUN=0)" },
          always: { target: "#link.poweredOff", actions: "reportPoweredOff" },
        },
        failed: {
          description: "Told as an error; the chart that wanted the modem off decides what follows.",
          meta: { spec: "Carrier library, ERROR LTE_LINK_DOWN_FAIL" },
          entry: { type: "reportFailed", params: "down" },
          on: { "link.bringUp": "#link.connecting", "link.powerOff": "asking", "link.takeDown": "#link.disconnecting" },
        },
      },
    },

    poweredOff: {
      description: "Minimum functionality. The link can be brought up again.",
      meta: { spec: "3GPP TS 27.007 §8.2 (+CFUN=0)" },
      on: {
        "link.bringUp": "connecting",
        "link.powerOff": { actions: "reportPoweredOff" },
        "link.takeDown": { target: "offline", actions: "reportDown" },
        "modem.changed": [
          {
            guard: { type: "saysRegistered", params: ({ event }) => event },
            actions: [{ type: "follow", params: ({ event }) => event }, "markBrought"],
            target: "connected",
          },
          { actions: { type: "follow", params: ({ event }) => event } },
        ],
      },
    },
  },
}) as unknown as Chart<LinkContext, LinkEvent, LinkInput, undefined, NotifyAction>;
