/** What the records hold that a filter may ask for: names of actors, events, states and so on, gathered as they come. */
import type { TraceRecord } from "../../ports/trace.ts";
import { FILTER_FIELDS } from "./filterFields.ts";
import type { SessionView } from "./sessionContract.ts";

/** Values of one field that are kept; more are no help to anybody. */
const MAX_VALUES = 300;
/** Fields whose values are names rather than measurements. */
const NAMED = [
  "kind",
  "actor",
  "event",
  "state",
  "guard",
  "refused",
  "device",
  "from",
  "to",
  "lifeline",
  "code",
  "path",
  "name",
];

export class Vocabulary {
  readonly #values = new Map<string, Set<string>>(NAMED.map((field) => [field, new Set()]));
  #seen = 0;

  /** Takes what has come since the last time. */
  read(session: SessionView): void {
    if (session.length < this.#seen) this.#seen = 0;
    for (; this.#seen < session.length; this.#seen++) this.add(session.at(this.#seen));
  }

  add(record: TraceRecord): void {
    for (const [field, values] of this.#values) {
      if (values.size >= MAX_VALUES) continue;
      for (const value of FILTER_FIELDS[field]!.values(record)) if (typeof value === "string") values.add(value);
    }
  }

  valuesOf(field: string): readonly string[] {
    return [...(this.#values.get(field) ?? [])];
  }
}
