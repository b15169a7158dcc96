/** Digests as the modem lists credentials: `%CMNG: <tag>,<type>,"<64 upper-case hexadecimal digits>"`. */
import { createHash } from "node:crypto";

/** SHA-256 over the octets as stored, line ends included. */
export function modemDigest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").toUpperCase();
}
