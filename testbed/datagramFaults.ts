/** What happens to the next datagrams between a carrier and its servers, when somebody asks for it. */
import type { Clock, TimerId } from "../ports/clock.ts";
import type { Trace } from "../ports/trace.ts";
import type { Transport } from "../ports/transport.ts";
import { type Tap, tapTransport } from "../services/coap/transportTap.ts";

export const DATAGRAM_FAULTS = ["drop", "delay", "duplicate", "corrupt"] as const;
export type DatagramFaultName = (typeof DATAGRAM_FAULTS)[number];

export interface DatagramFault {
  readonly name: DatagramFaultName;
  /** `out`: from the device; without it whichever goes next. */
  readonly direction?: "in" | "out";
  /** How many datagrams it strikes. Default 1. */
  readonly times?: number;
  /** Of `delay`; default 1000. */
  readonly delayMs?: number;
}

export interface DatagramFaultsOptions {
  readonly clock: Clock;
  /** Called as one strikes. */
  onStrike?(name: DatagramFaultName, direction: "in" | "out", octets: number): void;
}

const DEFAULT_DELAY_MS = 1_000;
/** Asked for and not yet struck; of more the oldest are forgotten. */
const MAX_WAITING = 64;

export class DatagramFaults implements Tap {
  readonly #options: DatagramFaultsOptions;
  readonly #timers = new Set<TimerId>();
  #waiting: { readonly fault: DatagramFault; left: number }[] = [];

  constructor(options: DatagramFaultsOptions) {
    this.#options = options;
  }

  /** The transport whose datagrams are struck. */
  tap(transport: Transport): Transport {
    return tapTransport(transport, this);
  }

  /** Strikes the next datagrams, after those that other faults wait for. */
  add(fault: DatagramFault): void {
    this.#waiting = [...this.#waiting, { fault, left: fault.times ?? 1 }].slice(-MAX_WAITING);
  }

  /** No datagram is struck any more; those under way arrive. */
  clear(): void {
    this.#waiting = [];
  }

  /** Those under way are lost. */
  close(): void {
    this.clear();
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer);
    this.#timers.clear();
  }

  pass(bytes: Uint8Array, direction: "in" | "out", _: unknown, forward: (bytes: Uint8Array) => void): void {
    const fault = this.#strike(direction);
    if (fault === undefined) {
      forward(bytes);
      return;
    }
    this.#options.onStrike?.(fault.name, direction, bytes.length);
    switch (fault.name) {
      case "drop":
        return;
      case "duplicate":
        forward(bytes);
        forward(bytes);
        return;
      case "corrupt":
        forward(corrupted(bytes));
        return;
      case "delay":
        this.#later(fault.delayMs ?? DEFAULT_DELAY_MS, bytes.slice(), forward);
    }
  }

  #strike(direction: "in" | "out"): DatagramFault | undefined {
    const next = this.#waiting.find(({ fault }) => (fault.direction ?? direction) === direction);
    if (next === undefined) return undefined;
    next.left--;
    if (next.left <= 0) this.#waiting = this.#waiting.filter((other) => other !== next);
    return next.fault;
  }

  #later(delayMs: number, bytes: Uint8Array, forward: (bytes: Uint8Array) => void): void {
    const timer = this.#options.clock.setTimeout(() => {
      this.#timers.delete(timer);
      forward(bytes);
    }, delayMs);
    this.#timers.add(timer);
  }
}

/** Each strike is a record of kind `fault`. */
export function recordedFaults(clock: Clock, trace: Trace): DatagramFaults {
  return new DatagramFaults({
    clock,
    onStrike: (name, direction, octets) => {
      trace.record({ kind: "fault", name: `datagram.${name}`, direction, octets });
    },
  });
}

/** The octet in the middle is another one. */
function corrupted(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  const middle = changed.length >> 1;
  const octet = changed[middle];
  if (octet !== undefined) changed[middle] = octet ^ 0xff;
  return changed;
}
