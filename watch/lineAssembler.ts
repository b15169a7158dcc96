/** Lines of a device's output put together to what they tell: an event may take two of them, and octets besides. */
import type { EditionId } from "../machines/editions/index.ts";
import { carrierPayloadOctets } from "../modem/at/carrier/events.ts";
import type { Clock, TimerId } from "../ports/clock.ts";
import { readCarrierNotification } from "./carrierNotification.ts";
import { type ConsoleLine, readConsoleLine, TOLD_IN_TWO_LINES } from "./consoleLine.ts";
import { readingsOf, type Sighting } from "./sighting.ts";

/** A log has no timers: there an event's second line comes, or another one does. */
export type WatchClock = Pick<Clock, "now" | "wall"> & Partial<Pick<Clock, "setTimeout" | "clearTimeout">>;

/** When a line came. */
export interface Moment {
  readonly time: number;
  readonly wall: number;
}

export type Heard = { readonly line: string; readonly at: Moment } & (
  | { readonly kind: "event"; readonly sighting: Sighting }
  | { readonly kind: "start" }
  | { readonly kind: "version"; readonly editions: readonly EditionId[] }
  | { readonly kind: "failure" }
  /** It tells nothing of the library. */
  | { readonly kind: "other" }
);

/** An event whose second line is still to come. */
interface Held {
  readonly name: string;
  readonly line: string;
  readonly at: Moment;
  /** Lines of other threads that came in between. */
  readonly others: { readonly line: string; readonly at: Moment }[];
}

const MOST_BETWEEN = 4;
/** ms that an event's second line may take on a live wire. */
const SECOND_LINE_MS = 500;

export class LineAssembler {
  readonly #clock: WatchClock;
  readonly #onHeard: (heard: Heard) => void;
  #held: Held | undefined;
  /** The device tells events by name: it is no Serial Modem. */
  #tellsNames = false;
  #timer: TimerId;
  /** `#XCARRIEREVT: 12,…` whose octets are on the next line. */
  #header: { readonly line: string; readonly at: Moment } | undefined;

  constructor(clock: WatchClock, onHeard: (heard: Heard) => void) {
    this.#clock = clock;
    this.#onHeard = onHeard;
  }

  /** A line without escape sequences and without the time before it. `payload`: octets that came after it. */
  line(line: string, payload?: Uint8Array): void {
    const at = { time: this.#clock.now(), wall: this.#clock.wall() };
    const header = this.#header;
    this.#header = undefined;
    if (header !== undefined) this.#withPayload(header, line, at);
    else if (payload === undefined && carrierPayloadOctets(line) > 0) this.#header = { line, at };
    else this.#take(line, at, payload);
  }

  /** Whatever waits for another line waits no longer. */
  flush(): void {
    const header = this.#header;
    this.#header = undefined;
    if (header !== undefined) this.#onHeard({ kind: "other", ...header });
    this.#release(new Map());
  }

  #take(line: string, at: Moment, payload?: Uint8Array): void {
    if (line === "") return;
    const notified = readCarrierNotification(line, payload);
    if (notified !== undefined) {
      this.#tell({ kind: "event", sighting: notified, line, at });
      return;
    }
    const meaning = readConsoleLine(line);
    if (meaning?.kind === "detail" && meaning.of === this.#held?.name) {
      this.#release(readingsOf(meaning.of, meaning.details));
    } else if (meaning?.kind === "event") this.#event(meaning, line, at);
    else if (meaning?.kind === "start" && meaning.ofSerialModem && this.#tellsNames) this.#other(line, at);
    else if (meaning !== undefined && meaning.kind !== "detail") this.#tell({ ...meaning, line, at });
    else this.#other(line, at);
  }

  #other(line: string, at: Moment): void {
    // Another thread may print between the two lines of an event.
    if (this.#held !== undefined && this.#held.others.length < MOST_BETWEEN) this.#held.others.push({ line, at });
    else this.#tell({ kind: "other", line, at });
  }
  #event({ name, details }: Extract<ConsoleLine, { kind: "event" }>, line: string, at: Moment): void {
    this.#tellsNames = true;
    if (details !== undefined || !TOLD_IN_TWO_LINES.has(name)) {
      this.#tell({ kind: "event", sighting: { readings: readingsOf(name, details) }, line, at });
      return;
    }
    this.#release(new Map());
    this.#held = { name, line, at, others: [] };
    this.#timer = this.#clock.setTimeout?.(() => this.flush(), SECOND_LINE_MS);
  }

  #withPayload(header: { readonly line: string; readonly at: Moment }, text: string, at: Moment): void {
    const octets = carrierPayloadOctets(header.line);
    const payload = new TextEncoder().encode(text.slice(0, octets));
    if (readCarrierNotification(header.line, payload) === undefined) {
      // Something else came in between: nothing of it is lost.
      this.#tell({ kind: "other", ...header });
      this.line(text);
      return;
    }
    this.#take(header.line, header.at, payload);
    this.#take(text.slice(octets), at);
  }

  /** Tells of the event that was held back, with these readings or by its name alone, then of what came in between. */
  #release(readings: Sighting["readings"]): void {
    this.#clock.clearTimeout?.(this.#timer);
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    const { name, line, at, others } = held;
    const sighting = { readings: readings.size > 0 ? readings : readingsOf(name) };
    this.#onHeard({ kind: "event", sighting, line, at });
    for (const other of others) this.#onHeard({ kind: "other", ...other });
  }

  #tell(heard: Heard): void {
    this.#release(new Map());
    this.#onHeard(heard);
  }
}
