/** What a modem keeps in memory of what hosts have set: subscriptions to notifications above all. */

/** `AT+CNMI` <mode>,<mt>,<bm>,<ds>,<bfr>. */
export type SmsRouting = readonly [mode: number, mt: number, bm: number, ds: number, bfr: number];

const NO_SUBSCRIPTIONS = {
  /** AT+CEREG level. */
  cereg: 0,
  cscon: 0,
  /** AT+CNEC: 8 EMM, 16 ESM. */
  cnec: 0,
  cgerep: 0,
  mdmev: 0,
  cesq: 0,
  xtime: 0,
  xsim: 0,
  odisntf: 0,
};
const CNEC = { emm: 8, esm: 16 } as const;

export class ModemSettings {
  /** AT+CMEE: 0 hides the numbers of errors. */
  cmee = 0;
  subscriptions = { ...NO_SUBSCRIPTIONS };
  systemMode = { lteM: 1, nbIot: 0, gnss: 0, preference: 0 };
  hostDevice = { hostId: "", manufacturer: "", model: "", software: "" };
  connectionStatistics = false;
  /** AT+CFUN=40 has switched the UICC off; the functional mode is that of before. */
  uiccOff = false;

  tells(kind: keyof typeof CNEC): boolean {
    return (this.subscriptions.cnec & CNEC[kind]) !== 0;
  }

  /** AT+CFUN=0 ends every subscription. */
  unsubscribe(): void {
    this.subscriptions = { ...NO_SUBSCRIPTIONS };
  }

  /** A modem that was restarted has forgotten it all. */
  forget(): void {
    this.unsubscribe();
    this.cmee = 0;
    this.connectionStatistics = false;
    this.uiccOff = false;
  }
}
