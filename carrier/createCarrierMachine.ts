/** The machine itself, with its default implementations: for `createActor`, or to invoke inside your own machine. */
import type { carrierMachine } from "../machines/carrier.ts";
import type { CarrierInput } from "../machines/carrierModel.ts";
import { Application } from "./application.ts";
import { Device } from "./device.ts";
import { provideCarrier } from "./implementations/carrier.ts";
import type { CarrierOptions } from "./options.ts";
import { type ResolvedOptions, resolveOptions } from "./resolve.ts";
import { StandardApplication } from "./standardApplication.ts";

export interface CarrierMachine {
  /** Parts of it can be replaced by `provide`. One machine is one device: run one actor of it at a time. */
  readonly machine: typeof carrierMachine;
  readonly input: CarrierInput;
  /** The clock that the actor system has to run on. */
  readonly clock: ResolvedOptions["clock"];
  readonly device: Device;
  readonly options: ResolvedOptions;
}

/** Throws `CarrierOptionError` for options that cannot be. */
export function createCarrierMachine(given: CarrierOptions): CarrierMachine {
  const options = resolveOptions(given);
  const { edition, modem, certificates, trace, handler, onEvent, settings, clock } = options;
  const device = new Device(options);
  const standard = new StandardApplication({ policy: edition.policy, modem, certificates, trace });
  const application = new Application({
    edition,
    trace,
    standard: (event, cause) => standard.handle(event, cause),
    ...(handler && { handler }),
    ...(onEvent && { onEvent }),
  });
  const machine = provideCarrier({ device, application, standard });
  return { machine, input: { policy: edition.policy, settings }, clock, device, options };
}
