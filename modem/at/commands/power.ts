/** Functional modes, restarts and what the modem says of its own state: 3GPP TS 27.007 §8, Serial Modem. */
import { exec, one, read, set, test } from "./command.ts";
import { bracketed, integer, named, optional } from "./field.ts";

/** +CFUN <fun> of the nRF91. */
export const FUNCTIONAL_MODES = {
  powerOff: 0,
  normal: 1,
  receiveOnly: 2,
  offline: 4,
  lteOff: 20,
  lteOn: 21,
  gnssOff: 30,
  gnssOn: 31,
  uiccOff: 40,
  uiccOn: 41,
  offlineWithUicc: 44,
} as const;

/** #XMODEMRESET <step> that failed. */
export const MODEM_RESET_STEPS = { ok: 0, shutdown: 1, init: 2 } as const;

export const POWER = {
  cfunSet: set("+CFUN", { mode: named(FUNCTIONAL_MODES) }, { timeoutMs: 60_000 }),
  cfunRead: read("+CFUN", one({ mode: named(FUNCTIONAL_MODES) })),
  cfunTest: test("+CFUN", one({ modes: bracketed(integer(0, 99)) })),
  /** OK, then the notification `Ready`. */
  xreset: exec("#XRESET"),
  /** OK in both cases: `error` says whether it went well. */
  xmodemreset: exec("#XMODEMRESET", {
    response: one({ step: named(MODEM_RESET_STEPS), error: optional(integer()) }),
    timeoutMs: 120_000,
  }),
  xshutdown: exec("#XSHUTDOWN"),
  xsleep: set("#XSLEEP", { mode: integer(1, 2) }),
  mdmevSet: set("%MDMEV", { mode: integer(0, 2) }),
} as const;
