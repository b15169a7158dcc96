/** Our charts as definitions, for recordings that speak of them without having told them. */
import { carrierChart } from "../../carrier/implementations/carrier.ts";
import type { MachineDefinition } from "../../inspector/definition.ts";
import { type DescribedMachine, describeMachine } from "../../inspector/emitter/describeMachine.ts";

/** By the names that `chart` records give the charts, `register` without the server. */
export function definitionsOfOurCharts(): Record<string, MachineDefinition> {
  const definitions: Record<string, MachineDefinition> = {};
  const add = ({ definition, invoked }: DescribedMachine): void => {
    definitions[definition.id] = definition;
    for (const behind of invoked) add(behind);
  };
  add(describeMachine(carrierChart));
  return definitions;
}
