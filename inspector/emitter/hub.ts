/**
 * Numbers the records of all devices, keeps the newest, and hands them on to who looks. What is no longer kept lives on in a
 * checkpoint: the world after it, as records.
 */
import type { TraceRecord, TraceSink } from "../../ports/trace.ts";
import type { MachineDefinition } from "../definition.ts";
import { checkpointOf } from "../model/checkpoint.ts";
import { WorldFold } from "../model/fold.ts";
import type { Attachment, Viewer } from "../options.ts";
import type { Breakpoint } from "../protocol.ts";

export interface HubOptions {
  readonly instance: string;
  /** Records that are kept. */
  readonly history: number;
  readonly sink?: TraceSink | undefined;
  /** Hash and definition of machines that records speak of without having told them. */
  readonly definitions: () => readonly { readonly hash: string; readonly definition: MachineDefinition }[];
}

/** What has to be known of the time in which nobody looks. Watched actors tell nothing then: those that do are of other tools. */
const KEPT_UNSEEN: ReadonlySet<string> = new Set([
  "run",
  "definition",
  "actor",
  "step",
  "timer",
  "resource",
  "breakpoint",
  "result",
]);

export class Hub {
  readonly #options: HubOptions;
  readonly #viewers = new Set<Viewer>();
  /** The world before the first record that is kept. */
  #base = new WorldFold();
  /** The newest records, from `#start` on. */
  #ring: TraceRecord[] = [];
  #start = 0;
  #next = 1;
  /** Somebody looks, or a history is kept: charts tell of themselves where no actor is watched. */
  #chartsUnseen = true;
  #finding = false;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Whether charts are to be folded while nobody looks: not when their actors will be found. */
  set chartsUnseen(wanted: boolean) {
    this.#chartsUnseen = wanted;
  }

  readonly take = (record: TraceRecord): void => {
    const { history, sink } = this.#options;
    if (sink !== undefined) this.#hand(() => sink(record));
    // What nobody sees is counted all the same: who comes back has missed it.
    const number = this.#next++;
    const isSeen = history > 0 || sink !== undefined || this.#viewers.size > 0 || this.#finding;
    if (!isSeen && !this.#matters(record)) return;
    if (history === 0) tell(this.#base, record);
    else this.#keep(record, history);
    for (const viewer of this.#viewers) {
      try {
        viewer.record(record, number);
      } catch {
        // Whoever throws away what it is handed has had it.
      }
    }
  };

  /** `find` makes records of what is there: nobody has looked before. */
  attach(viewer: Viewer, find: () => void): Attachment {
    this.#finding = true;
    this.#hand(find);
    this.#finding = false;
    const first = this.#next - (this.#ring.length - this.#start);
    const { resume } = viewer;
    this.#hand(() => {
      const isSame = resume !== undefined && resume.instance === this.#options.instance && resume.after < this.#next;
      if (isSame && resume.after >= first - 1) {
        this.#replay(viewer, resume.after + 1);
        return;
      }
      if (isSame) viewer.gap(resume.after + 1, first - 1 - resume.after);
      viewer.checkpoint(this.#checkpoint(this.#base), first);
      this.#replay(viewer, first);
    });
    this.#viewers.add(viewer);
    return {
      catchUp: () => {
        if (this.#viewers.has(viewer)) this.#hand(() => viewer.checkpoint(this.#checkpointNow(), this.#next));
      },
      detach: () => {
        this.#viewers.delete(viewer);
      },
    };
  }

  tellBreakpoints(breakpoints: readonly Breakpoint[]): void {
    for (const viewer of this.#viewers) this.#hand(() => viewer.breakpoints?.(breakpoints));
  }

  /** Actors and the timers of these devices are no longer true: nobody watches them. */
  forget(timers: ReadonlySet<number>, devices: ReadonlySet<string>): void {
    const left = checkpointOf(this.#base.snapshot()).filter(({ kind, device, seq }) => {
      if (!devices.has(device)) return true;
      return kind !== "actor" && kind !== "resource" && !(kind === "timer" && timers.has(seq));
    });
    this.#base = new WorldFold();
    for (const record of left) tell(this.#base, record);
  }

  clear(): void {
    this.#viewers.clear();
    this.#ring = [];
    this.#start = 0;
    this.#base = new WorldFold();
  }

  #matters({ kind }: TraceRecord): boolean {
    return KEPT_UNSEEN.has(kind) || (kind === "chart" && this.#chartsUnseen);
  }

  #keep(record: TraceRecord, history: number): void {
    this.#ring.push(record);
    if (this.#ring.length - this.#start <= history) return;
    tell(this.#base, this.#ring[this.#start]!);
    this.#start++;
    // Moving the rest down costs as much as has been taken away before.
    if (this.#start < history) return;
    this.#ring = this.#ring.slice(this.#start);
    this.#start = 0;
  }

  #replay(viewer: Viewer, from: number): void {
    const first = this.#next - (this.#ring.length - this.#start);
    for (let number = from; number < this.#next; number++) {
      viewer.record(this.#ring[this.#start + number - first]!, number);
    }
  }

  #checkpointNow(): TraceRecord[] {
    const now = new WorldFold(this.#base.snapshot());
    for (let at = this.#start; at < this.#ring.length; at++) tell(now, this.#ring[at]!);
    return this.#checkpoint(now);
  }

  #checkpoint(fold: WorldFold): TraceRecord[] {
    const world = fold.snapshot();
    const device = world.devices.keys().next().value ?? "";
    const given = this.#options.definitions().filter(({ hash }) => !world.definitions.has(hash));
    const definitions = given.map(
      ({ hash, definition }): TraceRecord => ({ seq: 0, time: 0, device, kind: "definition", hash, definition }),
    );
    return [...definitions, ...checkpointOf(world)];
  }

  /** Neither a sink nor a viewer is to harm the app. */
  #hand(work: () => void): void {
    try {
      work();
    } catch {
      // Whoever throws away what it is handed has had it.
    }
  }
}

/** A record that no fold understands, such as an app may hand in, has told nothing; it is not to harm the app. */
function tell(fold: WorldFold, record: TraceRecord): void {
  try {
    fold.apply(record);
  } catch {
    // It is shown as it is.
  }
}
