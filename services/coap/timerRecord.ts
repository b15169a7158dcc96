/** A protocol's timer as records of kind `timer`; there are none unless somebody looks closely. */
import type { Trace } from "../../ports/trace.ts";

export interface TimerFields {
  readonly name: string;
  /** `coap server/123` */
  readonly owner: string;
  /** What happens when it fires, for people. */
  readonly purpose: string;
  /** ms. */
  readonly delay: number;
  readonly cause?: number | undefined;
  /** Does what the timer is for before its time; it is cleared first. */
  readonly fire: () => void;
}

/** What running timers do, by the trace and the `seq` of their `set` record. */
const running = new WeakMap<Trace, Map<number, () => void>>();

/** Has a protocol's timer fire now; false when it does not run (any more). */
export function fireTimer(trace: Trace, seq: number): boolean {
  const fire = running.get(trace)?.get(seq);
  if (fire === undefined) return false;
  fire();
  return true;
}

export class TimerRecord {
  readonly #trace: Trace;
  readonly #fields: Pick<TimerFields, "name" | "owner">;
  readonly #set: number;

  private constructor(trace: Trace, { name, owner, purpose, delay, cause, fire }: TimerFields) {
    this.#trace = trace;
    this.#fields = { name, owner };
    const told = { purpose, delay: wholeMicroseconds(delay), ...(cause !== undefined && { cause }) };
    this.#set = trace.record({ kind: "timer", operation: "set", name, owner, ...told });
    const timers = running.get(trace) ?? new Map<number, () => void>();
    running.set(trace, timers);
    timers.set(this.#set, fire);
  }

  static set(trace: Trace | undefined, fields: TimerFields): TimerRecord | undefined {
    return trace?.detailed === true ? new TimerRecord(trace, fields) : undefined;
  }

  /** Returns the `seq` of what leads to whatever happens now. */
  fired(): number {
    return this.#end("fired");
  }

  cleared(): void {
    this.#end("cleared");
  }

  #end(operation: "fired" | "cleared"): number {
    running.get(this.#trace)?.delete(this.#set);
    return this.#trace.record({ kind: "timer", operation, ...this.#fields, cause: this.#set });
  }
}

/** What is finer is a clock's arithmetic. */
function wholeMicroseconds(ms: number): number {
  return Math.round(1_000 * ms) / 1_000;
}
