/** Every chart with its event table. */
import type { AnyStateMachine } from "xstate";
import { bootstrapMachine } from "../../../machines/bootstrap.ts";
import { carrierMachine } from "../../../machines/carrier.ts";
import { certsMachine } from "../../../machines/certs.ts";
import { bootstrapEvents } from "../../../machines/eventTables/bootstrap.ts";
import { carrierEvents } from "../../../machines/eventTables/carrier.ts";
import { certsEvents } from "../../../machines/eventTables/certs.ts";
import type { EventTable } from "../../../machines/eventTables/eventTable.ts";
import { fotaEvents } from "../../../machines/eventTables/fota.ts";
import { initEvents } from "../../../machines/eventTables/init.ts";
import { linkEvents } from "../../../machines/eventTables/link.ts";
import { registerEvents } from "../../../machines/eventTables/register.ts";
import { fotaMachine } from "../../../machines/fota.ts";
import { initMachine } from "../../../machines/init.ts";
import { linkMachine } from "../../../machines/link.ts";
import { registerMachine } from "../../../machines/register.ts";

export interface ChartUnderTest {
  readonly name: string;
  readonly machine: AnyStateMachine;
  readonly table: EventTable<unknown>;
}

export const CHARTS: readonly ChartUnderTest[] = [
  { name: "certs", machine: certsMachine as AnyStateMachine, table: certsEvents },
  { name: "init", machine: initMachine as AnyStateMachine, table: initEvents },
  { name: "link", machine: linkMachine as AnyStateMachine, table: linkEvents },
  { name: "bootstrap", machine: bootstrapMachine as AnyStateMachine, table: bootstrapEvents },
  { name: "register", machine: registerMachine as AnyStateMachine, table: registerEvents },
  { name: "fota", machine: fotaMachine as AnyStateMachine, table: fotaEvents },
  { name: "carrier", machine: carrierMachine as AnyStateMachine, table: carrierEvents },
];
