/** Pre-shared keys that the testbed has issued. They leave it in what a bootstrap server writes, and nowhere else. */
import { randomBytes } from "node:crypto";
import type { AccountSecurity } from "./account.ts";

const IDENTITY_OCTETS = 8;
const KEY_OCTETS = 16;
/** The one issued longest ago is forgotten beyond. */
const MAX_KEYS = 100_000;

export type PskSecurity = Extract<AccountSecurity, { mode: "psk" }>;

export class Keyring {
  readonly #byOwner = new Map<string, PskSecurity>();
  readonly #byIdentity = new Map<string, Uint8Array>();
  #mistaken = false;

  /** The identity and key of a device: random, and the same whenever it asks. */
  issue(owner: string): PskSecurity {
    const known = this.#byOwner.get(owner);
    if (known !== undefined) return known;
    const identity = randomBytes(IDENTITY_OCTETS).toString("hex");
    const issued: PskSecurity = { mode: "psk", identity, key: Uint8Array.from(randomBytes(KEY_OCTETS)) };
    this.#byOwner.set(owner, issued);
    this.#byIdentity.set(identity, issued.key);
    const [eldest] = this.#byOwner;
    if (this.#byOwner.size > MAX_KEYS && eldest !== undefined) {
      this.#byOwner.delete(eldest[0]);
      this.#byIdentity.delete(eldest[1].identity);
    }
    return issued;
  }

  /** The key that a server has for an identity; undefined: it does not know it. */
  readonly keyOf = (identity: Uint8Array): Uint8Array | undefined => {
    const key = this.#byIdentity.get(new TextDecoder().decode(identity));
    return key !== undefined && this.#mistaken ? key.map((octet) => octet ^ 0xff) : key;
  };

  /** On: the server has another key for each identity than the device, as after a mistake in its database. */
  mistake(on: boolean): void {
    this.#mistaken = on;
  }
}
