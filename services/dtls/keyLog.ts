/** A line of the NSS key log format (RFC 9850), with which Wireshark reads the traffic. Only by an explicit option. */
import type { KeyObject } from "node:crypto";
import { toHex } from "./bytes.ts";

export function logMasterSecret(
  keyLog: ((line: string) => void) | undefined,
  clientRandom: Uint8Array,
  master: KeyObject,
): void {
  keyLog?.(`CLIENT_RANDOM ${toHex(clientRandom)} ${master.export().toString("hex")}`);
}
