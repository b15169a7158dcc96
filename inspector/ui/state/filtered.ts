/** The records of a session that its filter lets through, kept as records come. */
import type { TraceRecord } from "../../../ports/trace.ts";
import { type CompiledFilter, compileFilter } from "../../model/filter.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import type { App } from "../app.ts";
import { devicesOf } from "./devices.ts";
import { isMove, type Marks, marksOf } from "./marks.ts";
import { RecordFollower } from "./recordFollower.ts";

export class Filtered {
  readonly text: string;
  readonly device: string;
  readonly filter: CompiledFilter;
  /** Of the records that pass, rising. */
  readonly indices: number[] = [];
  readonly #session: SessionView;
  readonly #follower: RecordFollower;

  /** Records of `device` alone; of all when it is empty. */
  constructor(session: SessionView, text: string, device: string) {
    this.text = text;
    this.device = device;
    this.filter = compileFilter(text);
    this.#session = session;
    this.#follower = new RecordFollower(session);
  }

  update(): this {
    const { device, filter, indices } = this;
    const marks = marksOf(this.#session);
    this.#follower.follow(
      (record, index) => {
        if (device !== "" && record.device !== device) return;
        if (filter.empty ? isWorthALine(record, index, marks) : filter.matches(record)) indices.push(index);
      },
      () => {
        indices.length = 0;
      },
    );
    return this;
  }

  /** Position of the last index that is not beyond `index`; -1 when there is none. */
  positionOf(index: number): number {
    const { indices } = this;
    let low = 0;
    let high = indices.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (indices[middle]! <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Who asks for nothing in particular is not told the same move twice, nor what statecharts look like. */
function isWorthALine(record: TraceRecord, index: number, marks: Marks): boolean {
  if (record.kind === "chart") return isMove(record, index, marks);
  return record.kind !== "definition";
}

const cache = new WeakMap<SessionView, Filtered>();

/** What the app's filter lets through of the device that is looked at. */
export function filteredOf(app: App): Filtered {
  const { session } = app.entry;
  const device = devicesOf(session).length > 1 ? app.view.device : "";
  let filtered = cache.get(session);
  if (filtered === undefined || filtered.text !== app.view.filter || filtered.device !== device) {
    filtered = new Filtered(session, app.view.filter, device);
    cache.set(session, filtered);
  }
  return filtered.update();
}
