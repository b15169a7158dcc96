import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { DFU_ERROR, DFU_RESULT, encodeFirmwareImage, type SimulatedModem } from "../../modem/index.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { registeredBench, startedBench, utf8 } from "./support.ts";

const OLD = "mfw_sim_1.0.0";
const NEW = "mfw_sim_1.1.0";
const IMAGE = encodeFirmwareImage({ version: NEW, baseVersion: OLD, sizeBytes: 150_000, random: seededRandom(3) });
const CORRUPT = IMAGE.slice();
CORRUPT[100_000] = (CORRUPT[100_000] ?? 0) ^ 1;

const refusal = (name: keyof typeof DFU_ERROR) => ({ name: "ModemError", code: "dfu", dfu: DFU_ERROR[name] });

async function load(modem: SimulatedModem, image: Uint8Array, blockBytes = 1024, from = 0): Promise<void> {
  for (let at = from; at < image.length; at += blockBytes) {
    await modem.firmware.write(at, image.subarray(at, at + blockBytes));
  }
}

async function update(modem: SimulatedModem, image: Uint8Array): Promise<void> {
  await load(modem, image, 4096);
  await modem.firmware.finish();
  await modem.firmware.schedule();
}

describe("the firmware area", () => {
  it("is 2 MiB and blank, or as large as the options say", async () => {
    const { modem } = await startedBench();
    expect([await modem.firmware.size(), await modem.firmware.offset()]).toEqual([2 * 1024 * 1024, 0]);
    const other = await startedBench({ firmwareAreaBytes: 8192 });
    expect(await other.modem.firmware.size()).toBe(8192);
  });

  it("takes an image that fills it to the last octet", async () => {
    const { modem } = await startedBench({ firmwareAreaBytes: 70_000 });
    const image = encodeFirmwareImage({ version: NEW, sizeBytes: 70_000, random: seededRandom(1) });
    await load(modem, image, 10_000);
    await modem.firmware.finish();
    expect(await modem.firmware.offset()).toBe(70_000);
  });

  it("refuses an image that is larger, as soon as its header says so", async () => {
    const { modem } = await startedBench({ firmwareAreaBytes: 70_000 });
    const image = encodeFirmwareImage({ version: NEW, sizeBytes: 70_001, random: seededRandom(1) });
    await modem.firmware.write(0, image.subarray(0, 100));
    await expect(modem.firmware.write(100, image.subarray(100, 200))).rejects.toMatchObject(refusal("blockTooLarge"));
    expect(await modem.firmware.offset()).toBe(100);
  });

  it("refuses a write that is larger than itself, unread", async () => {
    const { modem } = await startedBench({ firmwareAreaBytes: 8192 });
    await expect(modem.firmware.write(0, new Uint8Array(8193))).rejects.toMatchObject(refusal("blockTooLarge"));
  });

  for (const offset of [1, 1023, 1025, 4096, -1, Number.NaN]) {
    it(`refuses octet ${offset} when 1024 is next`, async () => {
      const { modem } = await startedBench();
      await modem.firmware.write(0, IMAGE.subarray(0, 1024));
      await expect(modem.firmware.write(offset, Uint8Array.of(1))).rejects.toMatchObject(refusal("badOffset"));
      expect(await modem.firmware.offset()).toBe(1024);
    });
  }

  it("must be erased before a new image, whether the old one is whole or not", async () => {
    const { modem } = await startedBench();
    await load(modem, IMAGE.subarray(0, 5000));
    await expect(modem.firmware.write(0, IMAGE.subarray(0, 10))).rejects.toMatchObject(refusal("areaNotBlank"));
    await load(modem, IMAGE, 1024, 5000);
    await modem.firmware.finish();
    await expect(modem.firmware.write(IMAGE.length, utf8("x"))).rejects.toMatchObject(refusal("areaNotBlank"));
    await modem.firmware.erase();
    expect(await modem.firmware.offset()).toBe(0);
    await update(modem, IMAGE);
  });

  for (const blockBytes of [1, 50, 1000, 65_535, 65_536, 65_537, 200_000]) {
    it(`takes an image in blocks of ${blockBytes}`, async () => {
      const { modem } = await startedBench();
      const image = blockBytes === 1 ? encodeFirmwareImage({ version: NEW, payload: utf8("abc") }) : IMAGE;
      await load(modem, image, blockBytes);
      await modem.firmware.finish();
      await modem.firmware.schedule();
      await modem.reset();
      expect(modem.initialised?.kind).toBe("updated");
    });
  }

  it("takes nothing for nothing", async () => {
    const { modem } = await startedBench();
    await modem.firmware.write(0, new Uint8Array(0));
    expect(await modem.firmware.offset()).toBe(0);
  });

  const notImages: readonly [what: string, bytes: Uint8Array][] = [
    ["rubbish", new Uint8Array(2000).fill(0x41)],
    ["one wrong octet at the start", Uint8Array.of(0x8d, 0x53, 0x49, 0x4d, 0x46, 0x57, 0x0d, 0x0b)],
    ["a damaged header", IMAGE.map((octet, at) => (at === 60 ? octet ^ 1 : octet))],
  ];
  for (const [what, bytes] of notImages) {
    it(`refuses ${what} at the write that shows it, and takes nothing of it`, async () => {
      const { modem } = await startedBench();
      await expect(modem.firmware.write(0, bytes)).rejects.toMatchObject(refusal("invalidHeader"));
      expect(await modem.firmware.offset()).toBe(0);
      await update(modem, IMAGE);
    });
  }

  it("refuses octets after the end that the header announces", async () => {
    const { modem } = await startedBench();
    await load(modem, IMAGE);
    await expect(modem.firmware.write(IMAGE.length, utf8("x"))).rejects.toMatchObject(refusal("invalidData"));
    await modem.firmware.finish();
  });

  it("forgets the header of a write that it refused", async () => {
    const { modem } = await startedBench();
    const small = encodeFirmwareImage({ version: NEW, payload: utf8("abc") });
    const tooMuch = Uint8Array.from([...small, 0]);
    await expect(modem.firmware.write(0, tooMuch)).rejects.toMatchObject(refusal("invalidData"));
    await update(modem, IMAGE);
  });

  it("calls an image incomplete that is not whole yet, and goes on with it", async () => {
    const { modem } = await startedBench();
    await expect(modem.firmware.finish()).rejects.toMatchObject(refusal("incomplete"));
    for (const stop of [50, 128, 70_000]) {
      await load(modem, IMAGE.subarray(0, stop), 1024, await modem.firmware.offset());
      await expect(modem.firmware.finish()).rejects.toMatchObject(refusal("incomplete"));
    }
    await load(modem, IMAGE, 1024, await modem.firmware.offset());
    await modem.firmware.finish();
  });

  it("schedules a finished image only; finishing and scheduling twice changes nothing", async () => {
    const { modem } = await startedBench();
    await load(modem, IMAGE);
    await expect(modem.firmware.schedule()).rejects.toMatchObject(refusal("invalidOperation"));
    await modem.firmware.finish();
    await modem.firmware.finish();
    await modem.firmware.schedule();
    await modem.firmware.schedule();
    await modem.firmware.finish();
    await modem.reset();
    expect(modem.initialised?.kind).toBe("updated");
  });

  it("notices octets that its storage changed", async () => {
    const { modem, storage } = await startedBench();
    await load(modem, IMAGE);
    const segment = (await storage.read("modem-firmware-0")) ?? new Uint8Array(0);
    segment[30_000] = (segment[30_000] ?? 0) ^ 1;
    await storage.write("modem-firmware-0", segment);
    await expect(modem.firmware.finish()).rejects.toMatchObject({ code: "dfu" });
    await expect(modem.firmware.schedule()).rejects.toMatchObject(refusal("invalidOperation"));
  });
});

