/** Records and stores for the tests of the page's shell. */
import { Session } from "../../inspector/model/session.ts";
import { AppStore } from "../../inspector/ui/state/appStore.ts";
import { openText } from "../../inspector/ui/state/openText.ts";
import type { RecordFields, TraceRecord } from "../../ports/trace.ts";

/** Numbered from 1, a ms apart where `time` does not say otherwise. */
export function recordsOf(fields: readonly (RecordFields & { readonly time?: number })[], device = "d"): TraceRecord[] {
  return fields.map((record, index) => ({ seq: index + 1, time: index, device, ...record }));
}

export function sessionOf(fields: readonly (RecordFields & { readonly time?: number })[], device = "d"): Session {
  const session = new Session();
  session.append(recordsOf(fields, device));
  return session;
}

/** `chart` records of one statechart that stands in one state after the other. */
export function chartRecords(actor: string, values: readonly unknown[]): RecordFields[] {
  return values.map((value, index) => ({
    kind: "chart",
    actor,
    event: `e${index}`,
    value,
    entered: typeof value === "string" ? [value] : [],
  }));
}

/** A store whose frames the test draws itself. */
export function storeOf(): { readonly store: AppStore; readonly draw: () => void } {
  let due: (() => void)[] = [];
  const store = new AppStore({ nextFrame: (work) => due.push(work), read: openText });
  return {
    store,
    draw() {
      const now = due;
      due = [];
      for (const work of now) work();
    },
  };
}
