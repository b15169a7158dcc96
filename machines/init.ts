/**
 * `lwm2m_carrier_init()`, and the first part of `main()`: the modem is initialised, its identity read, CA certificates
 * are there, and, where the edition says so, the bootstrap server's keys are written and the link goes up.
 */
import { assign, sendParent, setup } from "xstate";
import { ask, type NotifyAction, notify } from "./application.ts";
import { certsMachine } from "./certs.ts";
import { type Chart, type ChartMeta, service } from "./chart.ts";
import type { EditionPolicy } from "./edition.ts";
import type { LinkCommand, LinkReport } from "./link.ts";
import { ERRNO, type SemanticEvent } from "./semanticEvent.ts";

export interface InitInput {
  readonly policy: EditionPolicy;
  /** Keys have been written: nothing to do for `bootstrapKeysAt`. */
  readonly keysWritten: boolean;
}

/** How the modem came up; a scheduled firmware image has been applied then, or not. */
export interface ModemOutcome {
  readonly kind: "ok" | "updated" | "updateFailed";
  /** The modem's own number for a failed update. */
  readonly code?: number;
}

/** What became of writing keys: the step is the same whether or not there was something to write. */
export type KeysOutcome = { readonly kind: "written" } | { readonly kind: "refused" };

export type InitOutcome =
  | { readonly kind: "ready"; readonly caTags: readonly number[]; readonly modem: ModemOutcome }
  | { readonly kind: "failed"; readonly value: number };

export interface InitContext extends InitInput {
  readonly caTags: readonly number[];
  readonly modem: ModemOutcome;
  readonly value: number;
}

