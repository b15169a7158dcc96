/** Makes records: numbers them, stamps them, and knows what causes what happens now. */
import type { RecordFields, Trace, TraceOptions, TraceRecord } from "../ports/trace.ts";

/**
 * A trace that hands every finished record to `options.sink`. A record of kind `run` without `wall` gets the time of
 * day; a record without `cause` gets that of the innermost `causedBy` under way.
 */
export function createTrace(options: TraceOptions): Trace {
  const { sink, clock, device } = options;
  let nextSeq = options.firstSeq ?? 1;
  let ambient: number | undefined;

  return {
    record(fields: RecordFields): number {
      const seq = nextSeq++;
      const record: { -readonly [K in keyof TraceRecord]: TraceRecord[K] } = {
        seq,
        time: clock.now(),
        device,
        ...fields,
      };
      if (fields.kind === "run" && record.wall === undefined) record.wall = clock.wall();
      if (fields.cause === undefined) {
        if (ambient === undefined) delete record.cause;
        else record.cause = ambient;
      }
      sink(record);
      return seq;
    },

    causedBy<T>(cause: number | undefined, work: () => T): T {
      const outer = ambient;
      ambient = cause ?? outer;
      try {
        return work();
      } finally {
        ambient = outer;
      }
    },

    get cause() {
      return ambient;
    },
  };
}
