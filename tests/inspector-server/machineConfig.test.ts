import { describe, expect, it } from "@jest/globals";
import { type AnyStateMachine, createMachine } from "xstate";
import { machineConfig, XSTATE_4, XSTATE_5 } from "../../inspector/adapters/machineConfig.ts";
import type { MachineDefinition } from "../../inspector/definition.ts";
import { describeMachine } from "../../inspector/emitter/describeMachine.ts";
import {
  bootstrapMachine,
  carrierMachine,
  certsMachine,
  fotaMachine,
  initMachine,
  linkMachine,
  registerMachine,
} from "../../machines/index.ts";
import { everything, light } from "./support/machines.ts";

const MACHINES = [
  everything,
  light,
  bootstrapMachine,
  carrierMachine,
  certsMachine,
  fotaMachine,
  initMachine,
  linkMachine,
  registerMachine,
] as unknown as AnyStateMachine[];

/** Of an actor that is invoked, only the name crosses. */
const comparable = ({ nodes, ...rest }: MachineDefinition) => ({
  ...rest,
  nodes: nodes.map(({ invokes, ...node }) => ({
    ...node,
    ...(invokes && { invokes: invokes.map(({ id, src }) => ({ id, src })) }),
  })),
});

describe("a definition as a configuration", () => {
  it.each(MACHINES.map((machine) => ({ id: machine.id, machine })))(
    "gives the same chart again in XState 5: $id",
    ({ machine }) => {
      const { definition } = describeMachine(machine);
      const config = JSON.parse(JSON.stringify(machineConfig(definition, XSTATE_5)));
      const again = describeMachine(createMachine(config) as unknown as AnyStateMachine).definition;
      expect(comparable(again)).toEqual(comparable(definition));
    },
  );

  it("has XState 4's words for XState 4", () => {
    const { definition } = describeMachine(everything);
    const config = machineConfig(definition, XSTATE_4) as { states: Record<string, { on: Record<string, unknown> }> };
    expect(config.states.idle?.on.go).toEqual([
      { target: ["#every.thing.both"], cond: "isLate", internal: true, description: "too late" },
      { target: ["#every.thing.work.busy"], cond: "isReady", internal: true, actions: ["note"] },
    ]);
    expect(config.states.idle?.on.again).toEqual([{ target: ["#every.thing.idle"], internal: false }]);
  });

  it("holds no context, which may hold secrets", () => {
    expect(JSON.stringify(machineConfig(describeMachine(everything).definition, XSTATE_5))).not.toContain("SECRET");
  });

  it("of a chart without nodes is its name", () => {
    expect(machineConfig({ id: "empty", nodes: [], edges: [] }, XSTATE_5)).toEqual({ id: "empty" });
  });
});
