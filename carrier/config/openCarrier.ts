/** A carrier as a configuration file asks for it: the store opened, the modem made, the device's values in place. */
import type { SimulatedModem } from "../../modem/index.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Trace } from "../../ports/trace.ts";
import { openFileStorage } from "../../services/store/fileStorage.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { SystemClock } from "../clock/systemClock.ts";
import { type Carrier, createCarrier } from "../createCarrier.ts";
import type { CarrierOptions } from "../options.ts";
import { keepDeviceValues } from "./deviceValues.ts";
import { type OpenedModem, openModem } from "./openModem.ts";
import type { Configuration } from "./readConfig.ts";

export interface OpenCarrierOptions extends Pick<CarrierOptions, "handler" | "onEvent" | "wire"> {
  /** Default: real time. */
  readonly clock?: Clock;
  readonly trace?: Trace;
  /** The fault `powerLossDuringWrite` has struck: the process should end as if killed. */
  readonly onPowerLoss?: () => void;
}

export interface OpenedCarrier {
  /** Not started yet. */
  readonly carrier: Carrier;
  /** Its modem, where that is a simulated one: faults strike there. */
  readonly simulated?: SimulatedModem;
  /** Stops the carrier and gives the store back. */
  close(): Promise<void>;
  /** As if the supply had gone: nothing is said to anyone; the store is given back as it is. */
  cutPower(): Promise<void>;
}

/**
 * Makes the carrier of a configuration. Rejects with a `StoreError` when the store cannot be opened, `locked` when
 * another process has it; with a `ModemError` when the port of a real modem cannot be opened, or no modem answers.
 */
export async function openCarrier(
  configuration: Configuration,
  { clock = new SystemClock(), trace, onPowerLoss, ...rest }: OpenCarrierOptions = {},
): Promise<OpenedCarrier> {
  const { options, store, device } = configuration;
  const files = store === undefined ? undefined : await openFileStorage(store);
  let opened: OpenedModem | undefined;
  const letGo = async () => {
    await opened?.close();
    await files?.close();
  };
  try {
    const storage = files ?? createMemoryStorage();
    opened = await openModem(configuration, { clock, storage, trace, onPowerLoss });
    const { modem, simulated } = opened;
    const carrier = createCarrier({ ...options, ...rest, clock, storage, modem, ...(trace && { trace }) });
    keepDeviceValues(carrier, device);
    return {
      carrier,
      ...(simulated && { simulated }),
      close: () => carrier.stop().finally(letGo),
      cutPower: () => carrier.cutPower().finally(letGo),
    };
  } catch (error) {
    await letGo();
    throw error;
  }
}
