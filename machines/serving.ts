/** The carrier's phase after the bootstrap: registrations, and the link under them. Part of the carrier chart. */
import { carrierSetup } from "./carrierSetup.ts";

export const serving = carrierSetup.createStateConfig({
  description: "The device is bootstrapped: one registration a management server.",
  meta: { spec: "LwM2M 1.1 §6.2" },
  entry: ["startServers", "watchBootstrapAccount"],
  exit: ["stopServers", "unwatchBootstrapAccount"],
  initial: "releasingLink",
  on: {
    "link.takeDown": ".disconnecting",
    "link.powerOff": ".disconnecting",
    "link.isLost": {
      actions: { type: "toServers", params: { type: "link.isLost" } },
      target: ".lost",
    },
    "server.registered": {
      actions: [
        { type: "countRegistered", params: ({ event }) => event.server },
        { type: "passTurn", params: ({ event }) => event.server },
      ],
    },
    "server.failed": [
      { guard: { type: "blocksOthers", params: ({ event }) => event.server } },
      { actions: { type: "passTurn", params: ({ event }) => event.server } },
    ],
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
        guard: { type: "blocksOthers", params: ({ event }) => event.server },
        actions: [
          { type: "countExhausted", params: ({ event }) => event.server },
          { type: "notify", params: { type: "error", error: "connect", errno: "ETIMEDOUT" } },
        ],
      },
      {
        actions: [
          { type: "countExhausted", params: ({ event }) => event.server },
          { type: "notify", params: { type: "error", error: "connect", errno: "ETIMEDOUT" } },
          { type: "passTurn", params: ({ event }) => event.server },
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
    "account.expired": {
      actions: [
        "purgeBootstrapAccount",
        "forgetBootstrapServer",
        { type: "toServers", params: { type: "server.alone" } },
      ],
    },
    "server.bootstrap": { guard: "hasBootstrapServer", target: "bootstrapping" },
    "request.register": { actions: "askToRegister" },
    "request.deregister": {
      actions: ["rejoinOrder", { type: "toServers", params: { type: "server.deregister" } }],
    },
    stop: ".stopping",
  },
  states: {
    releasingLink: {
      description: "LTE_READY after each link-up of a bootstrapped device, where the edition has it.",
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
            actions: [
              { type: "countRegistered", params: ({ event }) => event.server },
              { type: "passTurn", params: ({ event }) => event.server },
            ],
            target: "registered",
          },
          {
            actions: [
              { type: "countRegistered", params: ({ event }) => event.server },
              "markAnnounced",
              { type: "notify", params: { type: "registered" } },
              { type: "passTurn", params: ({ event }) => event.server },
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
            { type: "passTurn", params: ({ event }) => event.server },
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
      entry: ["noteStop", "expectLeaving", { type: "toServers", params: { type: "server.deregister" } }],
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
    abandoned: {
      description: "The link is lost while the carrier leaves its servers: it closes without their answers.",
      meta: { spec: "Carrier library: power off closes sessions without Deregister" },
      always: "#carrier.closing",
    },
  },
});
