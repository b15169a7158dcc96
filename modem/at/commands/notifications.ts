/** Lines that a modem sends unasked, and the octets that follow some of them. */

import { DFU_STEPS, DFU_TYPES, FOTA_STAGES, FOTA_STATUS } from "./dfu.ts";
import { bare, integer, listOf, named, optional, phrase, prefixedHex, quoted, remainder } from "./field.ts";
import { notification, twoLines, withOctets } from "./notification.ts";
import { MODEM_RESET_STEPS } from "./power.ts";
import { REGISTRATION_FIELDS } from "./registration.ts";
import { SIM_CAUSES } from "./sim.ts";
import { DATA_MODES, receivedOctets } from "./sockets.ts";

/** #XMODEM: FAULT <reason> (nrf_modem.h). */
export const FAULT_REASONS: Readonly<Record<number, string>> = {
  1: "undefined",
  2: "hardware watchdog reset",
  3: "hard fault",
  4: "memory access fault",
  5: "bus fault",
  6: "usage fault",
  7: "secure reset",
  8: "double panic",
  9: "reset loop",
  16: "assertion",
  17: "unconditional panic",
  18: "flash erase failure",
  19: "flash write failure",
  20: "undervoltage",
  21: "overtemperature",
};

const handle = integer(0, 255);
const digits = /^[0-9]{1,5}$/;

export const NOTIFICATIONS = {
  ready: notification("Ready", {}, { leadingLineEnd: false }),
  initError: notification("INIT ERROR", {}, { leadingLineEnd: false }),
  bootloaderReady: notification("Bootloader mode ready", {}, { leadingLineEnd: false }),

  cereg: notification("+CEREG: ", REGISTRATION_FIELDS),
  cscon: notification("+CSCON: ", { mode: integer(0, 1) }),
  cnecEsm: notification("+CNEC_ESM: ", { cause: integer(0, 255), cid: optional(integer(0, 255)) }),
  cnecEmm: notification("+CNEC_EMM: ", { cause: integer(0, 255), cid: optional(integer(0, 255)) }),
  /** `ME PDN ACT 0,1`: the event with its first number, then more. */
  cgev: notification("+CGEV: ", { event: phrase(), more: listOf(bare(64)) }),
  mdmev: notification("%MDMEV: ", { event: phrase() }),
  /** dBm of `rsrp` is 140 less; 255 unknown. */
  cesq: notification("%CESQ: ", {
    rsrp: integer(0, 255),
    rsrpLevel: integer(0, 255),
    rsrq: integer(0, 255),
    rsrqLevel: integer(0, 255),
  }),
  /** `utc` is the SCTS form of 3GPP TS 23.040 §9.2.3.11: digits of each octet swapped. */
  xtime: notification("%XTIME: ", {
    timeZone: optional(quoted(2)),
    utc: optional(quoted(14)),
    daylightSaving: optional(quoted(2)),
  }),
  xsim: notification("%XSIM: ", { state: integer(0, 1), cause: optional(named(SIM_CAUSES)) }),
  odisntf: notification("+ODISNTF: ", { values: listOf(quoted()) }),

  /** A message; `data` is its PDU in hexadecimal digits. */
  cmt: twoLines("+CMT: ", { from: optional(quoted(64)), length: integer(0, 255) }),
  /** A status report; `data` is its PDU in hexadecimal digits. */
  cds: twoLines("+CDS: ", { length: integer(0, 255) }),
  /** 524: the modem has dropped its SMS client. */
  cmsError: notification("+CMS ERROR: ", { number: integer(0, 65_535) }),

  modemFault: notification("#XMODEM: FAULT,", { reason: prefixedHex(), programCounter: prefixedHex() }),
  modemShutdown: notification("#XMODEM: SHUTDOWN,", { result: integer() }),
  modemInit: notification("#XMODEM: INIT,", { result: integer() }),
  xmodemreset: notification("#XMODEMRESET: ", { step: named(MODEM_RESET_STEPS), error: optional(integer()) }),

  xfota: notification("#XFOTA: ", {
    stage: named(FOTA_STAGES),
    status: named(FOTA_STATUS),
    info: optional(integer()),
  }),
  xdfu: notification(
    "#XDFU: ",
    { type: named(DFU_TYPES), step: named(DFU_STEPS), result: integer() },
    { leadingLineEnd: false },
  ),
  xdatamode: notification("#XDATAMODE: ", { result: integer() }),

  xapoll: notification("#XAPOLL: ", { handle, events: integer(0, 255) }),
  xsendntf: notification("#XSENDNTF: ", { handle, result: integer(), size: integer(0, 65_535) }),
  /** Automatic reception (#XRECVCFG). */
  xrecv: withOctets("#XRECV: ", { handle, mode: named(DATA_MODES), size: integer(0, 4_096) }, receivedOctets),
  xrecvfrom: withOctets(
    "#XRECVFROM: ",
    { handle, mode: named(DATA_MODES), size: integer(0, 4_096), address: quoted(64), port: integer(0, 65_535) },
    receivedOctets,
  ),

  /**
   * The carrier library's events, whose numbers mean different things in different releases. A written value follows
   * its line: `12,0,"<path>",<digits>` and as many digits in quotes, without a line end; `11,<octets>,<path>` earlier.
   */
  xcarrierevt: withOctets(
    "#XCARRIEREVT: ",
    { event: integer(0, 255), values: listOf(bare(512)) },
    ({ event, values }) => {
      const [first = "", , third = ""] = values;
      if (event === 12 && first === "0" && digits.test(third)) return Number(third) + 2;
      if (event === 11 && values.length >= 2 && digits.test(first)) return Number(first);
      return undefined;
    },
    { trailingLineEnd: false },
  ),
  xcarrier: notification("#XCARRIER: ", { text: remainder() }),
} as const;
