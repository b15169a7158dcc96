/** Network registration and cell: 3GPP TS 27.007 §7 and §10.1, nRF91. */
import { exec, one, read, set } from "./command.ts";
import { bare, hexNumber, integer, named, optional, quoted } from "./field.ts";

/** +CEREG <stat>; 90 is the nRF91's own. */
export const REGISTRATION_STATUS = {
  notRegistered: 0,
  home: 1,
  searching: 2,
  denied: 3,
  unknown: 4,
  roaming: 5,
  uiccFailure: 90,
} as const;

/** +CEREG <AcT>. */
export const ACCESS_TECHNOLOGIES = { lteM: 7, nbIot: 9, ntnNbIot: 14 } as const;

/** What follows <stat>, in notifications and answers alike; how much of it depends on the level set. */
export const REGISTRATION_FIELDS = {
  status: named(REGISTRATION_STATUS),
  trackingArea: optional(hexNumber(4)),
  cellId: optional(hexNumber(8)),
  technology: optional(named(ACCESS_TECHNOLOGIES)),
  /** 0: `rejectCause` is an EMM cause (3GPP TS 24.301 §9.9.3.9). */
  causeType: optional(integer(0, 255)),
  rejectCause: optional(integer(0, 255)),
  /** Eight bits each, 3GPP TS 24.008 §10.5.7. */
  activeTime: optional(quoted(8)),
  periodicTau: optional(quoted(8)),
} as const;

export const REGISTRATION = {
  ceregSet: set("+CEREG", { level: integer(0, 5) }),
  ceregRead: read("+CEREG", one({ level: integer(0, 5), ...REGISTRATION_FIELDS })),
  csconSet: set("+CSCON", { level: integer(0, 3) }),
  csconRead: read("+CSCON", one({ level: integer(0, 3), mode: integer(0, 1) })),
  cnecSet: set("+CNEC", { level: integer(0, 31) }),
  copsSet: set(
    "+COPS",
    { mode: integer(0, 4), format: optional(integer(0, 2)), operator: optional(quoted(32)) },
    { timeoutMs: 60_000 },
  ),
  copsRead: read(
    "+COPS",
    one({
      mode: integer(0, 4),
      format: optional(integer(0, 2)),
      operator: optional(quoted(32)),
      technology: optional(named(ACCESS_TECHNOLOGIES)),
    }),
  ),
  cemodeSet: set("+CEMODE", { mode: integer(0, 3) }),
  cemodeRead: read("+CEMODE", one({ mode: integer(0, 3) })),
  cpsmsSet: set("+CPSMS", {
    mode: integer(0, 2),
    periodicRau: optional(quoted(8)),
    readyTimer: optional(quoted(8)),
    periodicTau: optional(quoted(8)),
    activeTime: optional(quoted(8)),
  }),
  xsystemmodeSet: set("%XSYSTEMMODE", {
    lteM: integer(0, 1),
    nbIot: integer(0, 1),
    gnss: integer(0, 1),
    preference: integer(0, 4),
    ntn: optional(integer(0, 1)),
  }),
  xsystemmodeRead: read(
    "%XSYSTEMMODE",
    one({
      lteM: integer(0, 1),
      nbIot: integer(0, 1),
      gnss: integer(0, 1),
      preference: integer(0, 4),
      ntn: optional(integer(0, 1)),
    }),
  ),
  /** All but `status` only while registered. */
  xmonitor: exec("%XMONITOR", {
    response: one({
      status: named(REGISTRATION_STATUS),
      longName: optional(quoted(64)),
      shortName: optional(quoted(64)),
      plmn: optional(quoted(6)),
      trackingArea: optional(hexNumber(4)),
      technology: optional(named(ACCESS_TECHNOLOGIES)),
      band: optional(integer(0, 255)),
      cellId: optional(hexNumber(8)),
      physicalCellId: optional(integer(0, 65_535)),
      earfcn: optional(integer(0, 4_294_967_295)),
      /** dBm is 140 less; 255 unknown. */
      rsrp: optional(integer(0, 255)),
      /** dB is 24 less; 127 unknown. */
      snr: optional(integer(0, 255)),
      edrx: optional(quoted(8)),
      activeTime: optional(quoted(8)),
      extendedTau: optional(quoted(8)),
      periodicTau: optional(quoted(8)),
    }),
  }),
  xcband: exec("%XCBAND", { response: one({ band: integer(0, 255) }) }),
  odis: exec("+ODIS", {
    response: one({ hostId: quoted(), manufacturer: quoted(), model: quoted(), software: quoted() }),
  }),
  odisRead: read("+ODIS", one({ hostId: quoted(), manufacturer: quoted(), model: quoted(), software: quoted() })),
  odisSet: set("+ODIS", { hostId: quoted(), manufacturer: quoted(), model: quoted(), software: quoted() }),
  odisntfSet: set("+ODISNTF", { mode: integer(0, 1) }),
  /** Text of `+CEER`: why the last registration or PDN failed. */
  ceer: exec("+CEER", { response: one({ report: bare() }) }),
} as const;
