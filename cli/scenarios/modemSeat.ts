/** The modem that a scenario's device has: the simulated one itself, or the same one behind AT commands. */
import type { FastClock } from "../../carrier/clock/fastClock.ts";
import { seededRandom } from "../../carrier/random.ts";
import { atModem } from "../../modem/at/atModem.ts";
import { openPort } from "../../modem/at/port/openPort.ts";
import type { PortStream } from "../../modem/at/port/portStream.ts";
import { createSimulatedModem, type ModemFault, type SimulatedModem } from "../../modem/index.ts";
import type { Modem } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import type { Trace } from "../../ports/trace.ts";
import { dfuExtension } from "../../testbed/at/dfu.ts";
import { createAtFront } from "../../testbed/at/front.ts";
import { openPty, type Pty } from "../../testbed/at/pty.ts";
import { refusingKeys } from "./refusingKeys.ts";
import type { ModemChoice, ScenarioOptions } from "./scenario.ts";

export interface ModemSeat {
  /** What the carrier drives. */
  readonly modem: Modem;
  /** Where faults strike. */
  readonly simulated: SimulatedModem;
  /** In a few words, where it is not the simulated modem itself. */
  readonly description?: string;
  /** Its supply has gone, or its life is over. */
  close(): Promise<void>;
}

export interface ModemSeatOptions {
  readonly firmwareVersion: string;
  /** What outlives a loss of power: of the device, and of the modem itself. */
  readonly storage: Storage;
  readonly modemStorage: Storage;
  readonly faults: readonly ModemFault[];
  readonly trace?: Trace | undefined;
  readonly onPowerLoss?: (() => void) | undefined;
}

export async function seatModem(options: ScenarioOptions, parts: ModemSeatOptions): Promise<ModemSeat> {
  const { clock, seed, timing, modem: choice = { kind: "simulated" } } = options;
  const { firmwareVersion, modemStorage, faults, trace, onPowerLoss } = parts;
  const simulated = createSimulatedModem({
    clock,
    random: seededRandom(seed),
    storage: modemStorage,
    timing,
    faults,
    firmwareVersion,
    ...(trace && { trace }),
    ...(onPowerLoss && { onPowerLoss }),
  });
  if (choice.kind === "at") return behindAt(simulated, choice, clock, parts);
  return { modem: simulated, simulated, close: async () => {} };
}

/** ```
 * carrier ─ driver ─ port ═ pseudo terminal ═ front ─ simulated modem
 * ``` */
async function behindAt(
  simulated: SimulatedModem,
  { dataPath, dialect = "serialModem", downloads = "host" }: Extract<ModemChoice, { kind: "at" }>,
  clock: FastClock,
  { storage, faults, trace }: ModemSeatOptions,
): Promise<ModemSeat> {
  // What the helper process does meanwhile takes no time, as what this one does takes none.
  let isBusy = () => true;
  const release = clock.hold(() => isBusy());
  let pty: Pty | undefined;
  try {
    pty = await openPty();
    // Before the application starts: opening a port throws away what waits in it.
    const port = await openPort({ path: pty.path });
    isBusy = isUnderWay.bind(undefined, port, pty);
    const front = createAtFront({
      modem: simulated,
      dialect,
      clock,
      stream: pty.stream,
      extensions: [dfuExtension({ modem: simulated, dialect })],
    });
    await front.ready;
    const refusesKeys = faults.some(({ name }) => name === "keyWriteRefused");
    const keys = refusesKeys ? refusingKeys(storage) : storage;
    const modem = atModem({ stream: port, dataPath, downloads, storage: keys, clock, ...(trace && { trace }) });
    const { path, close: closePty } = pty;
    return {
      modem,
      simulated,
      description: `AT commands over ${path}, data path ${dataPath}`,
      close: async () => {
        await modem.close();
        isBusy = () => true;
        await front.close();
        await closePty();
        await simulated.close();
        release();
      },
    };
  } catch (error) {
    release();
    await pty?.close();
    throw error;
  }
}

/** Octets are inside the pseudo terminal's helper process, one way or the other. */
function isUnderWay(port: PortStream, { stream }: Pty): boolean {
  if (port.destroyed || stream.destroyed) return false;
  return port.written !== stream.taken || stream.written !== port.taken;
}
