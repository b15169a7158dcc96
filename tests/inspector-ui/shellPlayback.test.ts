import { describe, expect, it } from "@jest/globals";
import { commandFor, type ShellActions } from "../../inspector/ui/shell/commands.ts";
import { pauseAfter, play } from "../../inspector/ui/state/playback.ts";
import type { RecordFields } from "../../ports/trace.ts";
import { recordsOf, sessionOf, storeOf } from "./shellSupport.ts";

const log = (line: string): RecordFields => ({ kind: "log", line });

function at(fields: readonly (RecordFields & { readonly time?: number })[]) {
  const { store } = storeOf();
  store.update({ session: store.add({ title: "run", session: sessionOf(fields), state: "file" }) });
  return { store };
}

describe("a run that is played", () => {
  function player(fields: readonly (RecordFields & { time?: number })[]) {
    const { store } = at(fields);
    const due: { work: () => void; ms: number }[] = [];
    let ended = 0;
    const stop = play(
      store,
      (work, ms) => {
        const timer = { work, ms };
        due.push(timer);
        return () => due.splice(due.indexOf(timer), 1);
      },
      () => ended++,
    );
    return { store, due, stop, next: () => due.shift()?.work(), ended: () => ended };
  }

  it("goes from the beginning to the end, record by record, and then says that it is over", () => {
    const { store, next, due, ended } = player([log("a"), log("b"), log("c")]);
    const way = [store.index];
    while (due.length > 0) {
      next();
      way.push(store.index);
    }
    expect(way).toEqual([0, 1, 2, 2]);
    expect(ended()).toBe(1);
  });

  it("begins anew where it has ended, with what the filter lets through", () => {
    const { store } = at([log("x"), log("a"), log("y"), log("a")]);
    store.update({ filter: "line==a" });
    store.select(3);
    const due: (() => void)[] = [];
    play(
      store,
      (work) => {
        due.push(work);
        return () => {};
      },
      () => {},
    );
    expect(store.index).toBe(1);
    due.shift()!();
    expect(store.index).toBe(3);
  });

  it("does not leave its device for the beginning", () => {
    const { store } = storeOf();
    const session = sessionOf([log("x")], "one");
    session.append(recordsOf([log("x"), log("y")], "two"));
    store.update({ session: store.add({ title: "two", session, state: "file" }), device: "two" });
    play(
      store,
      () => () => {},
      () => {},
    );
    expect(store.index).toBe(1);
    store.update({ cursor: { index: "live" } });
    commandFor("g")!.run(store, {} as ShellActions);
    expect(store.view).toMatchObject({ device: "two", cursor: { index: 1 } });
  });

  it("waits longer where the run waited, but never for long", () => {
    expect(pauseAfter(0)).toBeGreaterThan(0);
    expect(pauseAfter(1_000)).toBeGreaterThan(pauseAfter(10));
    expect(pauseAfter(86_400_000)).toBeLessThan(1_000);
    expect(pauseAfter(-5)).toBe(pauseAfter(0));
  });

  it("ends when somebody goes elsewhere, and when it is stopped", () => {
    const first = player([log("a"), log("b"), log("c"), log("d")]);
    first.next();
    first.store.select(3);
    first.next();
    expect(first.store.index).toBe(3);
    expect(first.ended()).toBe(1);
    const second = player([log("a"), log("b"), log("c")]);
    second.next();
    second.stop();
    expect(second.due).toEqual([]);
    expect(second.ended()).toBe(1);
    second.stop();
    expect(second.ended()).toBe(1);
  });
});
