/** Object 3, Device: its identity and actions; readings come through `DeviceValues` (object version 1.2). */
import type { Clock } from "../../../ports/clock.ts";
import { instanceValues } from "../objects/define.ts";
import { DEVICE } from "../objects/device.ts";
import type { ResourceBehaviours } from "./behaviour.ts";
import type { ObjectTree } from "./tree.ts";

/** Told before the response is sent: what ends the session has to wait for the next turn. */
export interface DeviceHost {
  /** 3/0/4. */
  onReboot(): void;
  /** 3/0/5; without it the resource is not there. */
  onFactoryReset?(): void;
  /** 3/0/12: the error codes were reset. */
  onErrorCodesReset(): void;
}

/** What the device says of itself; strings as people read them. */
export interface DeviceIdentity {
  readonly manufacturer?: string;
  readonly modelNumber?: string;
  readonly serialNumber?: string;
  readonly firmwareVersion?: string;
  readonly hardwareVersion?: string;
  readonly softwareVersion?: string;
  /** `Module` for the carrier library's modules. */
  readonly deviceType?: string;
}

export interface DeviceObjectOptions {
  readonly clock: Pick<Clock, "wall">;
  readonly host: DeviceHost;
  readonly identity?: DeviceIdentity;
  /** 3/0/16; `U` by default, `UQ` says queue mode to servers of version 1.0. */
  readonly bindings?: string;
}

/** No error: what 3/0/11 holds until there is one, and after a reset. */
export const NO_ERRORS: ReadonlyMap<number, number> = new Map([[0, 0]]);

interface Context {
  readonly tree: ObjectTree;
  readonly clock: Pick<Clock, "wall">;
  readonly host: DeviceHost;
  /** What a server, the application or the network has put the clock ahead by. */
  timeOffsetSeconds: number;
  /** A server or the application said what time it is: the network no longer does. */
  timeIsSet: boolean;
  /** The application tells the battery's voltage: the modem no longer does. */
  voltageIsSet: boolean;
}

/** Internal and external, of 3/0/6. */
const BATTERIES: readonly (number | bigint)[] = [1, 2];

const RESOURCES: ResourceBehaviours<Context> = {
  4: {
    execute(_instanceId, _args, { host }) {
      host.onReboot();
      return undefined;
    },
  },
  12: {
    execute(_instanceId, _args, { tree, host }) {
      tree.set(DEVICE.id, 0, 11, NO_ERRORS);
      host.onErrorCodesReset();
      return undefined;
    },
  },
  13: {
    read: (_instanceId, { clock, timeOffsetSeconds }) => wallSeconds(clock) + timeOffsetSeconds,
    write(_instanceId, value, _caller, context) {
      context.timeOffsetSeconds = Number(value) - wallSeconds(context.clock);
      context.timeIsSet = true;
    },
  },
};

const RESOURCES_WITH_FACTORY_RESET: ResourceBehaviours<Context> = {
  ...RESOURCES,
  5: {
    execute(_instanceId, _args, { host }) {
      host.onFactoryReset?.();
      return undefined;
    },
  },
};

export function addDeviceObject(tree: ObjectTree, options: DeviceObjectOptions): void {
  const { clock, host, identity = {}, bindings = "U" } = options;
  const resources = host.onFactoryReset === undefined ? RESOURCES : RESOURCES_WITH_FACTORY_RESET;
  const context: Context = { tree, clock, host, timeOffsetSeconds: 0, timeIsSet: false, voltageIsSet: false };
  tree.add(DEVICE, { resources, context });
  tree.create(DEVICE.id, 0, instanceValues(DEVICE, { ...identityValues(identity), 11: NO_ERRORS, 16: bindings }));
}

/** Changes what is given, for example the firmware version after an update. */
export function setDeviceIdentity(tree: ObjectTree, identity: DeviceIdentity): void {
  for (const [id, value] of instanceValues(DEVICE, identityValues(identity))) tree.set(DEVICE.id, 0, id, value);
}

/** 3/0/13 as the network has it, unless a server or the application has said otherwise. */
export function setNetworkTime(tree: ObjectTree, seconds: number): void {
  const context = contextOf(tree);
  if (context === undefined || context.timeIsSet) return;
  const offset = Math.floor(seconds) - wallSeconds(context.clock);
  if (offset === context.timeOffsetSeconds) return;
  context.timeOffsetSeconds = offset;
  tree.touch(DEVICE.id, 0, 13);
}

/** Whether `setBatteryVoltage` would say something: one battery is listed, and the application does not tell of it. */
export function wantsBatteryVoltage(tree: ObjectTree): boolean {
  return batteryOf(tree) !== undefined;
}

/** 3/0/7 of the one battery that is listed, as the modem has it, unless the application says otherwise. */
export function setBatteryVoltage(tree: ObjectTree, millivolts: number): void {
  const battery = batteryOf(tree);
  if (battery === undefined) return;
  tree.set(DEVICE.id, 0, 7, new Map([...(tree.value(DEVICE, 0, 7) ?? []), [battery, millivolts]]));
}

/** The application tells the voltage of this source of 3/0/6 itself; undefined: of none any more. */
export function noteOwnVoltage(tree: ObjectTree, source: number | undefined): void {
  const context = contextOf(tree);
  if (context === undefined) return;
  if (source === undefined) context.voltageIsSet = false;
  else if (BATTERIES.includes(source)) context.voltageIsSet = true;
}

/** Resource instance of the one battery in 3/0/6. */
function batteryOf(tree: ObjectTree): number | undefined {
  if (contextOf(tree)?.voltageIsSet !== false) return undefined;
  const batteries = [...(tree.value(DEVICE, 0, 6) ?? [])].filter(([, source]) => BATTERIES.includes(source));
  return batteries.length === 1 ? batteries[0]![0] : undefined;
}

function contextOf(tree: ObjectTree): Context | undefined {
  return tree.behaviour(DEVICE.id)?.context as Context | undefined;
}

function identityValues(identity: DeviceIdentity) {
  return {
    0: identity.manufacturer,
    1: identity.modelNumber,
    2: identity.serialNumber,
    3: identity.firmwareVersion,
    17: identity.deviceType,
    18: identity.hardwareVersion,
    19: identity.softwareVersion,
  };
}

function wallSeconds(clock: Pick<Clock, "wall">): number {
  return Math.floor(clock.wall() / 1_000);
}
