/** The PIN of a SIM that asks for one whenever it gets power. Refused once it is not tried again: three times lock it. */
import { type AtLine, isRefusal, unlessRefused } from "./atLine.ts";
import { SIM } from "./commands/sim.ts";

export class SimPin {
  readonly #line: AtLine;
  readonly #pin: string | undefined;
  #wasRefused = false;

  constructor(line: AtLine, pin: string | undefined) {
    this.#line = line;
    this.#pin = pin;
  }

  /** There is one to give. */
  get isKnown(): boolean {
    return this.#pin !== undefined && !this.#wasRefused;
  }

  /** Unlocks the SIM, which has power, where it waits for the PIN. A SIM that refuses stays locked, and says so itself. */
  async unlock(): Promise<void> {
    if (this.#pin === undefined || this.#wasRefused) return;
    const answer = await unlessRefused(this.#line.execute(SIM.cpinRead));
    if (answer?.state !== "SIM PIN") return;
    try {
      await this.#line.execute(SIM.cpinSet, { pin: this.#pin });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#wasRefused = true;
    }
  }
}
