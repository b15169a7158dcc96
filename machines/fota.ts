/**
 * Firmware update over the air: the firmware object's state machine, driving download, verification, the modem's
 * update and what the edition wants around it. LwM2M object 5 (state machine of LwM2M 1.1 E.6); charts *-fota*.
 *
 *   Idle ──uri or package──▶ Downloading ──verified──▶ Downloaded ──Update──▶ Updating ──▶ Idle (result 1)
 */
import { assign, sendParent, setup } from "xstate";
import { ask, type NotifyAction, notify } from "./application.ts";
import { type Chart, type ChartMeta, service } from "./chart.ts";
import { deadline } from "./deadline.ts";
import type { EditionPolicy } from "./edition.ts";
import type { EventFields } from "./eventFields.ts";
import { FOTA_FAILURES, type FotaFailure } from "./fotaOutcomes.ts";
import type { ModemOutcome } from "./init.ts";
import { LINK_REPORT_FIELDS, type LinkCommand, type LinkReport } from "./link.ts";
import type { SemanticEvent } from "./semanticEvent.ts";
import type { FotaSettings } from "./settings.ts";

export interface FotaInput {
  readonly policy: EditionPolicy;
  readonly settings: FotaSettings;
  /**
   * `pull` downloads afresh, `resume` goes on at the modem's offset after a restart, `push` takes the package that the
   * server writes, `downloaded` has a verified image from before a restart.
   */
  readonly start: "pull" | "resume" | "push" | "downloaded";
  /** Package URI; empty for a push. */
  readonly uri: string;
  /** The application has put the update of what is downloaded off until then, ms since 1970. */
  readonly deferUntil?: number;
}

export type DownloadServiceOutcome =
  | { readonly kind: "complete" }
  /** Broken off; `progressed` when octets came since the attempt began. */
  | { readonly kind: "interrupted"; readonly progressed: boolean }
  /** The representation is another one now: it begins again at 0. */
  | { readonly kind: "changed" }
  | { readonly kind: "failed"; readonly failure: FotaFailure; readonly modemError?: number };

export type VerifyOutcome =
  | { readonly kind: "valid" }
  | { readonly kind: "failed"; readonly failure: FotaFailure; readonly modemError?: number };

export interface DownloadInput {
  readonly uri: string;
}

export interface PrepareAreaInput {
  /** Keep what the area holds. */
  readonly keep: boolean;
}

export type FotaOutcome = { readonly kind: "updated" | "failed" | "cancelled" | "restart" };

/** State and Update Result of the object: 5/0/3 and 5/0/5. */
export interface FirmwareValues {
  readonly state: 0 | 1 | 2 | 3;
  readonly result: number;
  /** With Update Result 11: until when, ms since 1970. */
  readonly deferUntil?: number;
}

export type FirmwareCommand =
  | { type: "firmware.update" }
  | { type: "firmware.reset" }
  /** Object version 1.1: the server calls the update off; the application puts it off. */
  | { type: "firmware.cancel" }
  | { type: "firmware.deferred"; until: number }
  | { type: "firmware.packageEnded"; outcome: DownloadServiceOutcome };

export interface FotaContext extends FotaInput {
  readonly failure: FotaFailure;
  readonly modemError: number | undefined;
  /** Times the download broke since it last made progress. */
  readonly breaks: number;
  /** The area keeps what it holds: the download goes on there. */
  readonly keep: boolean;
}

export type FotaEvent =
  | LinkReport
  | { type: "link.goingDown" }
  | FirmwareCommand
  | { type: "resume.due" }
  | { type: "update.due" };

/** What somebody may send to the chart by hand. */
const FOTA_EVENT_FIELDS = {
  ...LINK_REPORT_FIELDS,
  "link.goingDown": {},
  "firmware.update": {},
  "firmware.reset": {},
  "firmware.cancel": {},
  "firmware.deferred": { until: "number" },
  "firmware.packageEnded": { outcome: "json" },
  "resume.due": {},
  "update.due": {},
} as const satisfies EventFields<FotaEvent>;

