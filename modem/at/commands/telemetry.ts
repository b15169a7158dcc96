/** Signal, time, battery, temperature and counters: 3GPP TS 27.007 §8, nRF91. */
import { exec, one, read, set } from "./command.ts";
import { integer, optional, quoted } from "./field.ts";

export const TELEMETRY = {
  cesqSet: set("%CESQ", { mode: integer(0, 1) }),
  /** Indices of 3GPP TS 27.007 §8.69; dB of `rsrq` is half of it less 19.5, dBm of `rsrp` 140 less; 255 unknown. */
  cesq: exec("+CESQ", {
    response: one({
      rxlev: integer(0, 255),
      ber: integer(0, 255),
      rscp: integer(0, 255),
      ecno: integer(0, 255),
      rsrq: integer(0, 255),
      rsrp: integer(0, 255),
    }),
  }),
  /** dB of `snr` is 24 less; 127 unknown. */
  xsnrsq: read("%XSNRSQ", one({ snr: integer(0, 255), srxlev: integer(), ceLevel: optional(integer(0, 255)) })),
  xvbat: exec("%XVBAT", { response: one({ millivolts: integer(0, 65_535) }) }),
  xtemp: read("%XTEMP", one({ celsius: integer(-128, 255) })),
  /** `"yy/MM/dd,hh:mm:ss±zz"`, zz in quarter hours. */
  cclkRead: read("+CCLK", one({ time: quoted(32) })),
  cclkSet: set("+CCLK", { time: quoted(32) }),
  xtimeSet: set("%XTIME", { mode: integer(0, 1) }),
  xconnstatSet: set("%XCONNSTAT", { mode: integer(0, 1) }),
  xconnstatRead: read(
    "%XCONNSTAT",
    one({
      smsSent: integer(0),
      smsReceived: integer(0),
      sentKilobytes: integer(0),
      receivedKilobytes: integer(0),
      largestPacket: integer(0),
      averagePacket: integer(0),
    }),
  ),
} as const;
