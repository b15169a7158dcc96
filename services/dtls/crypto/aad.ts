/** Writes the length of what is protected into the last two octets of its associated data (RFC 5246 §6.2.3, RFC 9146 §5). */
export function setLength(aad: Uint8Array, length: number): void {
  aad[aad.length - 2] = length >>> 8;
  aad[aad.length - 1] = length;
}
