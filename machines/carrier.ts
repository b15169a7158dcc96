/**
 * The carrier: a device's whole life. Each phase is a chart of its own that this one invokes; what they say to each
 * other goes through here.
 *
 *   starting ─▶ (preparing) ─▶ alive ─────────────────────────────────▶ closing ─▶ stopped
 *      ▲                        ├ link      the LTE link controller
 *      │                        └ work      initialising ─▶ running ├ phase     bootstrapping ─▶ serving
 *      │                                                            ├ firmware  idle ◀▶ updatingFirmware
 *      └──────── restarting ◀──────────────────────────────────────┴ reboot
 */
import { not } from "xstate";
import type { NotifyAction } from "./application.ts";
import type { BootstrapOutcome, ServerAccounts } from "./bootstrapModel.ts";
import {
  CARRIER_EVENT_FIELDS,
  type CarrierContext,
  type CarrierEvent,
  type CarrierInput,
  type FirmwareFacts,
} from "./carrierModel.ts";
import { carrierSetup, type EntryPoint } from "./carrierSetup.ts";
import type { Chart } from "./chart.ts";
import type { FirmwareValues } from "./fota.ts";
import type { InitOutcome, ModemOutcome } from "./init.ts";
import { serving } from "./serving.ts";

export const carrierMachine = carrierSetup.createMachine({
  id: "carrier",
  description: "The whole carrier: a device's life from power on to power off, over all restarts.",
  meta: {
    spec: "Carrier library, lwm2m_carrier_main(), lwm2m_carrier_init() and lwm2m_carrier_run()",
    events: CARRIER_EVENT_FIELDS,
  },
  context: ({ input }) => ({
    device: {
      bootstrapped: false,
      keysOnly: false,
      keysWritten: false,
      hasBootstrapServer: false,
      holdOffSeconds: 0,
      automatic: true,
      servers: [],
      firmware: { state: 0, uri: "" },
    },
    modem: { mode: "powerOff", registered: false },
    init: { kind: "failed", value: 0 },
    linkIsUp: false,
    announced: false,
    registered: [],
    exhausted: [],
    leaving: [],
    awaited: [],
    behind: [],
    stopping: false,
    fota: { start: "pull", uri: "" },
    error: { error: "run" },
    ...input,
  }),
  initial: "starting",
  invoke: { id: "device", src: "deviceEvents", onError: ".faulted" },
  on: {
    "modem.changed": { actions: { type: "noteModem", params: ({ event }) => event } },
    "modem.domain": {
      actions: { type: "notify", params: ({ event }) => ({ type: "modem.domain", event: event.event }) },
    },
    "app.data": { actions: { type: "notify", params: ({ event }) => event } },
    "errorCodes.reset": { actions: { type: "notify", params: { type: "errorCodes.reset" } } },
    restart: ".restarting",
    stop: ".closing",
    // A failed child must not be swallowed by '*' (XState sends it as an event).
    "xstate.error.*": ".faulted",
    "*": { actions: { type: "noteUnexpected", params: ({ event }) => event } },
  },
  states: {
    starting: {
      description: "What survived the last run is read: accounts, registrations, a firmware update under way.",
      meta: { spec: "LwM2M 1.1 §6.1.3: a bootstrap happens once" },
      invoke: {
        src: "loadDevice",
        onDone: [
          {
            guard: "applicationPrepares",
            actions: { type: "keepDevice", params: ({ event }) => event.output },
            target: "preparing",
          },
          {
            actions: [
              { type: "keepDevice", params: ({ event }) => event.output },
              { type: "noteCall", params: { name: "lwm2m_carrier_init()" } },
            ],
            target: "alive",
          },
        ],
        onError: "faulted",
      },
    },

    preparing: {
      description: "The application initialises the modem, writes missing CA certificates and attaches by itself.",
      meta: { spec: "Carrier library 3.x, lwm2m_carrier_thread_run" },
      invoke: {
        src: "prepareApplication",
        onDone: { actions: { type: "noteCall", params: { name: "lwm2m_carrier_main()" } }, target: "alive" },
        // `main()` is called all the same, and finds the modem not initialised.
        onError: { actions: { type: "noteCall", params: { name: "lwm2m_carrier_main()" } }, target: "alive" },
      },
    },

    alive: {
      description: "The device is on: the link is followed beside everything else.",
      meta: { spec: "Carrier library, LTE link controller beside main()" },
      type: "parallel",
      on: {
        "modem.changed": {
          actions: [
            { type: "noteModem", params: ({ event }) => event },
            { type: "toLink", params: ({ event }) => event },
          ],
        },
      },
      states: {
        link: {
          description: "Follows the link controller.",
          meta: { spec: "Carrier library, LTE link controller" },
          invoke: {
            id: "link",
            src: "link",
            input: ({ context }) => ({
              driver: context.policy.linkDriver,
              times: context.settings.link,
              ...context.modem,
            }),
            onDone: "#carrier.faulted",
            onError: "#carrier.faulted",
          },
          on: {
            "link.isUp": { actions: "noteLinkUp" },
            "link.isDown": { actions: "noteLinkDown" },
            "link.isPoweredOff": { actions: "noteLinkDown" },
            "link.isLost": { actions: "noteLinkDown" },
            "link.failed": {
              actions: {
                type: "notify",
                params: ({ event }) => ({
                  type: "error",
                  error: event.direction === "up" ? "linkUp" : "linkDown",
                  errno: "ETIMEDOUT",
                }),
              },
            },
          },
        },

        work: {
          description: "What the library does: `init()`, then `run()`.",
          meta: { spec: "Charts *-init" },
          initial: "initialising",
          states: {
            initialising: {
              description: "`init()`, or the first part of `main()`.",
              meta: { spec: "Charts *-init, certs-success, certs-failure" },
              invoke: {
                id: "init",
                src: "init",
                input: ({ context }) => ({ policy: context.policy, keysWritten: context.device.keysWritten }),
                onDone: [
                  {
                    guard: { type: "ready", params: ({ event }) => event.output.kind },
                    actions: { type: "keepInit", params: ({ event }) => event.output },
                    target: "settling",
                  },
                  {
                    actions: { type: "keepInit", params: ({ event }) => event.output },
                    target: "#carrier.initialisationFailed",
                  },
                ],
                onError: "#carrier.faulted",
              },
              on: {
                "link.bringUp": { actions: { type: "toLink", params: ({ event }) => event } },
                "link.isUp": { actions: { type: "toInit", params: ({ event }) => event } },
              },
            },

            settling: {
              description: "A firmware update that a restart was part of has succeeded or failed.",
              meta: { spec: "LwM2M object 5, Update Result 1 and 8" },
              always: [
                {
                  guard: { type: "wasUpdating", params: ({ context }) => modemOf(context.init) },
                  actions: [
                    { type: "setFirmware", params: { state: 0, result: 1 } },
                    { type: "keepFirmware", params: { state: 0, uri: "" } },
                    { type: "notify", params: { type: "fota.succeeded" } },
                  ],
                  target: "returning",
                },
                {
                  guard: "failedUpdating",
                  actions: [
                    { type: "setFirmware", params: { state: 2, result: 8 } },
                    { type: "keepFirmware", params: ({ context }) => ({ ...context.device.firmware, state: 2 }) },
                    { type: "notify", params: { type: "error", error: "fotaFailed", errno: "EBADF" } },
                  ],
                  target: "returning",
                },
                { target: "returning" },
              ],
            },

            returning: {
              description: "`init()` returns, and the application calls `run()`; `main()` just goes on.",
              meta: { spec: "Charts *-init" },
              always: [
                { guard: "isMain", target: "running" },
                {
                  actions: [
                    { type: "noteReturn", params: { name: "lwm2m_carrier_init()", value: 0 } },
                    { type: "noteCall", params: { name: "lwm2m_carrier_run()" } },
                  ],
                  target: "running",
                },
              ],
            },

            running: {
              description: "The library's loop, which does not return.",
              meta: { spec: "Charts *-init: library loop" },
              type: "parallel",
              on: {
                "link.bringUp": { actions: { type: "toLink", params: ({ event }) => event } },
                "link.takeDown": { actions: { type: "toLink", params: ({ event }) => event } },
                "link.powerOff": { actions: { type: "toLink", params: ({ event }) => event } },
              },
              states: {
                phase: {
                  description: "From a link to a bootstrapped device to one that is registered.",
                  meta: { spec: "LwM2M 1.1 §6; charts *-bootstrap" },
                  initial: "awaitingLink",
                  states: {
                    awaitingLink: {
                      description: "Whoever drives the link, bootstrap and registration need it.",
                      meta: { spec: "Carrier library 3.x: main() waits for the link" },
                      always: [
                        { guard: not("linkIsUp"), target: "offline" },
                        { guard: "isBootstrapped", target: "serving" },
                        { target: "bootstrapping" },
                      ],
                    },
                    offline: {
                      description: "The link is down. The application may have it brought up.",
                      meta: { spec: "Carrier library, REQUEST_LINK_UP" },
                      on: {
                        "link.isUp": "awaitingLink",
                        "request.linkUp": { actions: { type: "toLink", params: { type: "link.bringUp" } } },
                      },
                    },

                    bootstrapping: {
                      description: "The device is not bootstrapped.",
                      meta: { spec: "LwM2M 1.1 §6.1; charts *-bootstrap" },
                      invoke: {
                        id: "bootstrap",
                        src: "bootstrap",
                        input: ({ context }) => ({
                          policy: context.policy,
                          retry: context.device.bootstrapRetry ?? context.settings.bootstrapRetry,
                          timeoutMs: context.settings.bootstrapTimeoutMs,
                          holdOffSeconds: context.device.holdOffSeconds,
                          keysOnly: context.device.keysOnly && !context.device.bootstrapped,
                          smartcard: context.device.smartcard === true && !context.device.bootstrapped,
                          keysWritten: context.policy.bootstrapKeysAt === "init",
                        }),
                        onDone: [
                          {
                            guard: { type: "bootstrapDone", params: ({ event }) => event.output.kind },
                            actions: { type: "keepServers", params: ({ event }) => accountsOf(event.output) },
                            target: "awaitingLink",
                          },
                          {
                            guard: { type: "keysRefused", params: ({ event }) => event.output.kind },
                            actions: { type: "keepError", params: { error: "bootstrap", errno: "EACCES" } },
                            target: "exhausted",
                          },
                          {
                            actions: { type: "keepError", params: ({ context }) => context.policy.bootstrapExhausted },
                            target: "exhausted",
                          },
                        ],
                        onError: "#carrier.faulted",
                      },
                      on: {
                        "link.isUp": { actions: { type: "toBootstrap", params: ({ event }) => event } },
                        "link.isDown": { actions: { type: "toBootstrap", params: ({ event }) => event } },
                        "link.isLost": { actions: { type: "toBootstrap", params: ({ event }) => event } },
                        "link.failed": { actions: { type: "toBootstrap", params: ({ event }) => event } },
                      },
                    },

                    serving,

                    exhausted: {
                      description: "All attempts are used up: only a restart tries again.",
                      meta: { spec: "Carrier library, ERROR CONNECT and ERROR BOOTSTRAP" },
                      initial: "telling",
                      states: {
                        telling: {
                          description: "The edition's error.",
                          meta: { spec: "Carrier library, ERROR CONNECT and ERROR BOOTSTRAP" },
                          always: {
                            actions: {
                              type: "notify",
                              params: ({ context }) => ({ type: "error", ...context.error }),
                            },
                            target: "resting",
                          },
                        },
                        resting: {
                          description: "Nothing more is tried.",
                          meta: { spec: "Carrier library, ERROR CONNECT: tried again only after a restart" },
                          tags: ["exhausted"],
                        },
                      },
                    },
                  },
                },

                firmware: {
                  description: "At most one firmware update at a time.",
                  meta: { spec: "LwM2M object 5; charts *-fota*" },
                  initial: "deciding",
                  states: {
                    deciding: {
                      description: "An update that a restart cut goes on.",
                      meta: { spec: "Carrier library: FOTA_START is sent again and the download goes on" },
                      always: [
                        {
                          guard: "wasPulling",
                          actions: {
                            type: "keepFota",
                            params: ({ context }) => ({ start: "resume", uri: context.device.firmware.uri }),
                          },
                          target: "awaitingRegistration",
                        },
                        {
                          guard: "wasReceiving",
                          actions: { type: "setFirmware", params: { state: 0, result: 4 } },
                          target: "idle",
                        },
                        {
                          guard: "hasImage",
                          actions: { type: "keepFota", params: ({ context }) => imageOf(context.device.firmware) },
                          target: "updatingFirmware",
                        },
                        { target: "idle" },
                      ],
                    },
                    awaitingRegistration: {
                      description: "A download that a restart cut goes on once a server is registered with.",
                      meta: { spec: "Carrier library: FOTA_START is sent again" },
                      on: { "server.registered": "updatingFirmware" },
                    },
                    idle: {
                      description: "State 0, Idle.",
                      meta: { spec: "LwM2M object 5, State 0" },
                      on: {
                        "firmware.pull": {
                          actions: { type: "keepFota", params: ({ event }) => ({ start: "pull", uri: event.uri }) },
                          target: "updatingFirmware",
                        },
                        "firmware.push": {
                          actions: { type: "keepFota", params: { start: "push", uri: "" } },
                          target: "updatingFirmware",
                        },
                      },
                    },
                    updatingFirmware: {
                      description: "A firmware update is under way.",
                      meta: { spec: "LwM2M object 5; charts *-fota*" },
                      invoke: {
                        id: "fota",
                        src: "fota",
                        input: ({ context }) => ({
                          policy: context.policy,
                          settings: context.settings.fota,
                          ...context.fota,
                        }),
                        onDone: [
                          {
                            guard: { type: "restarts", params: ({ event }) => event.output.kind },
                            target: "#carrier.restarting",
                          },
                          { target: "idle" },
                        ],
                        onError: "#carrier.faulted",
                      },
                      on: {
                        "link.isUp": { actions: { type: "toFota", params: ({ event }) => event } },
                        "link.isDown": { actions: { type: "toFota", params: ({ event }) => event } },
                        "link.isPoweredOff": { actions: { type: "toFota", params: ({ event }) => event } },
                        "link.isLost": { actions: { type: "toFota", params: ({ event }) => event } },
                        "link.failed": { actions: { type: "toFota", params: ({ event }) => event } },
                        "request.linkDown": { actions: { type: "toFota", params: { type: "link.goingDown" } } },
                        "firmware.update": { actions: { type: "toFota", params: ({ event }) => event } },
                        "firmware.reset": { actions: { type: "toFota", params: ({ event }) => event } },
                        "firmware.cancel": { actions: { type: "toFota", params: ({ event }) => event } },
                        "firmware.deferred": { actions: { type: "toFota", params: ({ event }) => event } },
                        "firmware.packageEnded": { actions: { type: "toFota", params: ({ event }) => event } },
                      },
                    },
                  },
                },

                reboot: {
                  description: "A reboot that a server executed: the application may put it off.",
                  meta: { spec: "LwM2M object 3, 3/0/4 Reboot; carrier library, REBOOT" },
                  initial: "none",
                  states: {
                    none: {
                      description: "No reboot is under way.",
                      meta: { spec: "Carrier library, REQUEST_REBOOT" },
                      on: { "request.reboot": "asking" },
                    },
                    asking: {
                      description: "The application may put the reboot off.",
                      meta: { spec: "Carrier library, REBOOT" },
                      tags: ["rebooting"],
                      invoke: {
                        src: "ask",
                        input: { type: "reboot" },
                        onDone: [
                          {
                            guard: { type: "accepted", params: ({ event }) => event.output.value },
                            target: "poweringOff",
                          },
                          { target: "none" },
                        ],
                        onError: "none",
                      },
                    },
                    poweringOff: {
                      description: "The modem is powered off before the device restarts.",
                      meta: { spec: "Carrier library, LTE_POWER_OFF" },
                      tags: ["rebooting"],
                      entry: "goOff",
                      on: { "link.isPoweredOff": "off", "link.failed": "off" },
                    },
                    // A step of its own: the phase takes the link's report too, and of two ways out one would be lost.
                    off: {
                      description: "The modem is off: the device restarts.",
                      meta: { spec: "Carrier library, REBOOT" },
                      tags: ["rebooting"],
                      always: "#carrier.restarting",
                    },
                  },
                },
              },
            },
          },
        },
      },
    },

    initialisationFailed: {
      description: "`init()` failed: the library does nothing until the device is started again.",
      meta: { spec: "Chart certs-failure" },
      initial: "returning",
      states: {
        returning: {
          description: "The entry point returns a negative errno.",
          meta: { spec: "Chart certs-failure" },
          always: {
            actions: {
              type: "noteReturn",
              params: ({ context }) => ({
                name: context.policy.entry === "main" ? "lwm2m_carrier_main()" : "lwm2m_carrier_init()",
                value: context.init.kind === "failed" ? context.init.value : 0,
              }),
            },
            target: "resting",
          },
        },
        resting: {
          description: "The library does nothing until the device starts again.",
          meta: { spec: "Chart certs-failure" },
          tags: ["failed"],
        },
      },
    },

    restarting: {
      description: "Everything stops and starts again from what is stored, in the same recording.",
      meta: { spec: "Carrier library, REBOOT" },
      entry: [
        "noteLinkDown",
        { type: "noteModem", params: { type: "modem.changed", mode: "powerOff", registered: false } },
      ],
      always: { guard: "isStopping", target: "closing" },
      invoke: { src: "restartDevice", onDone: "starting", onError: "starting" },
      on: { restart: {} },
    },

    closing: {
      description: "The modem is powered off, and everything is let go of.",
      meta: { spec: "Carrier library: power off closes sessions without Deregister" },
      entry: "noteStop",
      invoke: { src: "closeDevice", onDone: "stopped", onError: "stopped" },
      on: { stop: {}, restart: {} },
    },
    stopped: { description: "The carrier has ended.", meta: { spec: "Carrier library: power off" }, type: "final" },

    faulted: {
      description: "A defect in a service was met: told as an error; a restart may cure it.",
      meta: { spec: "Carrier library, ERROR RUN" },
      tags: ["failed"],
      entry: { type: "notify", params: { type: "error", error: "run", errno: "EFAULT" } },
      always: { guard: "isStopping", target: "closing" },
    },
  },
}) as unknown as Chart<
  CarrierContext,
  CarrierEvent,
  CarrierInput,
  undefined,
  | NotifyAction
  | { type: "setFirmware"; params: FirmwareValues }
  | { type: "purgeBootstrapAccount" }
  | { type: "noteCall"; params: { readonly name: EntryPoint } }
  | { type: "noteReturn"; params: { readonly name: EntryPoint; readonly value: number } }
  | { type: "noteUnexpected"; params: { readonly type: string } }
>;

function imageOf({ deferUntil }: FirmwareFacts): CarrierContext["fota"] {
  return { start: "downloaded", uri: "", ...(deferUntil !== undefined && { deferUntil }) };
}

function modemOf(init: InitOutcome): ModemOutcome["kind"] {
  return init.kind === "ready" ? init.modem.kind : "ok";
}

function accountsOf(outcome: BootstrapOutcome): ServerAccounts {
  if (outcome.kind !== "done") return { servers: [] };
  const { kind: _, ...accounts } = outcome;
  return accounts;
}
