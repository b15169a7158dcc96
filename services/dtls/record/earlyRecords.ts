/** Protected records that came before the keys to read them: a flight's parts overtake each other. A few are kept. */
import type { RecordView } from "./record.ts";

const MAX_RECORDS = 4;
const MAX_OCTETS = 8_192;

export class EarlyRecords {
  #records: RecordView[] = [];
  #octets = 0;

  /** False: there is no room. */
  add(view: RecordView): boolean {
    if (this.#records.length >= MAX_RECORDS || this.#octets + view.size > MAX_OCTETS) return false;
    const { fragment, connectionId } = view;
    this.#records.push({ ...view, fragment: fragment.slice(), connectionId: connectionId?.slice() });
    this.#octets += view.size;
    return true;
  }

  take(): RecordView | undefined {
    const view = this.#records.shift();
    this.#octets -= view?.size ?? 0;
    return view;
  }

  clear(): void {
    this.#records = [];
    this.#octets = 0;
  }
}