export const fotaMachine = setup({
  types: {
    input: {} as FotaInput,
    context: {} as FotaContext,
    events: {} as FotaEvent,
    output: {} as FotaOutcome,
    meta: {} as ChartMeta,
  },
  actors: {
    ask,
    deadline,
    /** Makes the area ready: erased, unless what it holds is kept. */
    prepareArea: service<void, PrepareAreaInput>("prepareArea"),
    download: service<DownloadServiceOutcome, DownloadInput>("download"),
    verifyImage: service<VerifyOutcome>("verifyImage"),
    /** Marks the image for the modem's next initialisation. */
    scheduleImage: service("scheduleImage"),
    eraseImage: service("eraseImage"),
    /** Shuts the modem down and initialises it again. */
    reinitialiseModem: service<ModemOutcome>("reinitialiseModem"),
    /** Initialises the modem unless the application has; the result of that initialisation. */
    initialiseModem: service<ModemOutcome>("initialiseModem"),
  },
  guards: {
    isDeferred: ({ context }) => context.start === "downloaded" && context.deferUntil !== undefined,
    isPush: ({ context }) => context.start === "push",
    isDownloaded: ({ context }) => context.start === "downloaded",
    complete: (_, kind: DownloadServiceOutcome["kind"]) => kind === "complete",
    changed: (_, kind: DownloadServiceOutcome["kind"]) => kind === "changed",
    mayResume: ({ context }, outcome: DownloadServiceOutcome) =>
      outcome.kind === "interrupted" && (outcome.progressed || context.breaks < context.settings.resumeAttempts),
    interrupted: (_, kind: DownloadServiceOutcome["kind"]) => kind === "interrupted",
    valid: (_, kind: VerifyOutcome["kind"]) => kind === "valid",
    /** There is an image in the modem that has to be deleted. */
    leavesImage: ({ context }) => LEAVES_IMAGE.has(context.failure),
    byReinitialisation: ({ context }) => context.policy.imageAppliedBy === "reinitialisation",
    byReboot: ({ context }) => context.policy.imageAppliedBy === "reboot",
    updated: (_, kind: ModemOutcome["kind"]) => kind === "updated",
    accepted: (_, answer: number) => answer === 0,
    failedDown: (_, direction: "up" | "down") => direction === "down",
  },
  actions: {
    notify: (_, event: SemanticEvent) => notify(_, event),
    /** Sets the object's State and Update Result, and remembers them. */
    setFirmware: (_, _values: FirmwareValues) => {},
    bringLinkUp: sendParent({ type: "link.bringUp" } satisfies LinkCommand),
    takeLinkDown: sendParent({ type: "link.takeDown" } satisfies LinkCommand),
    powerLinkOff: sendParent({ type: "link.powerOff" } satisfies LinkCommand),
    countBreak: assign(({ context }, outcome: DownloadServiceOutcome) => ({
      breaks: outcome.kind === "interrupted" && outcome.progressed ? 1 : context.breaks + 1,
    })),
    keepArea: assign({ keep: true }),
    discardArea: assign({ keep: false }),
    putOff: assign((_, deferUntil: number) => ({ deferUntil })),
    blame: assign((_, failed: { readonly failure: FotaFailure; readonly modemError?: number | undefined }) => ({
      failure: failed.failure,
      modemError: failed.modemError,
    })),
  },
}).createMachine({
  id: "fota",
  description: "One firmware update of the modem: download, verification, installation, outcome.",
  meta: { spec: "LwM2M object 5; charts *-fota*", events: FOTA_EVENT_FIELDS },
  context: ({ input }) => ({
    failure: "updateFailed",
    modemError: undefined,
    breaks: 0,
    keep: input.start === "resume",
    ...input,
  }),
  initial: "deciding",
  states: {
    deciding: {
      description: "FOTA_START, unless an image from before a restart is there already.",
      meta: { spec: "Carrier library, FOTA_START" },
      always: [
        { guard: "isDeferred", target: "deferred" },
        { guard: "isDownloaded", target: "downloaded" },
        {
          guard: "isPush",
          actions: [{ type: "notify", params: ({ context }) => started(context) }, downloadBegins()],
          target: "receiving",
        },
        {
          actions: [{ type: "notify", params: ({ context }) => started(context) }, downloadBegins()],
          target: "downloading",
        },
      ],
    },

    receiving: {
      description: "The server pushes the package block by block into the modem's firmware area.",
      meta: { spec: "LwM2M object 5, resource 0 Package" },
      on: {
        "firmware.packageEnded": [
          { guard: { type: "complete", params: ({ event }) => event.outcome.kind }, target: "verifying" },
          { actions: { type: "blame", params: ({ event }) => failureOf(event.outcome) }, target: "failing" },
        ],
        "firmware.reset": "cancelled",
        "firmware.cancel": "calledOff",
      },
    },

    downloading: {
      description: "State 1, Downloading: pulled from the Package URI.",
      meta: { spec: "LwM2M object 5, resource 1 Package URI; carrier library, rules on resumed downloads" },
      initial: "preparing",
      on: {
        "firmware.reset": "cancelled",
        "firmware.cancel": "calledOff",
        "link.isLost": ".awaitingLink",
        "link.goingDown": ".awaitingLink",
        "link.isDown": ".awaitingLink",
        "link.isPoweredOff": ".awaitingLink",
      },
      states: {
        preparing: {
          description: "What an earlier download left is erased, unless it goes on there.",
          meta: { spec: "Carrier library: erasing a partial image needs no link cycle" },
          invoke: {
            src: "prepareArea",
            input: ({ context }) => ({ keep: context.keep }),
            onDone: "transferring",
            onError: { actions: { type: "blame", params: { failure: "noRoom" } }, target: "#fota.failing" },
          },
        },
        transferring: {
          description: "The image streams into the modem.",
          meta: { spec: "LwM2M object 5, State 1; RFC 9110 §14, RFC 7959" },
          entry: "keepArea",
          invoke: {
            src: "download",
            input: ({ context }) => ({ uri: context.uri }),
            onDone: [
              { guard: { type: "complete", params: ({ event }) => event.output.kind }, target: "#fota.verifying" },
              {
                guard: { type: "changed", params: ({ event }) => event.output.kind },
                actions: "discardArea",
                target: "preparing",
              },
              {
                guard: { type: "mayResume", params: ({ event }) => event.output },
                actions: { type: "countBreak", params: ({ event }) => event.output },
                target: "pausing",
              },
              { actions: { type: "blame", params: ({ event }) => failureOf(event.output) }, target: "#fota.failing" },
            ],
            onError: { actions: { type: "blame", params: { failure: "connectionLost" } }, target: "#fota.failing" },
          },
        },
        pausing: {
          description: "The connection broke: the download goes on at the modem's offset.",
          meta: { spec: "Carrier library: a download that is resumed sends no ERROR; RFC 9110 §14 Range" },
          invoke: {
            src: "deadline",
            input: ({ context }) => ({
              event: "resume.due",
              afterMs: context.settings.resumeDelayMs * 2 ** Math.max(0, context.breaks - 1),
            }),
            onError: "transferring",
          },
          on: { "resume.due": "transferring" },
        },
        awaitingLink: {
          description: "The link is down, on purpose or not: the download goes on when it is back.",
          meta: { spec: "Carrier library: a download that is resumed sends no ERROR" },
          on: { "link.isUp": "preparing" },
        },
      },
    },

    verifying: {
      description: "The modem checks the whole image.",
      meta: { spec: "nrf_modem_delta_dfu_write_done; LwM2M object 5, Update Result 5" },
      invoke: {
        src: "verifyImage",
        onDone: [
          {
            guard: { type: "valid", params: ({ event }) => event.output.kind },
            actions: { type: "setFirmware", params: { state: 2, result: 0 } },
            target: "downloaded",
          },
          { actions: { type: "blame", params: ({ event }) => failureOf(event.output) }, target: "failing" },
        ],
        onError: { actions: { type: "blame", params: { failure: "integrity" } }, target: "failing" },
      },
      on: { "firmware.reset": "cancelled", "firmware.cancel": "calledOff" },
    },

    downloaded: {
      description: "State 2, Downloaded: the server says when to update.",
      meta: { spec: "LwM2M object 5, resource 2 Update" },
      on: {
        "firmware.update": "scheduling",
        "firmware.deferred": { actions: { type: "putOff", params: ({ event }) => event.until }, target: "deferred" },
        "firmware.reset": "cancelled",
        "firmware.cancel": "calledOff",
      },
    },

    deferred: {
      description:
        "State 2, Update Result 11: the application installs later, at its time or at the server's next Update.",
      meta: { spec: "LwM2M object 5 version 1.1, Update Result 11 and resource 13 Maximum Defer Period" },
      entry: { type: "setFirmware", params: ({ context }) => deferredValues(context) },
      invoke: {
        src: "deadline",
        input: ({ context }) => ({ event: "update.due", at: context.deferUntil ?? 0 }),
        onError: "scheduling",
      },
      on: {
        "update.due": "scheduling",
        "firmware.update": "scheduling",
        "firmware.deferred": {
          actions: { type: "putOff", params: ({ event }) => event.until },
          target: "deferred",
          reenter: true,
        },
        "firmware.reset": "cancelled",
        "firmware.cancel": "calledOff",
      },
    },

    scheduling: {
      description: "State 3, Updating.",
      meta: { spec: "nrf_modem_delta_dfu_update" },
      entry: { type: "setFirmware", params: { state: 3, result: 0 } },
      invoke: { src: "scheduleImage", onDone: "applying", onError: "updateFailed" },
    },

    applying: {
      description: "How the image is applied is the edition's policy.",
      meta: { spec: "Charts *-fota, *-fota-success" },
      initial: "deciding",
      states: {
        deciding: {
          description: "The edition says how the modem starts the new image.",
          meta: { spec: "Charts *-fota, *-fota-success" },
          always: [
            { guard: "byReinitialisation", target: "disconnecting" },
            { guard: "byReboot", target: "askingReboot" },
            { target: "poweringOff" },
          ],
        },
        disconnecting: {
          description: "The library takes the link down.",
          meta: { spec: "Chart edition-0.10-fota" },
          entry: "takeLinkDown",
          on: {
            "link.isDown": "reinitialising",
            "link.failed": {
              guard: { type: "failedDown", params: ({ event }) => event.direction },
              target: "#fota.updateFailed",
            },
          },
        },
        reinitialising: {
          description: "The library initialises the modem again, which applies the image.",
          meta: { spec: "Chart edition-0.10-fota" },
          invoke: {
            src: "reinitialiseModem",
            onDone: [
              { guard: { type: "updated", params: ({ event }) => event.output.kind }, target: "#fota.succeeded" },
              { target: "#fota.updateFailed" },
            ],
            onError: "#fota.updateFailed",
          },
        },
        askingReboot: {
          description: "The application is asked to let the device restart.",
          meta: { spec: "Carrier library, REBOOT" },
          invoke: {
            src: "ask",
            input: { type: "reboot" },
            onDone: [
              { guard: { type: "accepted", params: ({ event }) => event.output.value }, target: "poweringOffToReboot" },
              { target: "awaitingRestart" },
            ],
            onError: "awaitingRestart",
          },
        },
        awaitingRestart: {
          description: "The application restarts the device at its earliest convenient time.",
          meta: { spec: "Carrier library, handler's non-zero return for REBOOT" },
        },
        poweringOffToReboot: {
          description: "The modem is powered off before the restart.",
          meta: { spec: "Charts edition-0.30-fota-success, edition-0.30-pre-fota-success" },
          entry: "powerLinkOff",
          on: {
            "link.isPoweredOff": "#fota.restart",
            "link.failed": {
              guard: { type: "failedDown", params: ({ event }) => event.direction },
              target: "#fota.restart",
            },
          },
        },
        poweringOff: {
          description: "The modem is powered off before it is shut down.",
          meta: { spec: "Chart edition-3-fota-success" },
          entry: "powerLinkOff",
          on: {
            "link.isPoweredOff": "askingShutdown",
            "link.failed": {
              guard: { type: "failedDown", params: ({ event }) => event.direction },
              target: "#fota.updateFailed",
            },
          },
        },
        askingShutdown: {
          description: "The application shuts the modem down.",
          meta: { spec: "Carrier library, MODEM_SHUTDOWN" },
          invoke: {
            src: "ask",
            input: { type: "modem.shutdownWanted" },
            onDone: "askingInit",
            onError: "askingInit",
          },
        },
        askingInit: {
          description: "The application initialises the modem, which applies the image.",
          meta: { spec: "Carrier library, MODEM_INIT" },
          invoke: {
            src: "ask",
            input: { type: "modem.initWanted" },
            onDone: "readingResult",
            onError: "readingResult",
          },
        },
        readingResult: {
          description: "How that initialisation ended: updated, or not.",
          meta: { spec: "Carrier library, result of the modem's initialisation" },
          invoke: {
            src: "initialiseModem",
            onDone: [
              { guard: { type: "updated", params: ({ event }) => event.output.kind }, target: "#fota.succeeded" },
              { target: "#fota.updateFailed" },
            ],
            onError: "#fota.updateFailed",
          },
        },
      },
    },

    succeeded: {
      description: "State 0, Update Result 1: the new firmware runs.",
      meta: { spec: "LwM2M object 5, Update Result 1" },
      entry: { type: "setFirmware", params: { state: 0, result: 1 } },
      always: { actions: { type: "notify", params: { type: "fota.succeeded" } }, target: "restoringLink" },
    },
    restoringLink: {
      description: "The link goes up on the new firmware.",
      meta: { spec: "Charts *-fota, *-fota-success" },
      entry: "bringLinkUp",
      on: { "link.isUp": "updated" },
    },

    updateFailed: {
      description: "State 2, Update Result 8: the image is still there, the old firmware runs.",
      meta: { spec: "LwM2M object 5 version 1.0: a failed update returns to Downloaded" },
      entry: { type: "setFirmware", params: { state: 2, result: 8 } },
      always: {
        actions: { type: "notify", params: { type: "error", error: "fotaFailed", errno: "EBADF" } },
        target: "restoringLinkAfterFailure",
      },
    },
    restoringLinkAfterFailure: {
      description: "The link goes up on the old firmware.",
      meta: { spec: "LwM2M object 5 version 1.0: a failed update returns to Downloaded" },
      entry: "bringLinkUp",
      on: {
        "link.isUp": "downloaded",
        "firmware.update": "scheduling",
        "firmware.deferred": { actions: { type: "putOff", params: ({ event }) => event.until }, target: "deferred" },
        "firmware.reset": "cancelled",
        "firmware.cancel": "calledOff",
      },
    },

    failing: {
      description: "An image that is bad or for another modem lies in it and has to be deleted; else there is none.",
      meta: { spec: "LwM2M object 5, 5/0/5 Update Result" },
      always: [{ guard: "leavesImage", target: "imageRejected" }, { target: "downloadFailed" }],
    },
    imageRejected: {
      description: "State 0, Update Result 5 or 6: the image must go.",
      meta: { spec: "Chart edition-3-fota-fail-crc" },
      entry: { type: "setFirmware", params: ({ context }) => failedValues(context) },
      always: {
        actions: { type: "notify", params: ({ context }) => failedEvent(context) },
        target: "takingLinkDownToDelete",
      },
    },
    takingLinkDownToDelete: {
      description: "The modem deletes a failed image only while it is offline.",
      meta: { spec: "Chart edition-3-fota-fail-crc" },
      entry: "takeLinkDown",
      on: {
        "link.isDown": "deletingImage",
        "link.failed": { guard: { type: "failedDown", params: ({ event }) => event.direction }, target: "failed" },
      },
    },
    deletingImage: {
      description: "The failed image is deleted.",
      meta: { spec: "Chart edition-3-fota-fail-crc" },
      invoke: { src: "eraseImage", onDone: "imageDeleted", onError: "imageDeleted" },
    },
    imageDeleted: {
      description: "The link goes up again.",
      meta: { spec: "Chart edition-3-fota-fail-crc" },
      entry: "bringLinkUp",
      on: { "link.isUp": "failed" },
    },

    downloadFailed: {
      description: "State 0 and the reason in Update Result; nothing has to be deleted.",
      meta: { spec: "LwM2M object 5, Update Result; chart edition-3-fota-fail-cert" },
      entry: { type: "setFirmware", params: ({ context }) => failedValues(context) },
      always: { actions: { type: "notify", params: ({ context }) => failedEvent(context) }, target: "failed" },
    },

    updated: {
      description: "The update is done.",
      meta: { spec: "Charts *-fota, *-fota-success" },
      type: "final",
      output: { kind: "updated" } satisfies FotaOutcome,
    },
    failed: {
      description: "The update was given up; a server may begin another.",
      meta: { spec: "LwM2M object 5, State 0" },
      type: "final",
      output: { kind: "failed" } satisfies FotaOutcome,
    },
    cancelled: {
      type: "final",
      description: "State 0, Update Result 0: an empty URI or package.",
      meta: { spec: "LwM2M object 5, reset" },
      entry: { type: "setFirmware", params: { state: 0, result: 0 } },
      output: { kind: "cancelled" } satisfies FotaOutcome,
    },
    calledOff: {
      type: "final",
      description: "State 0, Update Result 10: the server has called the update off.",
      meta: { spec: "LwM2M object 5 version 1.1, resource 10 Cancel" },
      entry: { type: "setFirmware", params: { state: 0, result: 10 } },
      output: { kind: "cancelled" } satisfies FotaOutcome,
    },
    restart: {
      description: "The device restarts to apply the image.",
      meta: { spec: "Charts edition-0.30-fota-success, edition-0.30-pre-fota-success" },
      type: "final",
      output: { kind: "restart" } satisfies FotaOutcome,
    },
  },
  output: ({ event }) => event.output as FotaOutcome,
}) as unknown as Chart<
  FotaContext,
  FotaEvent,
  FotaInput,
  FotaOutcome,
  NotifyAction | { type: "setFirmware"; params: FirmwareValues }
>;

/** Failures of an image that is in the modem, whole or in part. */
const LEAVES_IMAGE: ReadonlySet<FotaFailure> = new Set(["integrity", "unsupportedPackage", "wrongVersion"]);

function started({ uri }: FotaContext): SemanticEvent {
  return { type: "fota.started", image: "modem", uri };
}

function downloadBegins() {
  return { type: "setFirmware", params: { state: 1, result: 0 } } as const;
}

function deferredValues({ deferUntil }: FotaContext): FirmwareValues {
  return { state: 2, result: 11, ...(deferUntil !== undefined && { deferUntil }) };
}

function failedValues({ failure }: FotaContext): FirmwareValues {
  return { state: 0, result: FOTA_FAILURES[failure].result };
}

function failedEvent({ failure, modemError }: FotaContext): SemanticEvent {
  const { error, errno } = FOTA_FAILURES[failure];
  return { type: "error", error, errno, ...(modemError === undefined ? {} : { modemError }) };
}

/** An interruption that is given up is a connection lost for good. */
function failureOf(outcome: DownloadServiceOutcome | VerifyOutcome) {
  return outcome.kind === "failed" ? outcome : ({ failure: "connectionLost" } as const);
}
