/** What every storage does alike; each storage's test runs it. */
import { describe, expect, it } from "@jest/globals";
import type { Storage } from "../../ports/storage.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined) => content && new TextDecoder().decode(content);

export function describeStorage(name: string, open: () => Promise<Storage>): void {
  describe(`${name} as a storage`, () => {
    it("has nothing under a name that was never written", async () => {
      const storage = await open();
      expect(await storage.read("facts")).toBeUndefined();
      expect(await storage.length("facts")).toBe(0);
    });

    it("gives back what was written last", async () => {
      const storage = await open();
      await storage.write("facts", bytes("first, and longer"));
      await storage.write("facts", bytes("second"));
      expect(text(await storage.read("facts"))).toBe("second");
      expect(await storage.length("facts")).toBe(6);
    });

    it("lets the last of many writes win, whatever waits", async () => {
      const storage = await open();
      await Promise.all(Array.from({ length: 20 }, (_, index) => storage.write("facts", bytes(`write ${index}`))));
      expect(text(await storage.read("facts"))).toBe("write 19");
    });

    it("keeps reads, writes, appends and removals of a document in order", async () => {
      const storage = await open();
      const first = storage.write("log", bytes("a"));
      const seen = storage.read("log");
      const second = storage.write("log", bytes("b"));
      const length = storage.append("log", bytes("c"));
      const both = storage.read("log");
      const removed = storage.remove("log");
      const third = storage.write("log", bytes("d"));
      await Promise.all([first, second, removed, third]);
      expect([text(await seen), await length, text(await both), text(await storage.read("log"))]).toEqual([
        "a",
        2,
        "bc",
        "d",
      ]);
    });

    it("appends to what is there and tells the length", async () => {
      const storage = await open();
      expect(await storage.append("log", bytes("one "))).toBe(4);
      expect(await storage.append("log", bytes("two "))).toBe(8);
      expect(await storage.append("log", bytes("three"))).toBe(13);
      expect(text(await storage.read("log"))).toBe("one two three");
      expect(await storage.length("log")).toBe(13);
    });

    it("appends to a document that was written whole", async () => {
      const storage = await open();
      await storage.write("log", bytes("whole "));
      expect(await storage.append("log", bytes("and more"))).toBe(14);
      expect(text(await storage.read("log"))).toBe("whole and more");
    });

    it("forgets a removed document, and minds no removal of one that is not there", async () => {
      const storage = await open();
      await storage.write("facts", bytes("x"));
      await storage.remove("facts");
      await storage.remove("facts");
      expect(await storage.read("facts")).toBeUndefined();
    });

    it("keeps a copy: what the caller does to its octets later changes nothing", async () => {
      const storage = await open();
      const own = bytes("mine");
      const written = storage.write("facts", own);
      own.fill(0);
      await written;
      (await storage.read("facts"))?.fill(0);
      expect(text(await storage.read("facts"))).toBe("mine");
    });

    it("gives secret documents back like others", async () => {
      const storage = await open();
      await storage.write("keys", bytes("hidden"), { secret: true });
      expect(text(await storage.read("keys"))).toBe("hidden");
      expect(await storage.length("keys")).toBe(6);
      await storage.remove("keys");
      expect(await storage.read("keys")).toBeUndefined();
    });

    it("tells names apart that differ in capital letters only", async () => {
      const storage = await open();
      await storage.write("firmwareState", bytes("a"));
      await storage.write("firmwarestate", bytes("b"));
      expect(text(await storage.read("firmwareState"))).toBe("a");
    });

    for (const bad of ["", "../facts", "a/b", ".hidden", "a\0b", "a b", "x".repeat(65)]) {
      it(`refuses ${JSON.stringify(bad)} as a name`, async () => {
        const storage = await open();
        for (const attempt of [
          () => storage.read(bad),
          () => storage.write(bad, bytes("x")),
          () => storage.append(bad, bytes("x")),
          () => storage.length(bad),
          () => storage.remove(bad),
        ]) {
          await expect(attempt()).rejects.toMatchObject({ name: "StoreError", code: "name" });
        }
      });
    }
  });
}
