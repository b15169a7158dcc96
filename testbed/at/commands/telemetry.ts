/** Signal, time, battery, temperature and counters. */
import type { TELEMETRY } from "../../../modem/at/commands/telemetry.ts";
import { ModemError } from "../../../modem/index.ts";
import type { SignalQuality } from "../../../ports/modem.ts";
import type { HandlersOf } from "../unit.ts";

/** Not known, by quantity. */
const UNKNOWN = { rxlev: 99, ber: 99, snr: 127, other: 255 } as const;

export const telemetry: HandlersOf<typeof TELEMETRY> = {
  cesqSet: ({ mode }, { settings }) => {
    settings.subscriptions.cesq = mode;
  },
  cesq: async (_, { modem }) => {
    const none = { rxlev: UNKNOWN.rxlev, ber: UNKNOWN.ber, rscp: UNKNOWN.other, ecno: UNKNOWN.other };
    try {
      return { ...none, ...signalIndices(await modem.signal()) };
    } catch (error) {
      if (!(error instanceof ModemError) || error.code !== "notAllowed") throw error;
      return { ...none, rsrq: UNKNOWN.other, rsrp: UNKNOWN.other };
    }
  },
  xsnrsq: async (_, { modem }) => {
    const { snrDb } = await modem.signal();
    return { snr: snrDb === undefined ? UNKNOWN.snr : snrDb + 24, srxlev: 40 };
  },
  xvbat: async (_, { modem }) => modem.batteryVoltage(),
  xtemp: async (_, { modem }) => modem.temperature(),
  cclkRead: async (_, { modem }) => ({ time: clockText(await modem.networkTime()) }),
  cclkSet: () => undefined,
  xtimeSet: ({ mode }, { settings }) => {
    settings.subscriptions.xtime = mode;
  },
  xconnstatSet: ({ mode }, { settings, sockets }) => {
    settings.connectionStatistics = mode === 1;
    if (mode === 1) sockets.traffic.reset();
  },
  xconnstatRead: (_, { settings, sms, sockets }) => {
    if (!settings.connectionStatistics) throw new ModemError("notAllowed", { detail: "nothing is counted" });
    return { smsSent: 0, smsReceived: sms.received, ...sockets.traffic.figures() };
  },
};

/** Indices of 3GPP TS 27.007 §8.69. */
export function signalIndices({ rsrpDbm, rsrqDb }: SignalQuality): { readonly rsrq: number; readonly rsrp: number } {
  return { rsrq: Math.round((rsrqDb + 19.5) * 2), rsrp: rsrpDbm + 140 };
}

/** `yy/MM/dd,hh:mm:ss±zz`, UTC. */
function clockText(timeMs: number): string {
  const [date = "", time = ""] = new Date(timeMs).toISOString().split("T");
  return `${date.slice(2).replaceAll("-", "/")},${time.slice(0, 8)}+00`;
}
