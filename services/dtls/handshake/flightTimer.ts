/**
 * The flight that may have to be sent again, and when (RFC 6347 §4.2.4): on the timer until it is answered, or, the last
 * one of a handshake, when the peer shows that it has not come.
 */
import type { Retransmission } from "../types.ts";
import type { Flight } from "./flight.ts";

/** Twice the maximum segment lifetime: so long the last flight is there to be sent again. */
const LAST_FLIGHT_MS = 240_000;
/** A peer that asks for the last flight more often than a handshake has retransmissions is not answered. */
const MAX_LAST_FLIGHTS = 20;

/** A flight to send again, and which time it is. */
export interface Resend {
  readonly flight: Flight;
  readonly retransmission: number;
}

export class FlightTimer {
  readonly #parameters: Retransmission;
  #flight: Flight | undefined;
  #sentAgain = 0;
  #delayMs = 0;
  /** One resend a period answers repeated messages: two ends must not drive each other on. */
  #answeredRepeat = false;

  constructor(parameters: Retransmission) {
    this.#parameters = parameters;
  }

  get flight(): Flight | undefined {
    return this.#flight;
  }

  /** ms until the timer is to fire. */
  begin(flight: Flight): number {
    this.#flight = flight;
    this.#sentAgain = 0;
    this.#answeredRepeat = false;
    this.#delayMs = this.#parameters.initialMs;
    return flight.awaitsAnswer ? this.#delayMs : LAST_FLIGHT_MS;
  }

  /** The timer fired; undefined: given up. */
  next(): (Resend & { readonly afterMs: number }) | undefined {
    const { max, maxMs } = this.#parameters;
    if (this.#flight === undefined || this.#sentAgain >= max) return undefined;
    this.#answeredRepeat = false;
    this.#delayMs = Math.min(2 * this.#delayMs, maxMs);
    return { flight: this.#flight, retransmission: ++this.#sentAgain, afterMs: this.#delayMs };
  }

  /** The peer repeats what the flight answers. */
  onRepeated(): Resend | undefined {
    if (this.#flight?.awaitsAnswer !== true || this.#answeredRepeat) return undefined;
    this.#answeredRepeat = true;
    return { flight: this.#flight, retransmission: this.#sentAgain + 1 };
  }

  /** The peer repeats its authentic Finished: our last flight was lost. */
  onRepeatedFinished(): Resend | undefined {
    if (this.#flight === undefined || this.#sentAgain >= MAX_LAST_FLIGHTS) return undefined;
    return { flight: this.#flight, retransmission: ++this.#sentAgain };
  }

  forget(): void {
    this.#flight = undefined;
  }
}
