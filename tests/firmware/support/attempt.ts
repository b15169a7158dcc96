/** One download with everything at hand that a test looks at. */
import type { RecordFields } from "../../../ports/trace.ts";
import { type DownloadOptions, downloadFirmware } from "../../../services/firmware/download.ts";
import type { DownloadOutcome } from "../../../services/firmware/outcome.ts";
import { createTrace } from "../../../trace/trace.ts";
import { VirtualClock } from "../../support/virtualClock.ts";
import { caStore } from "./credentials.ts";
import { MemoryArea } from "./memoryArea.ts";

export type AttemptOptions = Partial<DownloadOptions> & {
  readonly uri: string;
  readonly area?: MemoryArea;
  /** CA certificates by tag; `caTags` are all of them unless given. */
  readonly cas?: Readonly<Record<number, string>>;
};

export interface Attempt {
  readonly area: MemoryArea;
  readonly clock: VirtualClock;
  readonly records: RecordFields[];
  readonly outcome: Promise<DownloadOutcome>;
  /** Gives the download up. */
  abort(): void;
  /** Resolves once the area holds so many octets. */
  reaches(bytes: number): Promise<void>;
}

export function attempt({ cas = {}, area = new MemoryArea(), ...options }: AttemptOptions): Attempt {
  const clock = new VirtualClock();
  const owner = new AbortController();
  const records: RecordFields[] = [];
  const waiting: { bytes: number; resolve: () => void }[] = [];
  const outcome = downloadFirmware({
    area,
    credentials: caStore(cas),
    caTags: Object.keys(cas).map(Number),
    clock,
    signal: owner.signal,
    trace: createTrace({
      clock,
      device: "test",
      sink: ({ seq: _, time: __, device: ___, ...fields }) => records.push(fields),
    }),
    onProgress: (bytes) => {
      for (const waiter of waiting) if (bytes >= waiter.bytes) waiter.resolve();
    },
    ...options,
  });
  return {
    area,
    clock,
    records,
    outcome,
    abort: () => owner.abort(),
    reaches: (bytes) => new Promise((resolve) => waiting.push({ bytes, resolve })),
  };
}
