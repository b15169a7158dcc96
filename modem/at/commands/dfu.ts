/** Firmware: pushed by the host (#XDFU…, Serial Modem alone) or downloaded by the modem (#XFOTA). */
import { one, set } from "./command.ts";
import { constant, integer, named, optional, quoted } from "./field.ts";

/** #XDFU… <type>. */
export const DFU_TYPES = { application: 0, delta: 1, full: 2, mcuboot: 3 } as const;
/** #XDFU <operation> of a notification. */
export const DFU_STEPS = { write: 1, apply: 2 } as const;
/** #XFOTA <op> that begins a download. */
export const FOTA_TYPES = { application: 1, delta: 2, full: 3, mcuboot: 5 } as const;
/** #XFOTA <stage> and <status> of a notification. */
export const FOTA_STAGES = {
  init: 0,
  download: 1,
  erasePending: 2,
  erased: 3,
  activatePending: 4,
  complete: 5,
} as const;
export const FOTA_STATUS = { ok: 0, error: 1, cancelled: 2, reverted: 3 } as const;

/** Most octets of one #XDFUWRITE. */
export const MAX_DFU_OCTETS = 4_096;

const type = named(DFU_TYPES);

export const DFU = {
  /** May erase first. */
  xdfuinit: set("#XDFUINIT", { type, size: optional(integer(0)) }, { timeoutMs: 120_000, dialects: ["serialModem"] }),
  /** OK, `length` octets, then #XDATAMODE and #XDFU in either order. */
  xdfuwrite: set(
    "#XDFUWRITE",
    { type, address: integer(0), length: integer(1, MAX_DFU_OCTETS) },
    {
      timeoutMs: 10_000,
      dialects: ["serialModem"],
      data: { length: (values) => values.length as number, completedBy: ["xdatamode", "xdfu"] },
    },
  ),
  /** OK, then #XDFU. */
  xdfuapply: set("#XDFUAPPLY", { type }, { timeoutMs: 60_000, dialects: ["serialModem"] }),
  xfotaStop: set("#XFOTA", { operation: constant(0) }),
  xfotaStart: set("#XFOTA", {
    type: named(FOTA_TYPES),
    url: quoted(512),
    securityTag: optional(integer(0, 4_294_967_295)),
    pdn: optional(integer(0, 15)),
  }),
  xfotaOffset: set("#XFOTA", { operation: constant(7) }, { response: one({ area: integer(0), offset: integer(0) }) }),
  xfotaErase: set("#XFOTA", { operation: constant(9) }, { timeoutMs: 120_000 }),
} as const;
