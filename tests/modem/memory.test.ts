import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { createSimulatedModem, encodeFirmwareImage, type SimulatedModem } from "../../modem/index.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { startedBench } from "./support.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

async function heapBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe("memory", () => {
  it("of a registered modem with its storage stays under 6 KiB, a thousand in one process", async () => {
    const clock = new VirtualClock();
    const random = seededRandom(1);
    const fleet = async () => {
      const modems: SimulatedModem[] = [];
      for (let index = 0; index < 1000; index++) {
        const modem = createSimulatedModem({ clock, random, storage: createMemoryStorage(), timing: "instant" });
        modem.subscribe(() => undefined);
        await modem.init();
        await modem.credentials.write(25, "psk", new TextEncoder().encode("00112233445566778899AABBCCDDEEFF"));
        await modem.setFunctionalMode("normal");
        modems.push(modem);
      }
      await clock.advanceAsync(1);
      return modems;
    };
    await fleet();
    // The median of three: what the runner does meanwhile in this process falls into one of them, a modem's own into all.
    const modems: SimulatedModem[] = [];
    const growths: number[] = [];
    for (let round = 0; round < 3; round++) {
      await heapBytes();
      const before = await heapBytes();
      const more = await fleet();
      growths.push(((await heapBytes()) - before) / more.length);
      modems.push(...more);
    }
    const each = growths.toSorted((one, other) => one - other)[1];
    expect(modems.every(({ registration }) => registration === "home")).toBe(true);
    expect(each).toBeGreaterThan(100);
    expect(each).toBeLessThan(6 * 1024);
  });

  it("of a firmware image is no more than one segment, whoever asks", async () => {
    const inner = createMemoryStorage();
    let largest = 0;
    const noting = async (bytes: Promise<Uint8Array | undefined>) => {
      const read = await bytes;
      largest = Math.max(largest, read?.length ?? 0);
      return read;
    };
    const { modem, again } = await startedBench({
      storage: {
        read: (name) => noting(inner.read(name)),
        write: (name, bytes, options) => inner.write(name, bytes, options),
        append: (name, bytes) => inner.append(name, bytes),
        remove: (name) => inner.remove(name),
        length: (name) => inner.length(name),
      },
    });
    const image = encodeFirmwareImage({ version: "2", sizeBytes: 2 * 1024 * 1024, random: seededRandom(1) });
    for (let at = 0; at < image.length; at += 4096) await modem.firmware.write(at, image.subarray(at, at + 4096));
    await modem.firmware.finish();
    await modem.firmware.schedule();
    const after = again();
    expect((await after.modem.init()).kind).toBe("updated");
    expect(largest).toBeGreaterThan(60_000);
    expect(largest).toBeLessThan(70_000);
  });
});
