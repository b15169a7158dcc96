/** The device that runs the original library, as a configuration file describes it. */
import { keepDeviceValues } from "../../../carrier/config/deviceValues.ts";
import type { Configuration } from "../../../carrier/config/readConfig.ts";
import type { CarrierOptions } from "../../../carrier/options.ts";
import type { AtExtensionFactory } from "../extension.ts";
import { type CarrierExtensionOptions, carrierExtension } from "./carrierExtension.ts";

export interface ConfiguredCarrierOptions
  extends Omit<CarrierExtensionOptions, "carrier" | "onCarrier">,
    Pick<CarrierOptions, "clock" | "storage" | "trace"> {}

/** Servers, keys and the values of the device are the file's; its edition is that of the dialect's library. */
export function configuredCarrier(
  { options, device }: Pick<Configuration, "options" | "device">,
  { clock, storage, trace, ...rest }: ConfiguredCarrierOptions,
): AtExtensionFactory {
  return carrierExtension({
    ...rest,
    carrier: { ...options, ...(clock && { clock }), ...(storage && { storage }), ...(trace && { trace }) },
    onCarrier: (carrier) => keepDeviceValues(carrier, device),
  });
}