describe("a damaged image", () => {
  it("is found at the end, is not scheduled and is deleted with the modem offline only", async () => {
    const { modem } = await registeredBench();
    await load(modem, CORRUPT);
    await expect(modem.firmware.finish()).rejects.toMatchObject(refusal("invalidData"));
    await expect(modem.firmware.finish()).rejects.toMatchObject(refusal("invalidData"));
    await expect(modem.firmware.schedule()).rejects.toMatchObject(refusal("invalidOperation"));
    await expect(modem.firmware.erase()).rejects.toMatchObject(refusal("notAllowed"));
    expect(await modem.firmware.offset()).toBe(CORRUPT.length);
    await modem.setFunctionalMode("offline");
    await modem.firmware.erase();
    expect(await modem.firmware.offset()).toBe(0);
    await modem.setFunctionalMode("normal");
    await update(modem, IMAGE);
  });

  it("is gone after a restart, and the old firmware runs", async () => {
    const { modem, again } = await startedBench();
    await load(modem, CORRUPT);
    await expect(modem.firmware.finish()).rejects.toMatchObject(refusal("invalidData"));
    const after = again();
    expect(await after.modem.init()).toEqual({ kind: "ok", firmwareVersion: OLD });
    expect(await after.modem.firmware.offset()).toBe(0);
  });

  it("that is only partial is erased at any time", async () => {
    const { modem } = await registeredBench();
    await load(modem, CORRUPT.subarray(0, 120_000));
    await modem.firmware.erase();
    expect(await modem.firmware.offset()).toBe(0);
  });
});