export const initMachine = setup({
  types: {
    input: {} as InitInput,
    context: {} as InitContext,
    events: {} as LinkReport,
    output: {} as InitOutcome,
    meta: {} as ChartMeta,
  },
  actors: {
    ask,
    certs: certsMachine,
    /** Initialises the modem unless that is done; rejects when it does not come up. */
    initialiseModem: service<ModemOutcome>("initialiseModem"),
    readIdentity: service("readIdentity"),
    /** Writes the library's own CA certificates to its tag; answers with the tags. */
    writeBuiltInCertificates: service<readonly number[]>("writeBuiltInCertificates"),
    /** All tags of the modem that hold a CA certificate. */
    listCertificates: service<readonly number[]>("listCertificates"),
    writeServerKeys: service<KeysOutcome>("writeServerKeys"),
  },
  guards: {
    announcesModem: ({ context }) => context.policy.initialisedAt === "modem",
    announcesCertificates: ({ context }) => context.policy.initialisedAt === "certificates",
    hasBuiltInCertificates: ({ context }) => context.policy.caCertificates === "builtIn",
    asksForCertificates: ({ context }) => context.policy.caCertificates === "asked",
    writesKeysNow: ({ context }) => context.policy.bootstrapKeysAt === "init" && !context.keysWritten,
    takesLinkUp: ({ context }) => context.policy.firstLink === "library",
    tellsFailure: ({ context }) => context.policy.initErrorEvent,
    provided: (_, kind: "provided" | "failed") => kind === "provided",
    written: (_, kind: KeysOutcome["kind"]) => kind === "written",
  },
  actions: {
    notify: (_, event: SemanticEvent) => notify(_, event),
    bringLinkUp: sendParent({ type: "link.bringUp" } satisfies LinkCommand),
    keepModem: assign((_, modem: ModemOutcome) => ({ modem })),
    keepTags: assign((_, caTags: readonly number[]) => ({ caTags })),
    keepValue: assign((_, value: number) => ({ value })),
  },
}).createMachine({
  id: "init",
  description: "The modem, its identity, CA certificates and keys: `init()`, or the first part of `main()`.",
  meta: { spec: "Charts *-init, certs-success, certs-failure" },
  context: ({ input }) => ({ caTags: [], modem: { kind: "ok" }, value: 0, ...input }),
  initial: "initialisingModem",
  states: {
    initialisingModem: {
      description: "The modem starts, offline; a scheduled firmware image is applied first.",
      meta: { spec: "nrf_modem_lib_init()" },
      invoke: {
        src: "initialiseModem",
        onDone: { actions: { type: "keepModem", params: ({ event }) => event.output }, target: "readingIdentity" },
        onError: { actions: { type: "keepValue", params: -ERRNO.EIO }, target: "modemFailed" },
      },
    },
    readingIdentity: {
      description: "IMEI, model, firmware version and SIM, for the endpoint name and the Device object.",
      meta: { spec: "LwM2M 1.1 §6.2.1 endpoint name; object 3" },
      invoke: {
        src: "readIdentity",
        onDone: [{ guard: "announcesModem", target: "announcingModem" }, { target: "havingCertificates" }],
        onError: { actions: { type: "keepValue", params: -ERRNO.EIO }, target: "modemFailed" },
      },
    },
    modemFailed: {
      description: "A modem that does not come up: told as an error where the edition does so.",
      meta: { spec: "Carrier library, ERROR INIT" },
      always: [
        {
          guard: "tellsFailure",
          target: "failed",
          actions: { type: "notify", params: { type: "error", error: "init", errno: "EIO" } },
        },
        { target: "failed" },
      ],
    },
    announcingModem: {
      description: "The application may write its CA certificates and attach from here on.",
      meta: { spec: "Carrier library, BSDLIB_INIT, MODEM_INIT, INIT" },
      invoke: {
        src: "ask",
        input: { type: "initialised" },
        onDone: "havingCertificates",
        onError: "havingCertificates",
      },
    },
    havingCertificates: {
      description: "The edition says whence the CA certificates come.",
      meta: { spec: "Carrier library 0.10, 0.21, 0.30" },
      always: [
        { guard: "hasBuiltInCertificates", target: "writingBuiltInCertificates" },
        { guard: "asksForCertificates", target: "askingForCertificates" },
        { target: "listingCertificates" },
      ],
    },
    writingBuiltInCertificates: {
      description: "The library writes the CA certificates that are built into it, the modem still offline.",
      meta: { spec: "Carrier library 0.10" },
      invoke: {
        src: "writeBuiltInCertificates",
        onDone: { actions: { type: "keepTags", params: ({ event }) => event.output }, target: "certified" },
        onError: { actions: { type: "keepValue", params: -ERRNO.EACCES }, target: "failed" },
      },
    },
    askingForCertificates: {
      description: "The application is asked for its CA certificates.",
      meta: { spec: "Carrier library, CERTS_INIT; charts certs-success, certs-failure" },
      invoke: {
        src: "certs",
        id: "certs",
        onDone: [
          {
            guard: { type: "provided", params: ({ event }) => event.output.kind },
            actions: {
              type: "keepTags",
              params: ({ event }) => (event.output.kind === "provided" ? event.output.tags : []),
            },
            target: "certified",
          },
          {
            actions: {
              type: "keepValue",
              params: ({ event }) => (event.output.kind === "failed" ? event.output.value : 0),
            },
            target: "failed",
          },
        ],
        onError: { actions: { type: "keepValue", params: -ERRNO.EFAULT }, target: "failed" },
      },
    },
    listingCertificates: {
      description: "Every CA certificate in the modem serves.",
      meta: { spec: "Carrier library 0.30" },
      invoke: {
        src: "listCertificates",
        onDone: { actions: { type: "keepTags", params: ({ event }) => event.output }, target: "certified" },
        onError: { actions: { type: "keepValue", params: -ERRNO.EIO }, target: "modemFailed" },
      },
    },
    certified: {
      description: "CA certificates are there; the edition says what is announced and written next.",
      meta: { spec: "Carrier library, CARRIER_INIT; charts *-init" },
      always: [
        { guard: "announcesCertificates", target: "announcingCertificates" },
        { guard: "writesKeysNow", target: "writingServerKeys" },
        { target: "attaching" },
      ],
    },
    announcingCertificates: {
      description: "The application may attach from here on.",
      meta: { spec: "Carrier library, CARRIER_INIT" },
      invoke: {
        src: "ask",
        input: { type: "initialised" },
        onDone: [{ guard: "writesKeysNow", target: "writingServerKeys" }, { target: "attaching" }],
        onError: [{ guard: "writesKeysNow", target: "writingServerKeys" }, { target: "attaching" }],
      },
    },
    writingServerKeys: {
      description: "The modem is still offline: the first server's keys can be written without a link cycle.",
      meta: { spec: "Carrier library 0.10, 0.21; %CMNG error 518" },
      invoke: {
        src: "writeServerKeys",
        onDone: [
          { guard: { type: "written", params: ({ event }) => event.output.kind }, target: "attaching" },
          { actions: { type: "keepValue", params: -ERRNO.EACCES }, target: "keysRefused" },
        ],
        onError: { actions: { type: "keepValue", params: -ERRNO.EIO }, target: "keysRefused" },
      },
    },
    keysRefused: {
      description: "The modem did not take the keys.",
      meta: { spec: "Carrier library, ERROR BOOTSTRAP (-EACCES)" },
      always: {
        target: "failed",
        actions: { type: "notify", params: { type: "error", error: "bootstrap", errno: "EACCES" } },
      },
    },
    attaching: {
      description: "Where the library drives the link, it is up before `init()` returns.",
      meta: { spec: "Charts edition-0.10-init, edition-0.21-init" },
      initial: "deciding",
      states: {
        deciding: {
          description: "The edition says whether the library takes the link up itself.",
          meta: { spec: "Charts *-init" },
          always: [{ guard: "takesLinkUp", target: "awaitingLink" }, { target: "#init.ready" }],
        },
        awaitingLink: {
          description: "The library takes the link up and waits for it.",
          meta: { spec: "Charts edition-0.10-init, edition-0.21-init" },
          entry: "bringLinkUp",
          on: { "link.isUp": "#init.ready" },
        },
      },
    },
    ready: {
      description: "`init()` returns 0.",
      meta: { spec: "Charts *-init" },
      type: "final",
      output: ({ context }) => ({ kind: "ready", caTags: context.caTags, modem: context.modem }) satisfies InitOutcome,
    },
    failed: {
      description: "`init()` returns the negative errno.",
      meta: { spec: "Chart certs-failure; carrier library, ERROR INIT" },
      type: "final",
      output: ({ context }) => ({ kind: "failed", value: context.value }) satisfies InitOutcome,
    },
  },
  output: ({ event }) => event.output as InitOutcome,
}) as unknown as Chart<InitContext, LinkReport, InitInput, InitOutcome, NotifyAction>;
