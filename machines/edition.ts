/**
 * An edition of the carrier library: the words, numbers, payloads and policy of one generation of its event API.
 * Guards of the charts read the policy; nothing else asks which edition it is.
 */
import type { DeferredReason, ErrnoName, ErrorKind, SemanticEventType } from "./semanticEvent.ts";

/** How a semantic event reaches the application. */
export interface EventWord {
  /** Without the prefix `LWM2M_CARRIER_EVENT_`. */
  readonly name: string;
  readonly number: number;
  /** Payload fields in the edition's order; none by default. */
  readonly payload?: readonly PayloadField[];
}

export type PayloadField =
  /** `type` of a firmware update: 0 modem delta, 1 application. */
  | "type"
  | "uri"
  /** Deferral: reason number, and seconds until the next attempt. */
  | "reason"
  | "timeout"
  /** Error: `type` (or code) and value. */
  | "error"
  | "value"
  /** Modem domain event's number. */
  | "domain"
  /** APP_DATA: what happened, where, with which octets. */
  | "operation"
  | "path"
  | "buffer";

/** How an error reaches the application. */
export interface ErrorWord {
  /** Without the prefix `LWM2M_CARRIER_ERROR_`. */
  readonly name: string;
  readonly number: number;
  /**
   * The value: `modem` passes the modem's own number on, `errno` the errno that the chart gives, a name always that
   * errno, absent 0.
   */
  readonly value?: "modem" | "errno" | ErrnoName;
}

export type RequestName = "reboot" | "linkUp" | "linkDown" | "register" | "deregister";

export interface EditionPolicy {
  /** `init()` then `run()`, or `main()`. */
  readonly entry: "initRun" | "main";
  /** Who drives the LTE link: the library itself, or the application asked by events. */
  readonly linkDriver: "library" | "application";
  /** First link up: by the library in `init()`, by the application at the initialised event, or before `main()`. */
  readonly firstLink: "library" | "atInitialised" | "beforeMain";
  /** When the initialised event is sent: when the modem is, after the certificates are there, or never. */
  readonly initialisedAt: "modem" | "certificates" | "never";
  /** Where CA certificates come from: built into the library, asked for by CERTS_INIT, or all that the modem holds. */
  readonly caCertificates: "builtIn" | "asked" | "modem";
  /** When the bootstrap server's keys are written: in `init()`, still offline, or in a link cycle of their own. */
  readonly bootstrapKeysAt: "init" | "ownCycle";
  /** BOOTSTRAPPED comes before the link goes up for the last time, or after. */
  readonly bootstrappedAt: "beforeLinkUp" | "afterLinkUp";
  /** LTE_READY after each link-up of a bootstrapped device. */
  readonly announcesLinkFree: boolean;
  /**
   * How a downloaded modem image is applied: the library re-initialises the modem between disconnect and connect;
   * the device reboots; or power off, modem shutdown and modem init by the application.
   */
  readonly imageAppliedBy: "reinitialisation" | "reboot" | "modemCycle";
  /** A modem that does not initialise is told by an error event too, not by the return value of `init()` alone. */
  readonly initErrorEvent: boolean;
  /** Told when the bootstrap attempts are used up. */
  readonly bootstrapExhausted: { readonly error: ErrorKind; readonly errno?: ErrnoName };
  /** Registration attempts used up while 1/x/16 is false: put off by 1/x/19 for ever, or an error until a restart. */
  readonly registrationExhausted: "deferred" | "error";
  /** Requests of the application that this edition takes; any other is answered EINVAL. */
  readonly requests: readonly RequestName[];
  /** `lwm2m_carrier_data_send()` is there: values go to the servers by LwM2M Send. */
  readonly sendsData: boolean;
}

export interface Edition {
  /** `3.6` */
  readonly id: string;
  readonly policy: EditionPolicy;
  /** A semantic event that has no entry is not told to the application. */
  readonly events: Readonly<Partial<Record<SemanticEventType, EventWord>>>;
  readonly errors: Readonly<Partial<Record<ErrorKind, ErrorWord>>>;
  /** Deferred reasons this edition does not know, and what it says instead. */
  readonly deferredInstead?: Readonly<Partial<Record<DeferredReason, DeferredReason>>>;
  /** Which sequence charts (file names without `.msc`) this edition runs as. */
  readonly charts: {
    readonly init?: string;
    readonly certsSuccess?: string;
    readonly certsFailure?: string;
    readonly bootstrap: string;
    readonly fotaSuccess: string;
    readonly fotaFailCert?: string;
    readonly fotaFailCrc?: string;
    readonly deferredBootstrap?: string;
    readonly deferredServer?: string;
    readonly requestLinkDown?: string;
  };
}
