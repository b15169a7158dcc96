/** A scenario's device: a carrier on its modem, over what was stored before. */
import type { CarrierEventMessage } from "../../carrier/application.ts";
import { type Carrier, createCarrier } from "../../carrier/createCarrier.ts";
import type { CarrierOptions } from "../../carrier/options.ts";
import { seededRandom } from "../../carrier/random.ts";
import type { ModemFault } from "../../modem/index.ts";
import type { Storage } from "../../ports/storage.ts";
import type { Trace } from "../../ports/trace.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import type { Testbed } from "../../testbed/index.ts";
import { type ModemSeat, seatModem } from "./modemSeat.ts";
import type { ScenarioOptions } from "./scenario.ts";

export const OLD_FIRMWARE = "mfw_sim_1.0.0";

/** What outlives a loss of power. */
export interface DeviceStores {
  readonly storage: Storage;
  /** The modem's own: keys of an AT modem lie here, and not with the device. */
  readonly modemStorage: Storage;
}

export function createDeviceStores(): DeviceStores {
  return { storage: createMemoryStorage(), modemStorage: createMemoryStorage() };
}

export interface DeviceParts extends DeviceStores {
  readonly testbed: Testbed;
  readonly trace?: Trace;
  readonly faults?: readonly ModemFault[];
  readonly settings?: NonNullable<CarrierOptions["settings"]> | undefined;
  readonly trustedCa: string;
  readonly wire?: NonNullable<CarrierOptions["wire"]> | undefined;
  readonly onPowerLoss?: () => void;
  readonly onEvent: (event: CarrierEventMessage) => void;
}

export interface Device {
  readonly carrier: Carrier;
  readonly seat: ModemSeat;
  stop(): Promise<void>;
  /** As if the supply had gone. */
  cutPower(): Promise<void>;
}

export async function makeDevice(options: ScenarioOptions, parts: DeviceParts): Promise<Device> {
  const { clock, seed, edition } = options;
  const { testbed, storage, modemStorage, trace, faults = [], settings, trustedCa, wire, onPowerLoss, onEvent } = parts;
  const seat = await seatModem(options, {
    firmwareVersion: OLD_FIRMWARE,
    storage,
    modemStorage,
    faults,
    trace,
    onPowerLoss,
  });
  const carrier = createCarrier({
    edition,
    clock,
    random: seededRandom(seed + 1),
    storage,
    modem: seat.modem,
    local: { host: "127.0.0.1" },
    bootstrap: testbed.provision(),
    firmware: { trustedCa: [trustedCa] },
    onEvent,
    ...(trace && { trace }),
    ...(settings && { settings }),
    ...(wire && { wire }),
  });
  return {
    carrier,
    seat,
    stop: () => carrier.stop().finally(() => seat.close()),
    cutPower: () => carrier.cutPower().finally(() => seat.close()),
  };
}
