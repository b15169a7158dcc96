/** The messages of a handshake so far, as they are hashed and signed (RFC 5246 §7.4.9, RFC 6347 §4.2.6). */
import { createHash } from "node:crypto";
import { concat } from "../bytes.ts";
import { encodeWhole, type HandshakeMessage } from "./handshakeMessage.ts";

export class Transcript {
  readonly #messages: Uint8Array[] = [];

  /** First ClientHello, HelloVerifyRequest and HelloRequest stay out. */
  add(message: HandshakeMessage): void {
    this.#messages.push(encodeWhole(message));
  }

  /** `node:crypto` signs messages, not digests. */
  bytes(): Uint8Array {
    return concat(this.#messages);
  }

  /** SHA-256. */
  hash(): Uint8Array {
    const hash = createHash("sha256");
    for (const message of this.#messages) hash.update(message);
    return hash.digest();
  }
}
