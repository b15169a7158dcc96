/** Network registration and cell. */
import type { REGISTRATION } from "../../../modem/at/commands/registration.ts";
import { ModemError } from "../../../modem/index.ts";
import type { CellInfo } from "../../../ports/modem.ts";
import { bandOf } from "../bands.ts";
import { isRegistered, registrationValues, TIMER_DEACTIVATED } from "../registrationFields.ts";
import type { HandlersOf, Unit } from "../unit.ts";

/** CE mode 2: both coverage enhancement modes (3GPP TS 27.007 §10.1.28 counts on from there). */
const CE_MODE = 2;

export const registration: HandlersOf<typeof REGISTRATION> = {
  ceregSet: ({ level }, { settings }) => {
    settings.subscriptions.cereg = level;
  },
  ceregRead: async (_, { modem, rejectCause, settings }) => {
    const level = settings.subscriptions.cereg;
    const status = modem.registration;
    const cell = isRegistered(modem) ? await modem.cell() : undefined;
    const cause = status === "denied" ? rejectCause() : undefined;
    return { level, ...registrationValues(level, status, { cell, rejectCause: cause }) };
  },
  csconSet: ({ level }, { settings }) => {
    settings.subscriptions.cscon = level;
  },
  csconRead: (_, { modem, settings }) => ({
    level: settings.subscriptions.cscon,
    mode: isRegistered(modem) ? 1 : 0,
  }),
  cnecSet: ({ level }, { settings }) => {
    settings.subscriptions.cnec = level;
  },
  copsSet: () => undefined,
  copsRead: async (_, { modem }) => {
    if (!isRegistered(modem)) return { mode: 0 };
    const { plmn, technology } = await modem.cell();
    return { mode: 0, format: 2, operator: plmn, technology };
  },
  cemodeSet: () => undefined,
  cemodeRead: () => ({ mode: CE_MODE }),
  cpsmsSet: () => undefined,
  xsystemmodeSet: ({ lteM, nbIot, gnss, preference }, { modem, settings }) => {
    if (modem.functionalMode === "normal") throw new ModemError("notAllowed", { detail: "LTE is on" });
    settings.systemMode = { lteM, nbIot, gnss, preference };
  },
  xsystemmodeRead: (_, { settings }) => settings.systemMode,
  xmonitor: async (_, { modem }) => {
    const status = modem.registration;
    if (!isRegistered(modem)) return { status };
    const cell = await modem.cell();
    const { rsrpDbm, snrDb } = await modem.signal();
    return {
      status,
      longName: "Simulated",
      shortName: "Simulated",
      plmn: cell.plmn,
      trackingArea: cell.trackingArea,
      technology: cell.technology,
      band: bandIn(cell),
      cellId: cell.cellId,
      physicalCellId: cell.physicalCellId,
      earfcn: cell.earfcn,
      rsrp: rsrpDbm + 140,
      snr: snrDb === undefined ? 127 : snrDb + 24,
      edrx: "",
      activeTime: TIMER_DEACTIVATED,
      extendedTau: TIMER_DEACTIVATED,
      periodicTau: "01001001",
    };
  },
  xcband: async (_, { modem }) => ({ band: bandIn(await modem.cell()) }),
  odis: hostDevice,
  odisRead: hostDevice,
  odisSet: (values, { settings }) => {
    settings.hostDevice = { ...values };
  },
  odisntfSet: ({ mode }, { settings }) => {
    settings.subscriptions.odisntf = mode;
  },
  ceer: (_, { modem }) => ({ report: modem.registration === "denied" ? "EMM cause" : "No cause" }),
};

function hostDevice(_: unknown, { settings }: Unit) {
  return settings.hostDevice;
}

function bandIn({ earfcn }: CellInfo): number {
  return earfcn === undefined ? 0 : bandOf(earfcn);
}
