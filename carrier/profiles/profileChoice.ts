/** Which profile a device has: the one that its SIM chose last, over restarts, until another SIM chooses another. */
import type { SimIdentity } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import { chooseProfile, type Profile } from "./profile.ts";
import { DEFAULT_PROFILE } from "./profiles.ts";

const DOCUMENT = "profile";

export class ProfileChoice {
  readonly #enabled: readonly Profile[];
  readonly #storage: Storage;
  #profile: Profile;
  #loaded = false;

  constructor(enabled: readonly Profile[], storage: Storage) {
    this.#enabled = enabled;
    this.#storage = storage;
    this.#profile = this.#fallback();
  }

  get profile(): Profile {
    return this.#profile;
  }

  /** The one of the last run. A choice that is no longer enabled is made anew. */
  async load(): Promise<void> {
    if (this.#loaded || !this.#isChoice) return;
    const stored = await this.#storage.read(DOCUMENT);
    this.#loaded = true;
    const id = stored === undefined ? undefined : new TextDecoder().decode(stored);
    this.#profile = this.#enabled.find((profile) => profile.id === id) ?? this.#fallback();
  }

  /** Resolves with true when another profile counts from now on. A SIM that does not say whose it is changes nothing. */
  async choose(sim: SimIdentity): Promise<boolean> {
    if (!this.#isChoice || sim.operator === undefined) return false;
    const chosen = chooseProfile(sim, this.#enabled) ?? DEFAULT_PROFILE;
    if (chosen === this.#profile) return false;
    this.#profile = chosen;
    await this.#storage.write(DOCUMENT, new TextEncoder().encode(chosen.id));
    return true;
  }

  /** One profile for all SIMs leaves nothing to choose. */
  get #isChoice(): boolean {
    return this.#enabled.some(({ operators }) => operators.length > 0);
  }

  #fallback(): Profile {
    return chooseProfile({}, this.#enabled) ?? DEFAULT_PROFILE;
  }
}
