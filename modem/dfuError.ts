/** Numbers with which an nRF91 modem refuses a firmware image (nrf_modem_delta_dfu.h) or reports its update at start. */

/** Errors while an image is loaded. */
export const DFU_ERROR = {
  outOfMemory: 1,
  blockTooLarge: 2,
  invalidHeader: 3,
  invalidData: 5,
  wrongUuid: 9,
  badAddress: 10,
  areaNotBlank: 11,
  write: 12,
  erase: 13,
  badOffset: 14,
  logCorrupt: 15,
  invalidResume: 16,
  erasePending: 17,
  notAllowed: 18,
  incomplete: 19,
  interruptedWrite: 20,
  invalidOperation: 21,
  powerOffWarning: 23,
} as const;
export type DfuErrorName = keyof typeof DFU_ERROR;

/** Results of the update that an initialisation ran. */
export const DFU_RESULT = {
  ok: 0x05500001,
  internal: 0x04400001,
  hardware: 0x04400002,
  authentication: 0x04400003,
  uuid: 0x04400004,
  /** The image stays scheduled; the next initialisation tries again. */
  voltageLow: 0x04400005,
} as const;
export type DfuResultName = keyof typeof DFU_RESULT;

const WORDS: Record<DfuErrorName | DfuResultName, string> = {
  outOfMemory: "out of memory",
  blockTooLarge: "block too large",
  invalidHeader: "invalid header",
  invalidData: "invalid data",
  wrongUuid: "not for this base version",
  badAddress: "bad address",
  areaNotBlank: "area not blank",
  write: "write failed",
  erase: "erase failed",
  badOffset: "bad offset",
  logCorrupt: "log corrupt",
  invalidResume: "invalid resume",
  erasePending: "erase pending",
  notAllowed: "not allowed now",
  incomplete: "image incomplete",
  interruptedWrite: "write interrupted",
  invalidOperation: "invalid operation",
  powerOffWarning: "power-off warning",
  ok: "updated",
  internal: "internal error",
  hardware: "hardware error",
  authentication: "not authentic",
  uuid: "not for this base version",
  voltageLow: "voltage too low",
};

/** `DFU error 5, invalid data`, or the result of an update as in `DFU result 0x04400004, not for this base version`. */
export function describeDfu(number: number): string {
  const result = Object.entries(DFU_RESULT).find(([, value]) => value === number);
  const kind = result === undefined ? `DFU error ${number}` : `DFU result 0x${number.toString(16).padStart(8, "0")}`;
  const found = result ?? Object.entries(DFU_ERROR).find(([, value]) => value === number);
  return found === undefined ? kind : `${kind}, ${WORDS[found[0] as DfuErrorName | DfuResultName]}`;
}
