/** What failed is counted, listed and walked as one thing: problems, not the records that tell of them. */
import { describe, expect, it } from "@jest/globals";
import { showFailures, toFailure } from "../../inspector/ui/shell/commands.ts";
import { fleetOf } from "../../inspector/ui/state/fleet.ts";
import { problemsOf } from "../../inspector/ui/state/problems.ts";
import { stride } from "../../inspector/ui/state/steps.ts";
import type { RecordFields } from "../../ports/trace.ts";
import { sessionOf, storeOf } from "./shellSupport.ts";

const log: RecordFields = { kind: "log", line: "x" };
const refused = (cause?: number): RecordFields => ({
  ...{ kind: "refused", server: "bootstrap", path: "/bs", code: "4.06", detail: "incomplete" },
  ...(cause !== undefined && { cause }),
});
const told = (cause: number): RecordFields => ({
  ...{ kind: "event", semantic: "error", name: "LWM2M_CARRIER_EVENT_ERROR", number: 1, cause },
});

/** Five records that tell of a failure, of two problems: each ends with what the application is told. */
function failing() {
  const { store } = storeOf();
  const session = sessionOf([log, refused(), told(2), log, refused(), refused(5), told(6), log]);
  store.update({ session: store.add({ title: "run", session, state: "file" }) });
  return { store, session };
}

describe("the problems of a run", () => {
  it("are as many in the list of devices as in the page, wherever one stands", () => {
    const { store, session } = failing();
    expect(problemsOf(session).of("d")).toEqual([2, 6]);
    for (const index of [0, 3, 7]) {
      store.select(index);
      expect(fleetOf(session, store.index)).toMatchObject([{ device: "d", failures: 2 }]);
    }
  });

  it("are walked one by one, and after the last comes the first", () => {
    const { store } = failing();
    const walked = ["n", "n", "n", "p", "p"].map((key) => {
      toFailure(store, key === "n" ? 1 : -1);
      return store.index;
    });
    expect(walked).toEqual([2, 6, 2, 6, 2]);
    expect(store.view).toMatchObject({ panel: "why", selected: 2 });
    store.select(4);
    expect(stride(store, "failure", -1)).toBe(true);
    expect(store.index).toBe(2);
  });

  it("are all shown at the place where one stands", () => {
    const { store } = failing();
    store.update({ panel: "timers", actor: "carrier", node: "alive" });
    store.select(3);
    showFailures(store);
    expect(store.view).toMatchObject({ panel: "why", cursor: { index: 3 } });
    expect([store.view.selected, store.view.node]).toEqual([undefined, undefined]);
  });
});
