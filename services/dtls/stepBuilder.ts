/** Collects what one input leads to. */
import type { DtlsEvent, Step } from "./types.ts";

const NO_DATAGRAMS: readonly Uint8Array[] = [];
const NO_EVENTS: readonly DtlsEvent[] = [];

export class StepBuilder {
  #datagrams: Uint8Array[] = [];
  #events: DtlsEvent[] = [];
  /** As in `Step`. */
  timer: number | null | undefined;
  newest = false;

  send(datagram: Uint8Array): void {
    this.#datagrams.push(datagram);
  }

  emit(event: DtlsEvent): void {
    this.#events.push(event);
  }

  /** The step; the next one begins. */
  take(): Step {
    const { timer, newest } = this;
    const datagrams = this.#datagrams.length === 0 ? NO_DATAGRAMS : this.#datagrams;
    const events = this.#events.length === 0 ? NO_EVENTS : this.#events;
    if (datagrams !== NO_DATAGRAMS) this.#datagrams = [];
    if (events !== NO_EVENTS) this.#events = [];
    this.timer = undefined;
    this.newest = false;
    if (timer === undefined) return newest ? { datagrams, events, newest } : { datagrams, events };
    return newest ? { datagrams, events, timer, newest } : { datagrams, events, timer };
  }
}
