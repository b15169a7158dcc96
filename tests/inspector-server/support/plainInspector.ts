/** An inspector of plain records: numbers them, keeps some, hands them on. For tests of what stands around one. */
import { checkpointOf } from "../../../inspector/model/checkpoint.ts";
import { WorldFold } from "../../../inspector/model/fold.ts";
import type { Attachment, Inspector, InspectorOptions, Viewer } from "../../../inspector/options.ts";
import type { Breakpoint, Request } from "../../../inspector/protocol.ts";
import type { TraceRecord } from "../../../ports/trace.ts";

export class PlainInspector implements Inspector {
  readonly options: InspectorOptions;
  readonly instance: string = "plain-1";
  breakpoints: readonly Breakpoint[] = [];
  readonly viewers = new Set<Viewer>();
  /** What was steered. */
  readonly steered: Request[] = [];
  /** What steering answers. */
  steering: (request: Request) => unknown = () => "done";
  readonly #fold = new WorldFold();
  readonly #kept: TraceRecord[] = [];
  #next = 0;

  constructor(options: InspectorOptions = {}) {
    this.options = options;
  }

  readonly sink = (record: TraceRecord): void => {
    const number = this.#next++;
    this.#fold.apply(record);
    this.#kept.push(record);
    if (this.#kept.length > (this.options.history ?? 0)) this.#kept.shift();
    for (const viewer of this.viewers) viewer.record(record, number);
  };

  readonly detailed = (): boolean => this.viewers.size > 0;

  watch(): () => void {
    throw new Error("plain records alone");
  }

  attach(viewer: Viewer): Attachment {
    const first = this.#next - this.#kept.length;
    const from = viewer.resume?.instance === this.instance ? viewer.resume.after + 1 : undefined;
    if (from === undefined || from < first) viewer.checkpoint([], first);
    for (let number = Math.max(first, from ?? 0); number < this.#next; number++)
      viewer.record(this.#kept[number - first]!, number);
    this.viewers.add(viewer);
    return {
      catchUp: () => viewer.checkpoint(checkpointOf(this.#fold.snapshot()), this.#next),
      detach: () => this.viewers.delete(viewer),
    };
  }

  async steer(request: Request): Promise<unknown> {
    this.steered.push(request);
    return this.steering(request);
  }

  close(): void {
    this.viewers.clear();
  }
}

export const logged = (seq: number, line = `line ${seq}`): TraceRecord => ({
  seq,
  time: seq,
  device: "thing",
  kind: "log",
  line,
});
