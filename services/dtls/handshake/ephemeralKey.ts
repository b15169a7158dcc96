/** One side's ephemeral key on P-256 (RFC 8422 §5.10): used once, and gone with the handshake. */
import { createECDH } from "node:crypto";
import { DtlsError } from "../errors.ts";

export class EphemeralKey {
  readonly #ecdh = createECDH("prime256v1");
  /** 04 || X || Y. */
  readonly point: Uint8Array;

  constructor() {
    this.point = this.#ecdh.generateKeys();
  }

  /** The X coordinate, 32 octets with leading zeros. Throws `DtlsError` for a point that is not on the curve. */
  agree(peerPoint: Uint8Array): Uint8Array {
    try {
      return this.#ecdh.computeSecret(peerPoint);
    } catch {
      throw new DtlsError("protocol", "the peer's ephemeral key is not a point of P-256", "illegal_parameter");
    }
  }
}
