/** The modem of a configuration: simulated, or real behind its port. */
import { atModem } from "../../modem/at/atModem.ts";
import { createSimulatedModem, type ModemFault, type SimulatedModem } from "../../modem/index.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Modem } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import type { Trace } from "../../ports/trace.ts";
import { seededRandom, systemRandom } from "../random.ts";
import type { AtModemConfig, SimulatedModemConfig } from "./configFile.ts";
import { given } from "./given.ts";
import type { Configuration } from "./readConfig.ts";

export interface OpenModemOptions {
  readonly clock: Clock;
  /** Holds all of a simulated modem, and the keys of a real one where DTLS runs on this host. */
  readonly storage: Storage;
  readonly trace?: Trace | undefined;
  /** See `OpenCarrierOptions`. */
  readonly onPowerLoss?: (() => void) | undefined;
}

export interface OpenedModem {
  readonly modem: Modem;
  /** The same, where it is a simulated one. */
  readonly simulated?: SimulatedModem;
  /** Gives its port back. */
  close(): Promise<void>;
}

/** Rejects with a `ModemError` when a real modem's port cannot be opened, or no modem answers there. */
export async function openModem({ modem, smartcard }: Configuration, options: OpenModemOptions): Promise<OpenedModem> {
  if (modem.kind === "at") return openAtModem(modem, options);
  const simulated = createSimulated(modem, smartcard, options);
  return { modem: simulated, simulated, close: () => simulated.close() };
}

async function openAtModem(
  { port: path, baudRate, dataPath, downloads }: AtModemConfig,
  { clock, storage, trace }: OpenModemOptions,
): Promise<OpenedModem> {
  const modem = atModem({ path, clock, storage, ...given({ baudRate, dataPath, downloads, trace }) });
  const close = () => modem.close();
  try {
    await modem.open();
  } catch (error) {
    await close();
    throw error;
  }
  return { modem, close };
}

function createSimulated(
  { seed, timing = "instant", imei, firmwareVersion, operator, faults = {} }: SimulatedModemConfig,
  smartcard: Uint8Array | undefined,
  { clock, storage, trace, onPowerLoss }: OpenModemOptions,
): SimulatedModem {
  return createSimulatedModem({
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
}
