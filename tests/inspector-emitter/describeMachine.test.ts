import { describe, expect, it } from "@jest/globals";
import { and, assign, createMachine, not, raise, setup, stateIn } from "xstate";
import { describeMachine } from "../../inspector/emitter/describeMachine.ts";
import { carrierMachine } from "../../machines/carrier.ts";

const child = createMachine({ id: "child", initial: "one", states: { one: { type: "final" } } });

const machine = setup({
  actors: { child },
  guards: { isOpen: () => true, ready: and(["isOpen", not("isOpen")]) },
  actions: { note: () => {} },
  delays: { soon: 10 },
}).createMachine({
  id: "door",
  description: "A door.",
  context: { psk: "SECRET-OF-CONTEXT" },
  initial: "closed",
  on: { "alarm.*": { actions: ["note", assign({}), raise({ type: "open" })] } },
  states: {
    closed: {
      description: "Nobody comes through.",
      meta: { spec: "EN 1", psk: "SECRET-OF-META" },
      tags: ["shut"],
      on: {
        open: [
          { guard: not("isOpen"), target: "ajar" },
          { guard: "ready", target: "ajar.wide" },
          { guard: { type: "isOpen" }, target: "closed", reenter: true, description: "again", meta: { spec: "EN 2" } },
          { guard: and([stateIn("closed"), ({ event }) => event.type === "open"]), target: "ajar.memory" },
        ],
      },
      after: { 1000: "ajar", soon: { guard: "isOpen", actions: "note" } },
    },
    ajar: {
      initial: "wide",
      entry: ["note", "note"],
      exit: { type: "note" },
      invoke: { id: "watch", src: "child", onDone: "closed", onError: "both" },
      states: { wide: {}, narrow: {}, memory: { type: "history", history: "deep", target: "narrow" } },
      onDone: "both",
    },
    both: {
      type: "parallel",
      states: { left: { always: { guard: "isOpen", target: "#door.closed" } }, right: { invoke: { src: child } } },
    },
    end: { type: "final" },
  },
});

describe("the definition of a machine", () => {
  const { definition, hash, invoked } = describeMachine(machine);
  const node = (id: string) => definition.nodes.find((one) => one.id === id);
  const edges = (source: string, event?: string) =>
    definition.edges.filter((edge) => edge.source === source && (event === undefined || edge.event === event));

  it("lists nodes in document order, the root first", () => {
    expect(definition.nodes.map(({ id }) => id)).toEqual([
      "",
      "closed",
      "ajar",
      "ajar.wide",
      "ajar.narrow",
      "ajar.memory",
      "both",
      "both.left",
      "both.right",
      "end",
    ]);
    expect(node("")).toEqual({ id: "", key: "door", type: "compound", initial: "closed", description: "A door." });
    expect(node("both")).toMatchObject({ type: "parallel", parent: "" });
    expect(node("ajar.memory")).toMatchObject({ type: "history", history: "deep", parent: "ajar" });
    expect(node("end")).toMatchObject({ type: "final" });
  });

  it("tells description, tags and meta, without secrets", () => {
    expect(node("closed")).toMatchObject({
      description: "Nobody comes through.",
      tags: ["shut"],
      meta: { spec: "EN 1", psk: "[redacted]" },
    });
    expect(JSON.stringify(definition)).not.toContain("SECRET");
  });

  it("leaves out the actions that XState makes for its timers", () => {
    expect(node("closed")).not.toHaveProperty("entry");
    expect(node("closed")).not.toHaveProperty("exit");
    expect(node("ajar")).toMatchObject({ entry: ["note", "note"], exit: ["note"] });
    expect(edges("", "alarm.*")[0]?.actions).toEqual(["note", "assign", "raise(open)"]);
  });

  it("numbers the transitions of a node for an event, and says where they lead and under which guard", () => {
    expect(edges("closed", "open")).toEqual([
      expect.objectContaining({ id: "closed|open|0", targets: ["ajar"], guard: "not(isOpen)", trigger: "event" }),
      expect.objectContaining({ id: "closed|open|1", targets: ["ajar.wide"], guard: "ready" }),
      {
        id: "closed|open|2",
        source: "closed",
        targets: ["closed"],
        event: "open",
        trigger: "event",
        guard: "isOpen",
        reenter: true,
        description: "again",
        meta: { spec: "EN 2" },
      },
      expect.objectContaining({ targets: ["ajar.memory"], guard: "and(stateIn(closed), inline)" }),
    ]);
  });

  it("has eventless, delayed, done, error and initial transitions", () => {
    expect(edges("both.left")).toEqual([
      expect.objectContaining({ id: "both.left||0", event: "", trigger: "always", targets: ["closed"] }),
    ]);
    expect(edges("closed").filter(({ trigger }) => trigger === "after")).toEqual([
      expect.objectContaining({ event: "xstate.after.1000.door.closed", delay: 1000, targets: ["ajar"] }),
      expect.objectContaining({ delay: "soon", targets: [], actions: ["note"] }),
    ]);
    expect(edges("ajar").map(({ event, trigger, targets }) => ({ event, trigger, targets }))).toEqual([
      { event: "", trigger: "initial", targets: ["ajar.wide"] },
      { event: "xstate.done.state.door.ajar", trigger: "done", targets: ["both"] },
      { event: "xstate.done.actor.watch", trigger: "done", targets: ["closed"] },
      { event: "xstate.error.actor.watch", trigger: "error", targets: ["both"] },
    ]);
    expect(edges("ajar.memory")).toEqual([expect.objectContaining({ trigger: "initial", targets: ["ajar.narrow"] })]);
  });

  it("describes machines behind invocations, named or inline", () => {
    expect(invoked).toHaveLength(1);
    expect(node("ajar")?.invokes).toEqual([{ id: "watch", src: "child", definition: invoked[0]?.hash }]);
    expect(node("both.right")?.invokes?.[0]).toMatchObject({ src: "child", definition: invoked[0]?.hash });
  });

  it("gives the same hash for the same machine, and edges unique ids", () => {
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(describeMachine(machine.provide({ actions: { note: () => {} } })).hash).toBe(hash);
    expect(describeMachine(child).hash).not.toBe(hash);
    expect(new Set(definition.edges.map(({ id }) => id)).size).toBe(definition.edges.length);
  });

  it("describes the carrier with all of its charts", () => {
    const carrier = describeMachine(carrierMachine);
    const ids = new Set<string>();
    const collect = ({ definition, invoked }: typeof carrier) => {
      ids.add(definition.id);
      for (const inner of invoked) collect(inner);
    };
    collect(carrier);
    expect([...ids].sort()).toEqual(["carrier", "certs", "fota", "init", "link", "register", "bootstrap"].sort());
    expect(carrier.definition.nodes.length).toBeGreaterThan(15);
  });
});
