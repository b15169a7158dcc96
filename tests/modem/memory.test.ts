import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { startedBench } from "./support.ts";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** In a process of its own: another test's leavings in a worker of jest change what V8 makes of the same objects. */
const FLEET = `
import { seededRandom } from "./dist/carrier/random.js";
import { VirtualClock } from "./dist/carrier/clock/virtualClock.js";
import { createSimulatedModem } from "./dist/modem/index.js";
import { createMemoryStorage } from "./dist/services/store/memoryStorage.js";

const clock = new VirtualClock();
const random = seededRandom(1);
const kept = [];
async function fleet() {
  for (let index = 0; index < 1000; index++) {
    const modem = createSimulatedModem({ clock, random, storage: createMemoryStorage(), timing: "instant" });
    modem.subscribe(() => undefined);
    await modem.init();
    await modem.credentials.write(25, "psk", new TextEncoder().encode("00112233445566778899AABBCCDDEEFF"));
    await modem.setFunctionalMode("normal");
    kept.push(modem);
  }
  await clock.advanceAsync(1);
}
async function heapBytes() {
  for (let round = 0; round < 3; round++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
await fleet();
const before = await heapBytes();
await fleet();
const each = ((await heapBytes()) - before) / 1000;
console.log(JSON.stringify({ each, home: kept.every(({ registration }) => registration === "home") }));
`;

describe("memory", () => {
  it("of a registered modem with its storage stays under 6 KiB, a thousand in one process", async () => {
    const args = ["--expose-gc", "--input-type=module", "--eval", FLEET];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: REPOSITORY });
    const { each, home } = JSON.parse(stdout);
    expect(home).toBe(true);
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
