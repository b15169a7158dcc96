/**
 * What the charts tell the application: facts, without the words of an edition.
 * An edition's table says under which name and number a fact reaches the application, if at all
 * (Nordic `lwm2m_carrier.h`; the charts of the library's documentation).
 */
import type { ModemDomainEvent } from "../ports/modem.ts";

/** Why an attempt was put off, `LWM2M_CARRIER_DEFERRED_*`; the index is the number. */
export const DEFERRED_REASONS = [
  "NO_REASON",
  "PDN_ACTIVATE",
  "BOOTSTRAP_NO_ROUTE",
  "BOOTSTRAP_CONNECT",
  "BOOTSTRAP_SEQUENCE",
  "SERVER_NO_ROUTE",
  "SERVER_CONNECT",
  "SERVER_REGISTRATION",
  "SERVICE_UNAVAILABLE",
  "SIM_MSISDN",
] as const;
export type DeferredReason = (typeof DEFERRED_REASONS)[number];

/** What went wrong, before an edition gives it a number. */
export type ErrorKind =
  | "linkUp"
  | "linkDown"
  | "bootstrap"
  | "fotaPackage"
  | "fotaProtocol"
  | "fotaConnection"
  | "fotaConnectionLost"
  | "fotaFailed"
  | "configuration"
  | "init"
  | "run"
  | "connect";

/** errno of the device's C library (newlib), as the application sees them, negated. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EINVAL: 22,
  EBADR: 51,
  ECONNREFUSED: 111,
  ETIMEDOUT: 116,
  EINPROGRESS: 119,
  EALREADY: 120,
  ENOTSUP: 134,
  ECANCELED: 140,
} as const;
export type ErrnoName = keyof typeof ERRNO;

export type SemanticEvent =
  | { readonly type: "initialised" }
  | { readonly type: "certificates.wanted" }
  | { readonly type: "link.goingUp" }
  | { readonly type: "link.up" }
  | { readonly type: "link.goingDown" }
  | { readonly type: "link.down" }
  | { readonly type: "link.poweringOff" }
  | { readonly type: "bootstrapped" }
  | { readonly type: "registered" }
  | { readonly type: "deregistered" }
  | { readonly type: "deferred"; readonly reason: DeferredReason; readonly timeoutSeconds: number }
  | { readonly type: "fota.started"; readonly image: "modem" | "application"; readonly uri: string }
  | { readonly type: "fota.succeeded" }
  | { readonly type: "reboot" }
  | { readonly type: "link.free" }
  | { readonly type: "modem.domain"; readonly event: ModemDomainEvent }
  | {
      readonly type: "app.data";
      readonly operation: "write" | "observeStart" | "observeStop";
      readonly path: string;
      readonly data: Uint8Array;
    }
  | { readonly type: "modem.initWanted" }
  | { readonly type: "modem.shutdownWanted" }
  | { readonly type: "errorCodes.reset" }
  | {
      readonly type: "error";
      readonly error: ErrorKind;
      readonly errno?: ErrnoName;
      /** The modem's own error number, where an edition passes it on. */
      readonly modemError?: number;
    };

export type SemanticEventType = SemanticEvent["type"];

/** The handler's answer to an event that asks for something. `value` 0 is done; another means "I do it myself, later". */
export interface ApplicationAnswer {
  readonly value: number;
  /** Security tags of the CA certificates, in answer to `certificates.wanted`. */
  readonly tags?: readonly number[];
  /** Result of the modem's initialisation, in answer to `modem.initWanted`. */
  readonly modemResult?: "ok" | "updated" | "updateFailed";
}
