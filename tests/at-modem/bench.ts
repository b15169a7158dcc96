/** The driver on the AT front around a simulated modem, over a line in memory and a clock that stands still. */
import { afterEach } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { type AtModem, type AtModemOptions, atModem } from "../../modem/at/atModem.ts";
import type { Dialect } from "../../modem/at/commands/dialect.ts";
import { createSimulatedModem, type SimulatedModem, type SimulatedModemOptions } from "../../modem/index.ts";
import type { ModemNotification } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { type AtFront, type AtFrontOptions, createAtFront } from "../../testbed/at/front.ts";
import { createTrace } from "../../trace/trace.ts";
import { duplexPair } from "../support/duplexPair.ts";
import { VirtualClock } from "../support/virtualClock.ts";

export interface Bench {
  readonly clock: VirtualClock;
  readonly front: AtFront;
  readonly simulated: SimulatedModem;
  readonly modem: AtModem;
  readonly storage: Storage;
  /** All notifications so far, oldest first. */
  readonly heard: ModemNotification[];
  /** What the driver recorded of its line. */
  readonly records: TraceRecord[];
  /** What `promise` comes to, while the clock moves as far as it needs, at most a simulated hour. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Moves the clock until `holds`, at most a simulated hour. */
  until(holds: () => boolean): Promise<void>;
  /** The port goes away and comes back. */
  unplug(): void;
}

export interface BenchOptions {
  readonly dialect?: Dialect;
  readonly dataPath?: "host" | "modem";
  readonly simulated?: Partial<SimulatedModemOptions>;
  readonly front?: Partial<AtFrontOptions>;
  /** Of the front, around this modem. */
  readonly extensions?: (simulated: SimulatedModem) => NonNullable<AtFrontOptions["extensions"]>;
  readonly driver?: Partial<Omit<AtModemOptions, "path" | "stream">>;
  /** How often the port is not there after the first time. */
  readonly refusesPlugs?: number;
}

const STEP_MS = 50;
const LONGEST_MS = 3_600_000;

const open: { modem: AtModem; front: AtFront; simulated: SimulatedModem }[] = [];

afterEach(async () => {
  for (const { modem, front, simulated } of open.splice(0)) {
    await modem.close();
    await front.close();
    await simulated.close();
  }
});

export async function bench({
  dialect,
  dataPath,
  simulated: changes,
  front: more,
  extensions,
  driver,
  refusesPlugs = 0,
}: BenchOptions = {}): Promise<Bench> {
  const clock = new VirtualClock();
  const storage = createMemoryStorage();
  const simulated = createSimulatedModem({
    clock,
    random: seededRandom(1),
    storage: createMemoryStorage(),
    timing: "instant",
    ...changes,
  });
  const front = createAtFront({
    modem: simulated,
    clock,
    random: seededRandom(2),
    ...(dialect && { dialect }),
    ...(extensions && { extensions: extensions(simulated) }),
    ...more,
  });
  let line: ReturnType<typeof duplexPair> | undefined;
  let refusals = 0;
  const plug = async () => {
    if (line !== undefined && refusals++ < refusesPlugs) throw new Error("not plugged in");
    line = duplexPair();
    front.attach(line[1]);
    return line[0];
  };
  const records: TraceRecord[] = [];
  const trace = createTrace({ sink: (record) => records.push(record), clock, device: "device" });
  const modem = atModem({ stream: plug, clock, storage, trace, ...(dataPath && { dataPath }), ...driver });
  open.push({ modem, front, simulated });
  const heard: ModemNotification[] = [];
  modem.subscribe((notification) => heard.push(notification));
  const until = async (holds: () => boolean) => {
    const end = clock.now() + LONGEST_MS;
    while (!holds()) {
      if (clock.now() > end) throw new Error("it did not happen within an hour");
      // Names are looked up by a thread, which takes real time.
      await clock.advanceAsync(isResolving() ? 0 : STEP_MS);
    }
  };
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    promise.then(
      () => (settled = true),
      () => (settled = true),
    );
    await until(() => settled);
    return promise;
  };
  await settle(front.ready);
  return { clock, front, simulated, modem, storage, heard, records, settle, until, unplug: () => line?.[1].destroy() };
}

/** The same, initialised, with nothing heard yet. */
export async function startedBench(options: BenchOptions = {}): Promise<Bench> {
  const made = await bench(options);
  await made.settle(made.modem.init());
  made.heard.length = 0;
  return made;
}

/** The same, registered, with nothing heard yet. */
export async function registeredBench(options: BenchOptions = {}): Promise<Bench> {
  const made = await startedBench(options);
  await made.settle(made.modem.setFunctionalMode("normal"));
  await made.until(() => made.modem.registration === "home" && made.heard.some(({ kind }) => kind === "pdn"));
  made.heard.length = 0;
  return made;
}

const isResolving = () => process.getActiveResourcesInfo().some((name) => name.startsWith("GetAddrInfo"));

export const utf8 = (text: string) => new TextEncoder().encode(text);
