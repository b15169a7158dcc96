/** Functional modes and restarts. */
import { FUNCTIONAL_MODES, type POWER } from "../../../modem/at/commands/power.ts";
import { ModemError } from "../../../modem/index.ts";
import type { FunctionalMode } from "../../../ports/modem.ts";
import type { HandlersOf } from "../unit.ts";

/** What of a +CFUN concerns the parts that are simulated; the UICC has power in every mode but `powerOff`. */
const MODES: Readonly<Record<keyof typeof FUNCTIONAL_MODES, FunctionalMode | "same" | undefined>> = {
  powerOff: "powerOff",
  normal: "normal",
  receiveOnly: undefined,
  offline: "offline",
  lteOff: "offline",
  lteOn: "normal",
  gnssOff: "same",
  gnssOn: "same",
  uiccOff: "powerOff",
  uiccOn: "offline",
  offlineWithUicc: "offline",
};

export const power: HandlersOf<typeof POWER> = {
  cfunSet: async ({ mode }, { modem, settings }) => {
    const asked = MODES[mode];
    if (asked === undefined) throw new ModemError("notSupported", { detail: `functional mode ${mode}` });
    // The UICC goes on and off by itself only while LTE is off.
    const isKept = asked === "same" || (modem.functionalMode === "normal" && mode.startsWith("uicc"));
    if (isKept) return;
    const isOffline = modem.functionalMode === "offline" || settings.uiccOff;
    await modem.setFunctionalMode(asked);
    settings.uiccOff = mode === "uiccOff" && isOffline;
    if (mode === "powerOff") settings.unsubscribe();
  },
  cfunRead: (_, { modem, settings }) => {
    if (modem.initialised === undefined) throw new ModemError("notInitialised");
    return { mode: settings.uiccOff ? "offline" : modem.functionalMode };
  },
  cfunTest: () => ({
    modes: Object.values(FUNCTIONAL_MODES).filter((mode) => mode !== FUNCTIONAL_MODES.receiveOnly),
  }),
  xreset: (_, unit, call) => call.after(() => unit.restart()),
  xmodemreset: (_, unit) => unit.resetModem(),
  xshutdown: (_, unit, call) => call.after(() => unit.sleep()),
  xsleep: (_, unit, call) => call.after(() => unit.sleep()),
  mdmevSet: ({ mode }, unit, call) => {
    unit.settings.subscriptions.mdmev = mode;
    if (mode > 0) call.after(() => unit.tellDomainEvents());
  },
};
