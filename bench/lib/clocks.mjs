/** Time for a measurement: short waits are real, long ones come when the clock is moved by hand. */

const LONG_MS = 10_000;

export class HandMovedClock {
  #short;
  #long;

  /**
   * @param {object} short the product's SystemClock
   * @param {object} long the product's VirtualClock
   */
  constructor(short, long) {
    this.#short = short;
    this.#long = long;
  }

  now() {
    return this.#short.now();
  }

  wall() {
    return this.#long.wall();
  }

  setTimeout(work, delayMs) {
    const clock = delayMs < LONG_MS ? this.#short : this.#long;
    return { clock, timer: clock.setTimeout(work, delayMs) };
  }

  clearTimeout(id) {
    id?.clock.clearTimeout(id.timer);
  }

  pause() {}
  resume() {}

  advance(ms) {
    this.#long.advance(ms);
  }
}
