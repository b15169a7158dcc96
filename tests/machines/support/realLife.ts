/** A carrier's whole life on real sockets, recorded: bootstrap, registration, firmware update, registration again. */
import { FastClock } from "../../../carrier/clock/fastClock.ts";
import { type Carrier, createCarrier } from "../../../carrier/createCarrier.ts";
import type { CarrierOptions } from "../../../carrier/options.ts";
import { seededRandom } from "../../../carrier/random.ts";
import type { Edition } from "../../../machines/edition.ts";
import type { SemanticEventType } from "../../../machines/semanticEvent.ts";
import { encodeFirmwareImage } from "../../../modem/simulated/firmwareImage.ts";
import { createSimulatedModem } from "../../../modem/simulated/simulatedModem.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import { createMemoryStorage } from "../../../services/store/memoryStorage.ts";
import { startTestbed, type Testbed } from "../../../testbed/testbed.ts";
import { createTrace } from "../../../trace/trace.ts";

export interface RealLife {
  readonly records: readonly TraceRecord[];
  /** The carrier that lives now. */
  readonly carrier: Carrier;
  readonly testbed: Testbed;
  /** Resolves at the next event of this kind. */
  next(type: SemanticEventType): Promise<void>;
  /** Another carrier goes on with the same store, modem and recording. */
  begin(): Carrier;
}

/** Lives `story`, from before the start until the carrier is stopped; returns what was recorded. */
export async function live(
  edition: Edition,
  story: (life: RealLife) => Promise<void>,
  options: Partial<CarrierOptions> = {},
): Promise<readonly TraceRecord[]> {
  const clock = new FastClock({ skipIdle: true });
  const random = seededRandom(1);
  const image = encodeFirmwareImage({ version: "mfw_sim_2.0.0", sizeBytes: 20_000, random });
  const testbed = await startTestbed({ clock, image });
  const records: TraceRecord[] = [];
  const trace = createTrace({ clock, device: "life", sink: (record) => records.push(record) });
  const storage = createMemoryStorage();
  const modem = createSimulatedModem({ clock, random, storage, timing: "instant", trace });
  const create = () =>
    createCarrier({
      ...{ edition, clock, random, storage, modem, trace },
      bootstrap: { uri: testbed.bootstrap.uri, security: { mode: "none" } },
      firmware: { trustedCa: [testbed.caPem] },
      local: { host: "127.0.0.1" },
      ...options,
    });
  let carrier = create();
  try {
    await story({
      records,
      testbed,
      get carrier() {
        return carrier;
      },
      next: (type) =>
        new Promise((resolve) => {
          const forget = carrier.onEvent(({ meaning }) => {
            if (meaning.type !== type) return;
            forget();
            resolve();
          });
        }),
      begin() {
        carrier = create();
        return carrier;
      },
    });
    await carrier.stop();
  } finally {
    await testbed.close();
  }
  return records;
}

/** The life that everything goes well in. */
export async function success({ carrier, testbed, next }: RealLife): Promise<void> {
  const registered = next("registered");
  carrier.start();
  await registered;
  const again = next("registered");
  const update = testbed.management.updateFirmware(carrier.endpoint, { uri: testbed.urls.goodImage });
  await again;
  await update;
}
