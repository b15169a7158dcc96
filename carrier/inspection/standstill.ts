/** The whole run frozen: time, arrivals from the network, and whatever else would reach the charts. */
import type { CarrierEvent } from "../../machines/carrierModel.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Trace } from "../../ports/trace.ts";
import type { NetworkPath } from "../networkPath.ts";
import { Gate } from "./gate.ts";

export class Standstill {
  readonly gate: Gate;
  readonly #clock: Clock;
  readonly #network: NetworkPath;
  #over = false;

  constructor(clock: Clock, network: NetworkPath, trace: Trace | undefined) {
    this.gate = new Gate((event, lost) => trace?.record({ kind: "fault", name: "freeze.overflow", event, lost }));
    this.#clock = clock;
    this.#network = network;
  }

  /** Does what the event leads to, now or once the run goes on. */
  pass(event: CarrierEvent, work: () => void): void {
    this.gate.event(matterOf(event), work);
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

/** What an event is about: `modem.changed`, `server.update/1`. */
function matterOf(event: CarrierEvent): string {
  return event.type === "server.trigger" ? `${event.command.type}/${event.server}` : event.type;
}
