/** The whole run frozen: time, arrivals from the network, and whatever else would reach the charts. */
import type { Clock } from "../../ports/clock.ts";
import type { NetworkPath } from "../networkPath.ts";
import { Gate } from "./gate.ts";

export class Standstill {
  readonly gate = new Gate();
  readonly #clock: Clock;
  readonly #network: NetworkPath;
  #over = false;

  constructor(clock: Clock, network: NetworkPath) {
    this.#clock = clock;
    this.#network = network;
  }

  pause(): void {
    if (this.#over) return;
    this.#clock.pause();
    this.#network.pause();
    this.gate.freeze();
  }

  /** What waited comes first: until it has been let through no timer overtakes it, nor does a datagram. */
  resume(): void {
    this.gate.release(() => {
      this.#clock.resume();
      this.#network.unpause();
    });
  }

  /** The device ends, and nothing holds that up. */
  end(): void {
    this.#over = true;
    this.resume();
  }
}
