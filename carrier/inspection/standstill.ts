/** The whole run frozen: time, arrivals from the network, and whatever else would reach the charts. */
import type { Clock } from "../../ports/clock.ts";
import type { NetworkPath } from "../networkPath.ts";
import { Gate } from "./gate.ts";

export class Standstill {
  readonly gate = new Gate();
  readonly #clock: Clock;
  readonly #network: NetworkPath;

  constructor(clock: Clock, network: NetworkPath) {
    this.#clock = clock;
    this.#network = network;
  }

  pause(): void {
    this.#clock.pause();
    this.#network.pause();
    this.gate.freeze();
  }

  resume(): void {
    this.#clock.resume();
    this.gate.release();
    // What was let through first may have frozen the run again.
    if (!this.gate.frozen) this.#network.unpause();
  }
}
