import { describe, expect, it } from "@jest/globals";
import { AREA_WRITE_OCTETS, AreaWriter } from "../../services/firmware/areaWriter.ts";
import { makeImage } from "./support/firmwareHost.ts";
import { MemoryArea } from "./support/memoryArea.ts";

const image = makeImage(20_000);

describe("writing into the firmware area", () => {
  for (const size of [1, 7, 1000, 4095, 4096, 4097, 9000, 20_000]) {
    it(`makes whole pieces of chunks of ${size} octets`, async () => {
      const area = new MemoryArea(image.length);
      const writer = new AreaWriter({ area, offset: 0, size: image.length });
      for (let at = 0; at < image.length; at += size) {
        expect(await writer.push(image.subarray(at, at + size))).toBeUndefined();
        expect(writer.received).toBe(Math.min(at + size, image.length));
        expect(writer.received - writer.written).toBeLessThan(AREA_WRITE_OCTETS);
      }
      await writer.flush();
      expect(area.writes).toEqual([4096, 4096, 4096, 4096, 3616]);
      expect(Buffer.compare(area.content, image)).toBe(0);
    });
  }

  it("does not keep the caller's chunk: it may be used again at once", async () => {
    const area = new MemoryArea();
    const writer = new AreaWriter({ area, offset: 0, size: 100 });
    const chunk = Uint8Array.of(1, 2, 3);
    await writer.push(chunk);
    chunk.fill(9);
    await writer.flush();
    expect(area.content).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("fills the area to its last octet and takes no octet more", async () => {
    const area = new MemoryArea(3);
    const writer = new AreaWriter({ area, offset: 0, size: 3 });
    expect(await writer.push(Uint8Array.of(1, 2, 3))).toBeUndefined();
    expect(await writer.push(Uint8Array.of(4))).toMatchObject({ kind: "refused", reason: "tooLarge" });
    expect(writer.received).toBe(3);
  });
});
