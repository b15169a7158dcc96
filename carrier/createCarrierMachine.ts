/** The machine itself, with its default implementations: for `createActor`, or to invoke inside your own machine. */
import type { carrierMachine } from "../machines/carrier.ts";
import type { CarrierInput } from "../machines/carrierModel.ts";
import type { DeviceValues } from "../services/lwm2m/device/deviceValues.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import { Application } from "./application.ts";
import { Device } from "./device.ts";
import { carrierChart } from "./implementations/carrier.ts";
import { ownerOf } from "./implementations/shared.ts";
import { type CarrierInspection, inspectionOf } from "./inspection/inspection.ts";
import type { CarrierOptions } from "./options.ts";
import { type ResolvedOptions, resolveOptions } from "./resolve.ts";
import { StandardApplication } from "./standardApplication.ts";

export interface CarrierMachine {
  /** Parts of it can be replaced by `provide`. All carriers share it. */
  readonly machine: typeof carrierMachine;
  /** Makes an actor of the machine this device: run one actor with it at a time. */
  readonly input: CarrierInput;
  /** The clock that the actor system has to run on. */
  readonly clock: ResolvedOptions["clock"];
  /** What the application says of its device: power, battery, memory, location and so on. */
  readonly values: DeviceValues;
  /** The device's objects and resources. */
  readonly objects: ObjectTree;
  /** What it lets be seen and done by whoever inspects it. */
  readonly inspection: CarrierInspection;
  /** What the machine acts on. */
  readonly device: Device;
  readonly options: ResolvedOptions;
}

/** Throws `CarrierOptionError` for options that cannot be. */
export function createCarrierMachine(given: CarrierOptions): CarrierMachine {
  const options = resolveOptions(given);
  const { edition, modem, certificates, trace, handler, onEvent, settings, clock, apn, pdnType } = options;
  const device = new Device(options);
  const pdn = { ...(apn !== undefined && { apn }), ...(pdnType !== undefined && { type: pdnType }) };
  const standard = new StandardApplication({ policy: edition.policy, modem, certificates, pdn, trace });
  const application = new Application({
    edition,
    trace,
    standard: (event, cause) => standard.handle(event, cause),
    ...(handler && { handler }),
    ...(onEvent && { onEvent }),
  });
  const owner = ownerOf({ device, application, standard });
  return new DeviceMachine(device, { policy: edition.policy, settings, owner }, clock);
}

/** Made for each device: what somebody may ask for is made when it is asked for. */
class DeviceMachine implements CarrierMachine {
  readonly machine = carrierChart;
  readonly input: CarrierInput;
  readonly clock: ResolvedOptions["clock"];
  readonly device: Device;

  constructor(device: Device, input: CarrierInput, clock: ResolvedOptions["clock"]) {
    this.device = device;
    this.input = input;
    this.clock = clock;
  }

  get values(): DeviceValues {
    return this.device.values;
  }
  get objects(): ObjectTree {
    return this.device.tree;
  }
  get options(): ResolvedOptions {
    return this.device.options;
  }
  get inspection(): CarrierInspection {
    return inspectionOf(this.device);
  }
}
