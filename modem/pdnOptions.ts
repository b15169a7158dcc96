/** What the default PDN can be configured with. */
import type { PdnType } from "../ports/modem.ts";
import { ModemError } from "./modemError.ts";

export interface PdnOptions {
  readonly apn?: string;
  readonly type?: PdnType;
}

/** 3GPP TS 23.003 §9.1: labels as in DNS, 63 octets at most here as in the carrier library's configuration. */
const APN = /^[A-Za-z0-9.-]{1,63}$/;
const PDN_TYPES: readonly PdnType[] = ["ipv4v6", "ipv4", "ipv6", "nonIp"];

/** Throws a `ModemError` with code `incorrectParameters`. */
export function checkPdnOptions({ apn, type }: PdnOptions): void {
  if (apn !== undefined && !APN.test(apn)) {
    throw new ModemError("incorrectParameters", { detail: `APN ${JSON.stringify(apn)}` });
  }
  if (type !== undefined && !PDN_TYPES.includes(type)) {
    throw new ModemError("incorrectParameters", { detail: `PDN type ${JSON.stringify(type)}` });
  }
}
