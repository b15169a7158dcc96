/** Machines of the tests, of XState's own making alone. */
import { type AnyStateMachine, createMachine, fromPromise, setup } from "xstate";

/** Has one of everything that a chart may have. */
export const everything: AnyStateMachine = setup({
  actors: { work: fromPromise(async () => 1), part: createMachine({ id: "part", initial: "p", states: { p: {} } }) },
  guards: { isReady: () => true, isLate: () => false },
  actions: { note: () => {}, open: () => {}, shut: () => {} },
  delays: { soon: 300_000 },
}).createMachine({
  id: "every.thing",
  description: "One of everything",
  initial: "idle",
  context: { psk: "SECRET" },
  on: { "reset.*": ".idle", "*": { actions: "note" } },
  states: {
    idle: {
      description: "Nothing happens",
      meta: { spec: "RFC 7252 §4.2" },
      tags: ["quiet"],
      entry: "open",
      exit: ["shut", "note"],
      on: {
        go: [
          { guard: "isLate", target: "#both", description: "too late" },
          { guard: "isReady", target: "work.busy", actions: "note" },
        ],
        again: { target: "idle", reenter: true },
        stay: { actions: "note" },
      },
      after: { 600000: "both", soon: { target: "last", guard: "isReady" } },
    },
    work: {
      initial: "waiting",
      onDone: "last",
      invoke: { id: "worker", src: "work", onDone: "last", onError: { target: "both", actions: "note" } },
      states: {
        waiting: { always: { guard: "isReady", target: "busy" } },
        busy: { on: { pause: "was" } },
        was: { type: "history", history: "deep", target: "waiting" },
        ended: { type: "final" },
      },
    },
    both: {
      id: "both",
      type: "parallel",
      states: {
        left: { initial: "a", states: { a: { on: { flip: "b" } }, b: { on: { flip: "a", far: "#both.right.d" } } } },
        right: { initial: "c", states: { c: {}, d: { invoke: { id: "child", src: "part" } } } },
      },
    },
    last: { type: "final" },
  },
}) as unknown as AnyStateMachine;

/** A traffic light that spawns nothing and waits for nobody. */
export const light: AnyStateMachine = setup({
  types: { context: {} as { cars: number } },
  guards: { isEmpty: ({ context }) => context.cars === 0 },
}).createMachine({
  id: "light",
  context: { cars: 2 },
  initial: "red",
  states: {
    red: { on: { next: "green" } },
    green: { tags: "go", on: { next: { guard: "isEmpty", target: "red" }, slow: "amber" } },
    amber: { on: { next: "red" } },
  },
}) as unknown as AnyStateMachine;
