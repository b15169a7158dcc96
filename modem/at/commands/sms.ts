/** Short messages in PDU mode: 3GPP TS 27.005. Each message and report is acknowledged with AT+CNMA=1. */
import { one, read, set } from "./command.ts";
import { integer, optional } from "./field.ts";

export const SMS = {
  cnmiSet: set("+CNMI", {
    mode: integer(0, 3),
    mt: optional(integer(0, 3)),
    bm: optional(integer(0, 3)),
    ds: optional(integer(0, 2)),
    bfr: optional(integer(0, 1)),
  }),
  cnmiRead: read(
    "+CNMI",
    one({ mode: integer(0, 3), mt: integer(0, 3), bm: integer(0, 3), ds: integer(0, 2), bfr: integer(0, 1) }),
  ),
  cnma: set("+CNMA", { mode: integer(0, 2) }),
} as const;

/** Commands whose failure may be a `+CMS ERROR`; elsewhere that line is a notification. */
export const ANSWERED_WITH_CMS: ReadonlySet<string> = new Set(["+CNMI", "+CNMA", "+CMGS"]);
