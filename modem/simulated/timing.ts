/** How long a modem takes, in ms from and to: orders of magnitude of an nRF91. */
export const REALISTIC_MS = {
  init: [400, 900],
  applyFirmware: [8_000, 20_000],
  shutdown: [100, 300],
  functionalMode: [50, 1_200],
  attach: [2_000, 9_000],
  reattach: [1_000, 6_000],
  activatePdn: [100, 400],
  query: [5, 25],
  writeCredential: [40, 150],
  eraseFirmware: [1_500, 6_000],
  writeFirmware: [2, 8],
  finishFirmware: [300, 1_200],
} as const satisfies Record<string, readonly [from: number, to: number]>;

export type TimingName = keyof typeof REALISTIC_MS;
