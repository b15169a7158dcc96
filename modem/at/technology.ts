/** Which radio technology the modem looks for (%XSYSTEMMODE). It keeps that without power, and takes it only offline. */
import type { AtLine } from "./atLine.ts";
import { REGISTRATION } from "./commands/registration.ts";

/** `lteMAndNbIot` leaves the choice to the modem, with LTE-M before NB-IoT where both are there. */
export type Technology = "lteM" | "nbIot" | "lteMAndNbIot";

/** <LTE_M_support>, <NB_IoT_support>, <LTE_preference>: 0 none, 1 LTE-M, 2 NB-IoT. */
const MODES = {
  lteM: { lteM: 1, nbIot: 0, preference: 0 },
  nbIot: { lteM: 0, nbIot: 1, preference: 0 },
  lteMAndNbIot: { lteM: 1, nbIot: 1, preference: 1 },
} as const satisfies Record<Technology, object>;

export const TECHNOLOGIES = Object.keys(MODES) as readonly Technology[];

/** GNSS stays as it is. */
export async function selectTechnology(line: AtLine, technology: Technology): Promise<void> {
  const { gnss, ...now } = await line.execute(REGISTRATION.xsystemmodeRead);
  const wanted = MODES[technology];
  const holds = now.lteM === wanted.lteM && now.nbIot === wanted.nbIot && now.preference === wanted.preference;
  if (!holds) await line.execute(REGISTRATION.xsystemmodeSet, { ...wanted, gnss });
}
