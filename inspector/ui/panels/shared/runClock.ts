/**
 * What time it is in a run between two of its records: they tell the time only when something happens, and a run's
 * clock may be faster than ours. All times in ms.
 */

interface Arrival {
  /** The run's clock. */
  readonly run: number;
  /** Ours. */
  readonly here: number;
}

/** A rate is taken from arrivals at least this far apart. */
const LEAST_SPAN_MS = 1500;
/** So near to 1 it is 1: arrivals jitter. */
const NEARLY = 0.15;
/** Clocks that differ by less than this go together. */
const AGREEMENT_MS = 1500;

export class RunClock {
  #first: Arrival | undefined;
  #last: Arrival | undefined;
  #rate = 1;
  /** When the first record came, and whether one came later than with the first heap. */
  #begun: number | undefined;
  #followed = false;
  #frozen = false;

  /** The newest record that is there at `here` is of time `run`; whether the run is frozen. */
  look(run: number, here: number, frozen = false): void {
    const thawed = this.#frozen && !frozen;
    this.#frozen = frozen;
    if (thawed) {
      // Time goes on from where it stood, as fast as before.
      this.#last = { run, here };
      this.#first = this.#last;
      this.#followed = true;
      return;
    }
    if (this.#last !== undefined && run <= this.#last.run) return;
    this.#last = { run, here };
    this.#begun ??= here;
    // The first heap tells of what was before somebody looked: nothing of how fast time goes.
    this.#followed ||= here - this.#begun >= LEAST_SPAN_MS;
    if (!this.#followed) return;
    this.#first ??= this.#last;
    const span = here - this.#first.here;
    if (span < LEAST_SPAN_MS) return;
    const rate = (run - this.#first.run) / span;
    this.#rate = Math.abs(rate - 1) < NEARLY ? 1 : rate;
    this.#first = this.#last;
  }

  /**
   * The run's time at `here`. `wall`: the time of day, ms since 1970, with `wallAtZero` of the run: a run that has been
   * silent for long when somebody begins to look says by them how long.
   */
  now(here: number, wall?: { readonly now: number; readonly atZero: number }): number {
    const last = this.#last;
    if (last === undefined) return 0;
    if (this.#frozen) return last.run;
    const passed = last.run + Math.max(0, here - last.here) * this.#rate;
    // A record that came while we looked says more than the time of day: the run may have been frozen before.
    if (wall === undefined || this.#followed) return passed;
    const byDay = wall.now - wall.atZero;
    return byDay - passed > AGREEMENT_MS ? byDay : passed;
  }
}
