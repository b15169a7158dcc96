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
import { assign, enqueueActions, not, raise, sendTo, setup } from "xstate";
import { ask, type NotifyAction, notify } from "./application.ts";
import { type BootstrapOutcome, bootstrapMachine } from "./bootstrap.ts";
import type { CarrierContext, CarrierEvent, CarrierInput, DeviceFacts, FirmwareFacts } from "./carrierModel.ts";
import { type Chart, type ChartMeta, service, source } from "./chart.ts";
import { deadline } from "./deadline.ts";
import { type FirmwareValues, type FotaInput, type FotaOutcome, fotaMachine } from "./fota.ts";
import { type InitOutcome, initMachine, type ModemOutcome } from "./init.ts";
import { linkMachine, type ModemChanged } from "./link.ts";
import type { ServerFacts } from "./outcomes.ts";
import { registerMachine, type ServerCommand } from "./register.ts";
import type { ErrnoName, ErrorKind, SemanticEvent } from "./semanticEvent.ts";

/** Entry points of the library, as records name them. */
export type EntryPoint = "lwm2m_carrier_init()" | "lwm2m_carrier_run()" | "lwm2m_carrier_main()";

const registerId = (server: number) => `register/${server}`;

export const carrierMachine = setup({
  types: {
    input: {} as CarrierInput,
    context: {} as CarrierContext,
    events: {} as CarrierEvent,
    meta: {} as ChartMeta,
  },
  actors: {
    ask,
    deadline,
    init: initMachine,
    link: linkMachine,
    bootstrap: bootstrapMachine,
    register: registerMachine,
    fota: fotaMachine,
    /** Reads the facts that survived a restart. */
    loadDevice: service<DeviceFacts>("loadDevice"),
    /** What the application does before `main()`: initialise the modem, write CA certificates, attach. */
    prepareApplication: service("prepareApplication"),
    /** Whatever happens outside of the charts: the modem's notifications, what servers do to objects. */
    deviceEvents: source<CarrierEvent>("deviceEvents"),
    /** Stops everything of the device, the modem included. */
    restartDevice: service("restartDevice"),
    closeDevice: service("closeDevice"),
  },
  guards: {
    isMain: ({ context }) => context.policy.entry === "main",
    applicationPrepares: ({ context }) => context.policy.firstLink === "beforeMain",
    announcesLinkFree: ({ context }) => context.policy.announcesLinkFree,
    isBootstrapped: ({ context }) => context.device.bootstrapped,
    linkIsUp: ({ context }) => context.linkIsUp,
    isAnnounced: ({ context }) => context.announced,
    wasUpdating: ({ context }, modem: ModemOutcome["kind"]) =>
      context.device.firmware.state === 3 && modem === "updated",
    failedUpdating: ({ context }) => context.device.firmware.state === 3,
    wasPulling: ({ context }) => context.device.firmware.state === 1 && context.device.firmware.uri !== "",
    wasReceiving: ({ context }) => context.device.firmware.state === 1,
    hasImage: ({ context }) => context.device.firmware.state === 2,
    ready: (_, kind: InitOutcome["kind"]) => kind === "ready",
    bootstrapDone: (_, kind: BootstrapOutcome["kind"]) => kind === "done",
    keysRefused: (_, kind: BootstrapOutcome["kind"]) => kind === "keysRefused",
    restarts: (_, kind: FotaOutcome["kind"]) => kind === "restart",
    accepted: (_, answer: number) => answer === 0,
    brought: (_, brought: boolean) => brought,
    /** The last registration ended, in contrast to a server that there was none with. */
    endsRegistrations: ({ context }, left: { readonly server: number; readonly wasRegistered: boolean }) =>
      left.wasRegistered && context.registered.every((other) => other === left.server),
    isLastServer: ({ context }, server: number) =>
      context.device.servers.every(({ shortServerId: id }) => id === server || context.exhausted.includes(id)),
    isStopping: ({ context }) => context.stopping,
    allHaveLeft: ({ context }) => context.leaving.length === 0,
    wantsBootstrap: (_, bootstrap: boolean) => bootstrap,
    knowsServer: ({ context }, server: number) =>
      context.device.servers.some(({ shortServerId }) => shortServerId === server),
    hasBootstrapServer: ({ context }) => context.device.hasBootstrapServer,
  },
  actions: {
    notify: (_, event: SemanticEvent) => notify(_, event),
    /** The application called an entry point. */
    noteCall: (_, _call: { readonly name: EntryPoint }) => {},
    /** An entry point returned: 0 or a negative errno. */
    noteReturn: (_, _return: { readonly name: EntryPoint; readonly value: number }) => {},
    /** An event that nothing was waiting for. */
    noteUnexpected: (_, _event: { readonly type: string }) => {},
    setFirmware: (_, _values: FirmwareValues) => {},
    keepFirmware: assign(({ context }, firmware: FirmwareFacts) => ({ device: { ...context.device, firmware } })),
    keepDevice: assign((_, device: DeviceFacts) => ({ device })),
    keepServers: assign(({ context }, servers: readonly ServerFacts[]) => ({
      device: { ...context.device, servers, bootstrapped: true },
    })),
    keepInit: assign((_, init: InitOutcome) => ({ init })),
    keepError: assign((_, error: { readonly error: ErrorKind; readonly errno?: ErrnoName }) => ({ error })),
    keepFota: assign((_, fota: Pick<FotaInput, "start" | "uri">) => ({ fota })),
    noteModem: assign((_, { mode, registered }: ModemChanged) => ({ modem: { mode, registered } })),
    noteLinkUp: assign({ linkIsUp: true }),
    noteLinkDown: assign({ linkIsUp: false }),
    toLink: sendTo("link", (_, event: { readonly type: string }) => event),
    toInit: sendTo("init", (_, event: { readonly type: string }) => event),
    toBootstrap: sendTo("bootstrap", (_, event: { readonly type: string }) => event),
    toFota: sendTo("fota", (_, event: { readonly type: string }) => event),
    toServer: sendTo(
      (_, { server }: { readonly server: number; readonly command: ServerCommand }) => registerId(server),
      (_, { command }) => command,
    ),
    toServers: enqueueActions(({ context, enqueue }, command: ServerCommand) => {
      for (const { shortServerId } of context.device.servers) enqueue.sendTo(registerId(shortServerId), command);
    }),
    startServers: enqueueActions(({ context, enqueue }) => {
      for (const server of context.device.servers) {
        enqueue.spawnChild("register", {
          id: registerId(server.shortServerId),
          input: {
            server,
            exhaustedAs: context.policy.registrationExhausted,
            canBootstrap: context.device.hasBootstrapServer,
            linkIsUp: context.linkIsUp,
            automatic: context.device.automatic,
          },
        });
      }
    }),
    stopServers: enqueueActions(({ context, enqueue }) => {
      for (const { shortServerId } of context.device.servers) {
        // A chart that is stopped runs no exit actions: it closes its session before.
        enqueue.sendTo(registerId(shortServerId), { type: "link.goingDown" });
        enqueue.stopChild(registerId(shortServerId));
      }
      enqueue.assign({ registered: [], exhausted: [], announced: false });
    }),
    markAnnounced: assign({ announced: true }),
    forgetRegistrations: assign({ announced: false, registered: [] }),
    countRegistered: assign(({ context }, server: number) => ({
      registered: [...context.registered.filter((other) => other !== server), server],
    })),
    discountRegistered: assign(({ context }, server: number) => ({
      registered: context.registered.filter((other) => other !== server),
    })),
    countExhausted: assign(({ context }, server: number) => ({
      exhausted: [...context.exhausted.filter((other) => other !== server), server],
    })),
    expectLeaving: assign(({ context }) => ({
      leaving: context.device.servers.map(({ shortServerId }) => shortServerId),
    })),
    countLeft: assign(({ context }, server: number) => ({
      leaving: context.leaving.filter((other) => other !== server),
    })),
    noteStop: assign({ stopping: true }),
    goDown: raise({ type: "link.takeDown" }),
    goOff: raise({ type: "link.powerOff" }),
  },
}).createMachine({
  id: "carrier",
  context: ({ input }) => ({
    ...input,
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
    stopping: false,
    fota: { start: "pull", uri: "" },
    error: { error: "run" },
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
                          retry: context.settings.bootstrapRetry,
                          timeoutMs: context.settings.bootstrapTimeoutMs,
                          holdOffSeconds: context.device.holdOffSeconds,
                          keysOnly: context.device.keysOnly && !context.device.bootstrapped,
                          keysWritten: context.policy.bootstrapKeysAt === "init",
                        }),
                        onDone: [
                          {
                            guard: { type: "bootstrapDone", params: ({ event }) => event.output.kind },
                            actions: { type: "keepServers", params: ({ event }) => serversOf(event.output) },
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

                    serving: {
                      description: "The device is bootstrapped: one registration a management server.",
                      meta: { spec: "LwM2M 1.1 §6.2" },
                      entry: "startServers",
                      exit: "stopServers",
                      initial: "releasingLink",
                      on: {
                        "link.takeDown": ".disconnecting",
                        "link.powerOff": ".disconnecting",
                        "link.isLost": {
                          actions: { type: "toServers", params: { type: "link.isLost" } },
                          target: ".lost",
                        },
                        "server.registered": {
                          actions: { type: "countRegistered", params: ({ event }) => event.server },
                        },
                        "server.deregistered": [
                          {
                            guard: { type: "endsRegistrations", params: ({ event }) => event },
                            actions: ["forgetRegistrations", { type: "notify", params: { type: "deregistered" } }],
                          },
                          { actions: { type: "discountRegistered", params: ({ event }) => event.server } },
                        ],
                        "server.exhausted": [
                          {
                            guard: { type: "wantsBootstrap", params: ({ event }) => event.bootstrap },
                            target: "bootstrapping",
                          },
                          {
                            guard: { type: "isLastServer", params: ({ event }) => event.server },
                            actions: { type: "keepError", params: { error: "connect", errno: "ETIMEDOUT" } },
                            target: "exhausted",
                          },
                          {
                            actions: [
                              { type: "countExhausted", params: ({ event }) => event.server },
                              {
                                type: "notify",
                                params: { type: "error", error: "connect", errno: "ETIMEDOUT" },
                              },
                            ],
                          },
                        ],
                        "server.trigger": {
                          guard: { type: "knowsServer", params: ({ event }) => event.server },
                          actions: {
                            type: "toServer",
                            params: ({ event }) => ({ server: event.server, command: event.command }),
                          },
                        },
                        "server.bootstrap": { guard: "hasBootstrapServer", target: "bootstrapping" },
                        "request.register": { actions: { type: "toServers", params: { type: "server.register" } } },
                        "request.deregister": { actions: { type: "toServers", params: { type: "server.deregister" } } },
                        stop: ".stopping",
                      },
                      states: {
                        releasingLink: {
                          description:
                            "LTE_READY after each link-up of a bootstrapped device, where the edition has it.",
                          meta: { spec: "Carrier library, LTE_READY" },
                          always: [
                            {
                              guard: "announcesLinkFree",
                              actions: { type: "notify", params: { type: "link.free" } },
                              target: "registering",
                            },
                            { target: "registering" },
                          ],
                        },
                        registering: {
                          description: "Connecting to the management servers.",
                          meta: { spec: "Charts *-bootstrap: connect to the management server(s)" },
                          entry: { type: "toServers", params: { type: "link.isUp" } },
                          on: {
                            "server.registered": [
                              {
                                guard: "isAnnounced",
                                actions: { type: "countRegistered", params: ({ event }) => event.server },
                                target: "registered",
                              },
                              {
                                actions: [
                                  { type: "countRegistered", params: ({ event }) => event.server },
                                  "markAnnounced",
                                  { type: "notify", params: { type: "registered" } },
                                ],
                                target: "registered",
                              },
                            ],
                            "request.linkDown": { actions: "goDown" },
                          },
                        },
                        registered: {
                          description: "Registered with at least one management server since the link came up.",
                          meta: { spec: "Carrier library, REGISTERED" },
                          tags: ["registered"],
                          on: {
                            "server.deregistered": {
                              guard: { type: "endsRegistrations", params: ({ event }) => event },
                              actions: { type: "notify", params: { type: "deregistered" } },
                              target: "deregistered",
                            },
                            "request.linkDown": { actions: "goDown" },
                          },
                        },
                        deregistered: {
                          description: "No registration, until a server or the application wants one.",
                          meta: { spec: "Carrier library, DEREGISTERED" },
                          tags: ["deregistered"],
                          entry: "forgetRegistrations",
                          on: {
                            "server.registered": {
                              actions: [
                                { type: "countRegistered", params: ({ event }) => event.server },
                                "markAnnounced",
                                { type: "notify", params: { type: "registered" } },
                              ],
                              target: "registered",
                            },
                            "request.linkDown": { actions: "goDown" },
                          },
                        },
                        disconnecting: {
                          description: "Sessions are closed without Deregister before the link goes down.",
                          meta: { spec: "Chart edition-3-request-link-down" },
                          entry: [
                            { type: "toServers", params: { type: "link.goingDown" } },
                            "forgetRegistrations",
                            { type: "toLink", params: ({ event }) => event },
                          ],
                          on: {
                            "link.isDown": "unlinked",
                            "link.isPoweredOff": "unlinked",
                            "link.failed": "linkUncertain",
                          },
                        },
                        linkUncertain: {
                          description: "The link did not go down: what was closed is opened again.",
                          meta: { spec: "Carrier library, ERROR LTE_LINK_DOWN_FAIL" },
                          entry: { type: "toLink", params: { type: "link.bringUp" } },
                          on: { "link.isUp": "releasingLink" },
                        },
                        unlinked: {
                          description: "The link is down on purpose.",
                          meta: { spec: "Carrier library, LTE_LINK_DOWN" },
                          tags: ["linkDown"],
                          on: {
                            "link.isUp": "releasingLink",
                            "link.takeDown": { actions: { type: "toLink", params: ({ event }) => event } },
                            "link.powerOff": { actions: { type: "toLink", params: ({ event }) => event } },
                            "link.isLost": {},
                            "request.linkUp": { actions: { type: "toLink", params: { type: "link.bringUp" } } },
                          },
                        },
                        lost: {
                          description: "The network went away; the modem looks for it.",
                          meta: { spec: "3GPP TS 27.007 §10.1.22" },
                          on: {
                            "link.isUp": [
                              {
                                guard: { type: "brought", params: ({ event }) => event.brought },
                                actions: "forgetRegistrations",
                                target: "releasingLink",
                              },
                              { target: "registering" },
                            ],
                            "request.linkDown": { actions: "goDown" },
                          },
                        },
                        stopping: {
                          description: "Every server is deregistered from, within the time allowed.",
                          meta: { spec: "LwM2M 1.1 §6.2.3 De-register" },
                          entry: [
                            "noteStop",
                            "expectLeaving",
                            { type: "toServers", params: { type: "server.deregister" } },
                          ],
                          always: { guard: "allHaveLeft", target: "#carrier.closing" },
                          invoke: {
                            src: "deadline",
                            input: ({ context }) => ({
                              event: "stop.timedOut",
                              afterMs: context.settings.stopTimeoutMs,
                            }),
                            onError: "#carrier.closing",
                          },
                          on: {
                            stop: "#carrier.closing",
                            "stop.timedOut": "#carrier.closing",
                            "link.isLost": "abandoned",
                            // Nothing turns the carrier away from its end.
                            "link.takeDown": {},
                            "link.powerOff": {},
                            "server.exhausted": {},
                            "server.bootstrap": {},
                            "server.deregistered": [
                              {
                                guard: { type: "endsRegistrations", params: ({ event }) => event },
                                actions: [
                                  { type: "notify", params: { type: "deregistered" } },
                                  { type: "discountRegistered", params: ({ event }) => event.server },
                                  { type: "countLeft", params: ({ event }) => event.server },
                                ],
                              },
                              {
                                actions: [
                                  { type: "discountRegistered", params: ({ event }) => event.server },
                                  { type: "countLeft", params: ({ event }) => event.server },
                                ],
                              },
                            ],
                          },
                        },
                        // A step of its own: the update takes the loss too, and must still be there to hear of it.
                        abandoned: { always: "#carrier.closing" },
                      },
                    },

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
                          actions: { type: "keepFota", params: { start: "downloaded", uri: "" } },
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
                        "firmware.packageEnded": { actions: { type: "toFota", params: ({ event }) => event } },
                      },
                    },
                  },
                },

                reboot: {
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
                    off: { tags: ["rebooting"], always: "#carrier.restarting" },
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
  | { type: "noteCall"; params: { readonly name: EntryPoint } }
  | { type: "noteReturn"; params: { readonly name: EntryPoint; readonly value: number } }
  | { type: "noteUnexpected"; params: { readonly type: string } }
>;

function modemOf(init: InitOutcome): ModemOutcome["kind"] {
  return init.kind === "ready" ? init.modem.kind : "ok";
}

function serversOf(outcome: BootstrapOutcome): readonly ServerFacts[] {
  return outcome.kind === "done" ? outcome.servers : [];
}
