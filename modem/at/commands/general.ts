/** Identity, versions and the line itself: 3GPP TS 27.007 §5, nRF91 and Serial Modem commands. */
import { exec, many, one, read, set, test } from "./command.ts";
import { bare, bracketed, integer, named, optional, quoted, remainder } from "./field.ts";

/** +CGSN <snt>: 15 digits, 16 digits with the software version, the software version alone. */
export const SERIAL_NUMBERS = { imei: 1, imeisv: 2, svn: 3 } as const;

const bareLine = one({ text: remainder() }, { prefix: "" });

export const GENERAL = {
  at: exec(""),
  echoOff: exec("E0"),
  echoOn: exec("E1"),
  cgmi: exec("+CGMI", { response: bareLine }),
  cgmm: exec("+CGMM", { response: bareLine }),
  cgmr: exec("+CGMR", { response: bareLine }),
  cgsn: exec("+CGSN", { response: bareLine }),
  cgsnSet: set("+CGSN", { kind: named(SERIAL_NUMBERS) }, { response: one({ number: quoted(32) }) }),
  shortswver: exec("%SHORTSWVER", { response: one({ version: bare() }) }),
  hwversion: exec("%HWVERSION", { response: one({ version: bare() }) }),
  xmodemuuid: exec("%XMODEMUUID", { response: one({ uuid: bare(64) }) }),
  twoDid: exec("%2DID", { response: one({ identity: bare(128) }) }),
  cmeeSet: set("+CMEE", { mode: integer(0, 2) }),
  cmeeRead: read("+CMEE", one({ mode: integer(0, 2) })),
  iprSet: set("+IPR", { baudRate: integer(0, 4_000_000) }),
  iprRead: read("+IPR", one({ baudRate: integer(0, 4_000_000) })),
  iprTest: test("+IPR", one({ baudRates: bracketed(integer(0, 4_000_000)) })),
  xsmver: exec("#XSMVER", {
    response: one({ version: quoted(128), libraryVersion: quoted(128), customer: optional(quoted(128)) }),
    dialects: ["serialModem"],
  }),
  xslmver: exec("#XSLMVER", {
    response: one({ version: quoted(128), libraryVersion: quoted(128), customer: optional(quoted(128)) }),
    dialects: ["slm"],
  }),
  xuuid: exec("#XUUID", { response: one({ uuid: bare(64) }) }),
  xclac: exec("#XCLAC", { response: many({ text: remainder() }, { prefix: "" }) }),
} as const;
