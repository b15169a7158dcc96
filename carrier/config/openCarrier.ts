/** A carrier as a configuration file asks for it: the store opened, the modem made, the device's values in place. */
import { createSimulatedModem, type ModemFault } from "../../modem/index.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Trace } from "../../ports/trace.ts";
import { openFileStorage } from "../../services/store/fileStorage.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { SystemClock } from "../clock/systemClock.ts";
import { type Carrier, createCarrier } from "../createCarrier.ts";
import type { CarrierOptions } from "../options.ts";
import { seededRandom, systemRandom } from "../random.ts";
import { keepDeviceValues } from "./deviceValues.ts";
import { given } from "./given.ts";
import type { Configuration } from "./readConfig.ts";

export interface OpenCarrierOptions extends Pick<CarrierOptions, "handler" | "onEvent"> {
  /** Default: real time. */
  readonly clock?: Clock;
  readonly trace?: Trace;
  /** The fault `powerLossDuringWrite` has struck: the process should end as if killed. */
  readonly onPowerLoss?: () => void;
}

export interface OpenedCarrier {
  /** Not started yet. */
  readonly carrier: Carrier;
  /** Stops the carrier and gives the store back. */
  close(): Promise<void>;
  /** As if the supply had gone: nothing is said to anyone; the store is given back as it is. */
  cutPower(): Promise<void>;
}

/**
 * Makes the carrier of a configuration. Rejects with a `StoreError` when the store cannot be opened; `locked` when
 * another process has it.
 */
export async function openCarrier(
  configuration: Configuration,
  { clock = new SystemClock(), trace, onPowerLoss, ...rest }: OpenCarrierOptions = {},
): Promise<OpenedCarrier> {
  const { options, store, device } = configuration;
  const files = store === undefined ? undefined : await openFileStorage(store);
  try {
    const storage = files ?? createMemoryStorage();
    const { seed, timing = "instant", imei, firmwareVersion, operator, faults = {} } = configuration.modem;
    const { smartcard } = configuration;
    const modem = createSimulatedModem({
      clock,
      storage,
      timing,
      random: seed === undefined ? systemRandom() : seededRandom(seed),
      faults: Object.entries(faults).map(([name, details]) => ({ ...details, name }) as ModemFault),
      ...given({
        firmwareVersion,
        identity: imei === undefined ? undefined : { imei },
        operator: operator === undefined ? undefined : { plmn: operator },
        smartcard: smartcard && { bootstrap: smartcard },
        trace,
        onPowerLoss,
      }),
    });
    const carrier = createCarrier({ ...options, ...rest, clock, storage, modem, ...(trace && { trace }) });
    keepDeviceValues(carrier, device);
    return {
      carrier,
      close: () => carrier.stop().finally(() => files?.close()),
      cutPower: () => carrier.cutPower().finally(() => files?.close()),
    };
  } catch (error) {
    await files?.close();
    throw error;
  }
}
