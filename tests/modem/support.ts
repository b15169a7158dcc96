/** A simulated modem on a clock that stands still, and what it says. */
import { afterEach } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { createSimulatedModem, type SimulatedModem, type SimulatedModemOptions } from "../../modem/index.ts";
import type { ModemNotification } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { VirtualClock } from "../support/virtualClock.ts";

export interface TestBench {
  readonly clock: VirtualClock;
  readonly storage: Storage;
  readonly modem: SimulatedModem;
  /** All notifications so far, oldest first. */
  readonly heard: ModemNotification[];
  /** The modem of the same storage after a power cycle. */
  again(options?: Partial<SimulatedModemOptions>): TestBench;
}

const modems: SimulatedModem[] = [];

afterEach(async () => {
  for (const modem of modems.splice(0)) await modem.close();
});

export function bench(options: Partial<SimulatedModemOptions> = {}): TestBench {
  const clock = new VirtualClock();
  const storage = options.storage ?? createMemoryStorage();
  const modem = createSimulatedModem({ clock, random: seededRandom(1), timing: "instant", ...options, storage });
  modems.push(modem);
  const heard: ModemNotification[] = [];
  modem.subscribe((notification) => heard.push(notification));
  return { clock, storage, modem, heard, again: (changes = {}) => bench({ ...options, storage, ...changes }) };
}

/** The same, initialised, with nothing heard yet. */
export async function startedBench(options: Partial<SimulatedModemOptions> = {}): Promise<TestBench> {
  const made = bench(options);
  await made.modem.init();
  made.heard.length = 0;
  return made;
}

/** The same, registered, with nothing heard yet. */
export async function registeredBench(options: Partial<SimulatedModemOptions> = {}): Promise<TestBench> {
  const made = await startedBench(options);
  await made.modem.setFunctionalMode("normal");
  await made.clock.advanceAsync(1);
  made.heard.length = 0;
  return made;
}

export const utf8 = (text: string) => new TextEncoder().encode(text);

/** A registration notification for each word, as a test lists them. */
export const registrations = (heard: readonly ModemNotification[]) =>
  heard.flatMap((notification) => (notification.kind === "registration" ? [notification.status] : []));