describe("an update", () => {
  it("is applied by the next initialisation: new version, blank area, told", async () => {
    const { modem, heard } = await startedBench();
    await update(modem, IMAGE);
    expect((await modem.identity()).firmwareVersion).toBe(OLD);
    await modem.shutdown();
    heard.length = 0;
    const result = await modem.init();
    expect(result).toEqual({ kind: "updated", firmwareVersion: NEW });
    expect(heard[0]).toEqual({ kind: "initialised", result });
    expect((await modem.identity()).firmwareVersion).toBe(NEW);
    expect(await modem.firmware.offset()).toBe(0);
  });

  it("survives a power cycle before and after it is applied", async () => {
    const { modem, again } = await startedBench();
    await update(modem, IMAGE);
    const after = again();
    expect(await after.modem.init()).toEqual({ kind: "updated", firmwareVersion: NEW });
    await after.modem.setFunctionalMode("normal");
    expect(await again().modem.init()).toEqual({ kind: "ok", firmwareVersion: NEW });
  });

  it("is told again at each start until the modem is set to work with it", async () => {
    const { modem, again } = await startedBench();
    await update(modem, IMAGE);
    expect((await again().modem.init()).kind).toBe("updated");
    expect((await again().modem.init()).kind).toBe("updated");
  });

  it("without a base version fits every firmware", async () => {
    const { modem } = await startedBench({ firmwareVersion: "anything" });
    await update(modem, encodeFirmwareImage({ version: NEW, payload: utf8("x") }));
    await modem.reset();
    expect(modem.initialised).toEqual({ kind: "updated", firmwareVersion: NEW });
  });

  it("for another base version fails with the DFU result UUID, and the old firmware runs", async () => {
    const { modem } = await startedBench();
    await update(modem, encodeFirmwareImage({ version: NEW, baseVersion: "mfw_other", payload: utf8("x") }));
    await modem.reset();
    expect(modem.initialised).toEqual({ kind: "updateFailed", firmwareVersion: OLD, code: DFU_RESULT.uuid });
    expect(await modem.firmware.offset()).toBe(0);
    await modem.setFunctionalMode("normal");
    await modem.reset();
    expect(modem.initialised).toEqual({ kind: "ok", firmwareVersion: OLD });
  });

  it("can follow another", async () => {
    const { modem } = await startedBench();
    await update(modem, IMAGE);
    await modem.reset();
    await update(modem, encodeFirmwareImage({ version: "mfw_3", baseVersion: NEW, payload: utf8("x") }));
    await modem.reset();
    expect(modem.initialised).toEqual({ kind: "updated", firmwareVersion: "mfw_3" });
  });

  it("that was erased after it was scheduled does not happen", async () => {
    const { modem } = await startedBench();
    await update(modem, IMAGE);
    await modem.firmware.erase();
    await modem.reset();
    expect(modem.initialised).toEqual({ kind: "ok", firmwareVersion: OLD });
  });

  it("of an image that changed after it was finished fails as not authentic", async () => {
    const { modem, storage } = await startedBench();
    await update(modem, IMAGE);
    await storage.remove("modem-firmware-1");
    await modem.reset();
    expect(modem.initialised).toMatchObject({ kind: "updateFailed", code: DFU_RESULT.authentication });
  });

  const rejections = [
    { fault: { name: "firmwareRejected", times: 1 }, code: DFU_RESULT.authentication },
    { fault: { name: "firmwareRejected", times: 1, code: DFU_RESULT.hardware }, code: DFU_RESULT.hardware },
  ] as const;
  for (const { fault, code } of rejections) {
    it(`fails under ${JSON.stringify(fault)} with its code, and the next one succeeds`, async () => {
      const { modem } = await startedBench({ faults: [fault] });
      await update(modem, IMAGE);
      await modem.reset();
      expect(modem.initialised).toEqual({ kind: "updateFailed", firmwareVersion: OLD, code });
      await update(modem, IMAGE);
      await modem.reset();
      expect(modem.initialised?.kind).toBe("updated");
    });
  }

  it("waits for a battery that is not low", async () => {
    const { modem } = await startedBench();
    await update(modem, IMAGE);
    modem.inject({ name: "batteryLow" });
    for (let start = 0; start < 2; start++) {
      await modem.reset();
      expect(modem.initialised).toEqual({ kind: "updateFailed", firmwareVersion: OLD, code: DFU_RESULT.voltageLow });
    }
    modem.clear("batteryLow");
    await modem.reset();
    expect(modem.initialised).toEqual({ kind: "updated", firmwareVersion: NEW });
  });
});

