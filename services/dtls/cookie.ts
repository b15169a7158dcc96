/**
 * Cookies without state (RFC 6347 §4.2.1): who returns one receives datagrams at the address that it claims. They hold
 * for the period in which they were made and the one after it. Extensions stay out: there are clients that change them
 * between their two ClientHellos.
 */
import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from "node:crypto";
import type { PeerAddress } from "../../ports/transport.ts";
import { numberBytes } from "./bytes.ts";
import type { ClientHello } from "./messages/clientHello.ts";

const PERIOD_MS = 300_000;

export class Cookies {
  readonly #secret = createSecretKey(randomBytes(32));
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** 32 octets. */
  make(hello: ClientHello, from: PeerAddress): Uint8Array {
    return this.#ofPeriod(this.#period(), hello, from);
  }

  isValid(hello: ClientHello, from: PeerAddress): boolean {
    const now = this.#period();
    return [now, now - 1].some((period) => {
      const expected = this.#ofPeriod(period, hello, from);
      return hello.cookie.length === expected.length && timingSafeEqual(hello.cookie, expected);
    });
  }

  #period(): number {
    return Math.floor(this.#now() / PERIOD_MS);
  }

  #ofPeriod(period: number, hello: ClientHello, { address, port }: PeerAddress): Uint8Array {
    const mac = createHmac("sha256", this.#secret).update(`${period}|${address}|${port}|`);
    mac.update(hello.random).update(numberBytes(hello.sessionId.length, 1)).update(hello.sessionId);
    mac.update(numberBytes(hello.suites.length, 2));
    for (const suite of hello.suites) mac.update(numberBytes(suite, 2));
    return mac.update(hello.compressions).digest();
  }
}
