/** What is told of machines that nobody thought of is what XState did. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type AnyMachineSnapshot, and, assign, createMachine, not, or, raise, stateIn } from "xstate";
import { Describer, nodeId } from "../../inspector/emitter/describeMachine.ts";
import { fold } from "../../inspector/model/fold.ts";
import { watched } from "./support.ts";

const EVENTS = ["a", "a.b", "c"] as const;
const DESCRIPTORS = [...EVENTS, "a.*", "*"] as const;
/** Ids of the states of `SHAPES`, which have them all. */
const STATES = ["root", "x", "x1", "x2", "y", "p", "q", "p1", "p2", "q1", "q2", "h"] as const;

interface Wish {
  readonly source: number;
  readonly descriptor: number;
  readonly target: number | undefined;
  readonly guard: unknown;
  readonly reenter: boolean;
  readonly action: number;
}

const { guard } = fc.letrec((tie) => ({
  guard: fc.oneof(
    { depthSize: "small" },
    fc.integer({ min: 0, max: 5 }).map((bit) => ({ type: "bit", params: { bit } })),
    fc.constantFrom(...STATES).map((state) => stateIn(`#${state}`)),
    tie("guard").map((one) => not(one as never)),
    fc.tuple(tie("guard"), tie("guard")).map((both) => and(both as never)),
    fc.tuple(tie("guard"), tie("guard")).map((both) => or(both as never)),
  ),
}));
const index = (of: readonly unknown[]) => fc.integer({ min: 0, max: of.length - 1 });
const wish: fc.Arbitrary<Wish> = fc.record({
  source: index(STATES.slice(0, -1)),
  descriptor: fc.integer({ min: -1, max: DESCRIPTORS.length - 1 }),
  target: fc.option(index(STATES.slice(1)), { nil: undefined }),
  guard: fc.option(guard, { nil: undefined }),
  reenter: fc.boolean(),
  action: fc.integer({ min: 0, max: 3 }),
});

const count = assign({ n: ({ context }: { context: { n: number } }) => (context.n * 7 + 3) % 64 });
const ACTIONS = [[], [count], [count, raise({ type: "c" })], ["noop"]];
/** Eventless transitions and raised events end by this. */
const spend = assign({ left: ({ context }: { context: { left: number } }) => context.left - 1 });

/** A compound state beside a parallel one with a history, and transitions as wished. */
function machineOf(wishes: readonly Wish[]) {
  const state = (id: string, rest: object = {}) => {
    const on: Record<string, object[]> = {};
    const always: object[] = [];
    for (const { source, descriptor, target, guard, reenter, action } of wishes) {
      if (STATES[source] !== id) continue;
      const transition = {
        ...(target !== undefined && { target: `#${STATES[target + 1]}`, reenter }),
        guard: guard === undefined ? "mayGoOn" : and(["mayGoOn", guard as never]),
        actions: [spend, ...(ACTIONS[action] ?? [])],
      };
      if (descriptor < 0) always.push(transition);
      else on[DESCRIPTORS[descriptor]!] = [...(on[DESCRIPTORS[descriptor]!] ?? []), transition];
    }
    return { id, ...rest, on, ...(always.length > 0 && { always }) };
  };
  const region = (id: string) =>
    state(id, { initial: `${id}1`, states: { [`${id}1`]: state(`${id}1`), [`${id}2`]: state(`${id}2`) } });
  const x = state("x", {
    initial: "x1",
    states: { x1: state("x1"), x2: state("x2"), h: { id: "h", type: "history" } },
  });
  const y = state("y", { type: "parallel", states: { p: region("p"), q: region("q") } });
  const config = { ...state("root", { initial: "x", states: { x, y } }), context: { n: 5, left: 12 } };
  return createMachine(config as never).provide({
    guards: {
      mayGoOn: ({ context }: { context: { left: number } }) => context.left > 0,
      bit: ({ context }: { context: { n: number } }, { bit }: { bit: number }) => ((context.n >> bit) & 1) === 1,
    },
    actions: { noop: () => {} },
  } as never);
}

const unique = (edges: readonly string[]) => [...new Set(edges)].sort();

describe("any machine", () => {
  const events = fc.array(fc.constantFrom(...EVENTS), { minLength: 1, maxLength: 8 });

  it("is told with the transitions that XState took, the guards that refused, and the state it was in after each event", () => {
    fc.assert(
      fc.property(fc.array(wish, { minLength: 3, maxLength: 24 }), events, (wishes, sent) => {
        const machine = machineOf(wishes);
        const describer = new Describer();
        const { seen, actor, inspector } = watched(machine);
        const taken: string[][] = [];
        actor.system.inspect((event) => {
          if (event.type !== "@xstate.microstep") return;
          taken.push(event._transitions.map((transition) => describer.edgeOf(transition) ?? "").sort());
        });
        describer.describe(machine);
        const begun = seen.steps().length;
        for (const type of sent) {
          actor.send({ type });
          const { value, context, _nodes } = actor.getSnapshot() as AnyMachineSnapshot;
          const told = [...fold(seen.records).devices.values()][0]?.actors.values().next().value;
          expect(told).toMatchObject({ value, context });
          expect([...(told?.active ?? [])].sort()).toEqual(_nodes.map(nodeId).sort());
        }
        // Eventless transitions that all refused are told as well, without an edge.
        const microsteps = seen
          .steps()
          .slice(begun)
          .flatMap((step) => step.microsteps);
        const happened = microsteps.filter(({ event, edges }) => event !== "" || edges.length > 0);
        expect(happened).toHaveLength(taken.length);
        for (const [at, { event, edges, candidates }] of happened.entries()) {
          // Of the transitions of an event, XState tells those as well that it then leaves out because they conflict.
          const chosen = candidates.filter(
            ({ verdict }) => verdict === "taken" || (event !== "" && verdict === "preempted"),
          );
          expect(unique(chosen.map(({ edge }) => edge))).toEqual(unique(taken[at]!));
          expect(unique(edges)).toEqual(unique(candidates.flatMap((one) => (one.verdict === "taken" ? one.edge : []))));
          for (const { verdict, guard } of candidates) if (verdict === "refused") expect(guard?.result).toBe(false);
        }
        inspector.close();
      }),
      { numRuns: 150 },
    );
  });
});