describe("a power loss during a write", () => {
  it("kills the modem: the write fails, everybody is told, nothing works until it starts again", async () => {
    let losses = 0;
    const { modem, heard, clock } = await registeredBench({
      faults: [{ name: "powerLossDuringWrite", afterBytes: 3000, times: 1 }],
      onPowerLoss: () => {
        losses++;
      },
    });
    await load(modem, IMAGE.subarray(0, 2048));
    await expect(modem.firmware.write(2048, IMAGE.subarray(2048, 4096))).rejects.toMatchObject({ code: "fault" });
    expect(losses).toBe(1);
    expect(heard).toEqual([{ kind: "fault", reason: 0x14 }]);
    expect([modem.initialised, modem.functionalMode, modem.registration]).toEqual([
      undefined,
      "powerOff",
      "notRegistered",
    ]);
    await expect(modem.firmware.offset()).rejects.toMatchObject({ code: "fault" });
    await clock.advanceAsync(60_000);
    expect(heard).toHaveLength(1);
    await modem.reset();
    expect(await modem.firmware.offset()).toBe(3000);
    await load(modem, IMAGE, 1024, 3000);
    await modem.firmware.finish();
  });

  it("lets the owner close the modem then and there", async () => {
    const closed: Promise<void>[] = [];
    const made = await startedBench({
      faults: [{ name: "powerLossDuringWrite", afterBytes: 1 }],
      onPowerLoss: () => closed.push(made.modem.close()),
    });
    await expect(made.modem.firmware.write(0, IMAGE)).rejects.toMatchObject({ code: "fault" });
    expect(closed).toHaveLength(1);
    await closed[0];
  });

  it("does not strike again at the same place after the restart", async () => {
    const faults = [{ name: "powerLossDuringWrite", afterBytes: 70_000 }] as const;
    const { modem, again } = await startedBench({ faults });
    await expect(load(modem, IMAGE)).rejects.toMatchObject({ code: "fault" });
    const after = again();
    await after.modem.init();
    await load(after.modem, IMAGE, 1024, await after.modem.firmware.offset());
    await after.modem.firmware.finish();
  });

  it("at any octet of a block leaves exactly what was written, and the image can be ended", async () => {
    const image = encodeFirmwareImage({ version: NEW, sizeBytes: 66_000, random: seededRandom(1) });
    const places = [1, 2, 127, 128, 129, 1023, 1024, 1025, 65_535, 65_536, 65_537, 65_999, 66_000];
    for (const afterBytes of places) {
      const { modem, again } = await startedBench({ faults: [{ name: "powerLossDuringWrite", afterBytes }] });
      await expect(load(modem, image)).rejects.toMatchObject({ code: "fault" });
      const after = again({ faults: [] });
      await after.modem.init();
      expect(await after.modem.firmware.offset()).toBe(afterBytes);
      await load(after.modem, image, 1024, afterBytes);
      await after.modem.firmware.finish();
      await after.modem.firmware.schedule();
      await after.modem.reset();
      expect(after.modem.initialised).toEqual({ kind: "updated", firmwareVersion: NEW });
    }
  });
});

describe("a torn tail in the storage", () => {
  it("is cut off wherever it was torn, and what was whole before it stays", async () => {
    const first = IMAGE.subarray(0, 1000);
    const reference = createMemoryStorage();
    const { modem } = await startedBench({ storage: reference });
    await modem.firmware.write(0, first);
    const whole = await reference.length("modem-firmware-0");
    await modem.firmware.write(1000, IMAGE.subarray(1000, 1100));
    const both = (await reference.read("modem-firmware-0")) ?? new Uint8Array(0);
    for (let length = whole; length < both.length; length++) {
      const storage = createMemoryStorage();
      await storage.write("modem-firmware-0", both.subarray(0, length));
      const torn = await startedBench({ storage });
      expect(await torn.modem.firmware.offset()).toBe(1000);
      await torn.modem.firmware.write(1000, IMAGE.subarray(1000, 1100));
      expect(await storage.read("modem-firmware-0")).toEqual(both);
    }
  });

  it("that holds other octets than were written is cut off too", async () => {
    const { modem, storage, again } = await startedBench();
    await modem.firmware.write(0, IMAGE.subarray(0, 1000));
    await storage.append("modem-firmware-0", new Uint8Array(500));
    const after = again();
    await after.modem.init();
    expect(await after.modem.firmware.offset()).toBe(1000);
  });
});
