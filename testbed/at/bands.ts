/** E-UTRA operating bands by their downlink channel numbers (3GPP TS 36.101 §5.7.3): those of LTE-M and NB-IoT modems. */

const BANDS: readonly (readonly [band: number, first: number, last: number])[] = [
  [1, 0, 599],
  [2, 600, 1199],
  [3, 1200, 1949],
  [4, 1950, 2399],
  [5, 2400, 2649],
  [8, 3450, 3799],
  [12, 5010, 5179],
  [13, 5180, 5279],
  [17, 5730, 5849],
  [18, 5850, 5999],
  [19, 6000, 6149],
  [20, 6150, 6449],
  [25, 8040, 8689],
  [26, 8690, 9039],
  [28, 9210, 9659],
  [66, 66436, 67335],
  [85, 70366, 70545],
];

/** 0 for a channel of none of them. */
export function bandOf(earfcn: number): number {
  return BANDS.find(([, first, last]) => earfcn >= first && earfcn <= last)?.[0] ?? 0;
}
