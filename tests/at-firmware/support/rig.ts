/** The driver, its line in memory, the AT front and the simulated modem behind it: one device, in virtual time. */
import { afterEach } from "@jest/globals";
import { seededRandom } from "../../../carrier/random.ts";
import { type AtModem, atModem } from "../../../modem/at/atModem.ts";
import type { Dialect } from "../../../modem/at/commands/dialect.ts";
import { createSimulatedModem, type SimulatedModem, type SimulatedModemOptions } from "../../../modem/index.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { ModemNotification } from "../../../ports/modem.ts";
import type { Storage } from "../../../ports/storage.ts";
import { createMemoryStorage } from "../../../services/store/memoryStorage.ts";
import { dfuExtension } from "../../../testbed/at/dfu.ts";
import { type AtFront, createAtFront } from "../../../testbed/at/front.ts";
import { duplexPair } from "../../support/duplexPair.ts";
import { VirtualClock } from "../../support/virtualClock.ts";

export interface RigOptions {
  readonly dialect?: Dialect;
  readonly downloads?: "host" | "modem";
  /** Of the line; 0 takes no time. */
  readonly baudRate?: number;
  /** Virtual by default; real where a server takes part. */
  readonly clock?: Clock;
  /** Of the modem: the same storage is the same modem. */
  readonly storage?: Storage;
  readonly modem?: Partial<SimulatedModemOptions>;
}

export interface Rig {
  readonly clock: Clock;
  readonly storage: Storage;
  readonly simulated: SimulatedModem;
  readonly front: AtFront;
  /** The driver. */
  readonly modem: AtModem;
  readonly heard: ModemNotification[];
  /** Waits for what needs virtual time, however much. */
  settle<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const open = new Set<Rig>();

afterEach(async () => {
  for (const rig of open) await rig.close();
});

export function rig(options: RigOptions = {}): Rig {
  const { dialect = "serialModem", downloads = "host", baudRate = 0 } = options;
  const clock = options.clock ?? new VirtualClock();
  const storage = options.storage ?? createMemoryStorage();
  const random = seededRandom(1);
  const simulated = createSimulatedModem({ clock, random, timing: "instant", ...options.modem, storage });
  const [host, device] = duplexPair();
  const extensions = [dfuExtension({ modem: simulated, dialect })];
  const front = createAtFront({ modem: simulated, dialect, clock, stream: device, baudRate, extensions, random });
  const modem = atModem({ stream: host, clock, downloads });
  const heard: ModemNotification[] = [];
  modem.subscribe((notification) => heard.push(notification));
  const made: Rig = {
    clock,
    storage,
    simulated,
    front,
    modem,
    heard,
    settle: (work) => settle(work, clock),
    close: async () => {
      open.delete(made);
      await settle(Promise.all([modem.close(), front.close(), simulated.close()]), clock);
      host.destroy();
      device.destroy();
    },
  };
  open.add(made);
  return made;
}

/** Everything that happens without time happens before time goes on. */
const IDLE_TURNS = 20;
const STEP_MS = 10;

async function settle<T>(work: Promise<T>, clock: Clock): Promise<T> {
  if (!(clock instanceof VirtualClock)) return work;
  let settled = false;
  const noted = work.finally(() => {
    settled = true;
  });
  noted.catch(() => {});
  while (!settled) {
    for (let turn = 0; turn < IDLE_TURNS && !settled; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (!settled) await clock.advanceAsync(STEP_MS);
  }
  return noted;
}
