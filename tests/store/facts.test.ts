import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createFactsStore, decodeFacts, encodeFacts, type Facts, NO_FACTS } from "../../services/store/facts.ts";
import { openFileStorage } from "../../services/store/fileStorage.ts";
import { jsonErrorPosition } from "../../services/store/jsonPosition.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { migrate } from "../../services/store/migration.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

const REGISTRATION = {
  location: ["rd", "a1"],
  expiresAt: 1_790_000_300_000,
  lifetimeSeconds: 300,
  binding: "U",
  version: "1.1",
} as const;
const FACTS: Facts = {
  version: 2,
  configDigest: "ab12",
  smartcardDigest: "cd34",
  bootstrapped: true,
  lastBootstrapAt: 1_790_000_000_000,
  firmware: { state: 1, result: 0, uri: "https://fw.example/image", etag: '"1"', applied: "updated" },
  objects: { 19: { 0: { 0: Uint8Array.of(0, 1, 255) } } },
  registrations: new Map([["101", REGISTRATION]]),
  observations: new Map([["101", { observations: [{ token: Uint8Array.of(7), paths: ["/3/0"] }] }]]),
};

const bytes = (text: string) => new TextEncoder().encode(text);

describe("facts", () => {
  it("of a device that was never started say so", async () => {
    expect(await createFactsStore(createMemoryStorage()).load()).toEqual(NO_FACTS);
  });

  it("come back as they were saved, octets included", async () => {
    const storage = createMemoryStorage();
    await createFactsStore(storage).save(FACTS);
    expect(await createFactsStore(storage).load()).toEqual(FACTS);
  });

  it("keep octets that lie in a Buffer", () => {
    const facts = decodeFacts(encodeFacts({ ...NO_FACTS, objects: Buffer.from([1, 2]) }), "facts");
    expect(facts.objects).toEqual(Uint8Array.of(1, 2));
  });

  it("live under the name they were given", async () => {
    const storage = createMemoryStorage();
    await createFactsStore(storage, "device-1").save(FACTS);
    expect(await storage.length("device-1")).toBeGreaterThan(0);
    expect(await createFactsStore(storage).load()).toEqual(NO_FACTS);
  });

  it("in a damaged file are an error that names it, and stay where they are", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "facts.doc"), '{"version":1,"bootstrapped":true,}');
    const storage = await openFileStorage({ folder });
    await expect(createFactsStore(storage).load()).rejects.toMatchObject({
      name: "StoreError",
      code: "corrupt",
      file: join(folder, "facts.doc"),
      position: 33,
      cure: expect.stringContaining("remove it"),
    });
    expect(await storage.length("facts")).toBe(34);
    await storage.close();
  });

  it("cut short anywhere are an error, never half a document", () => {
    const whole = encodeFacts(FACTS).subarray(0, -1);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeFacts(whole.subarray(0, length), "facts")).toThrow(
        expect.objectContaining({ code: "corrupt", file: "facts", position: expect.any(Number) }),
      );
    }
  });

  it("with an octet that is no UTF-8 are an error", () => {
    expect(() => decodeFacts(Uint8Array.of(0x7b, 0xff), "facts")).toThrow(expect.objectContaining({ code: "corrupt" }));
  });

  const wrong: readonly [path: string, change: object][] = [
    ["/bootstrapped", { bootstrapped: "yes" }],
    ["/configDigest", { configDigest: 1 }],
    ["/smartcardDigest", { smartcardDigest: 2 }],
    ["/lastBootstrapAt", { lastBootstrapAt: "now" }],
    ["/firmware", { firmware: null }],
    ["/firmware/state", { firmware: { state: 4, result: 0 } }],
    ["/firmware/result", { firmware: { state: 0, result: -1 } }],
    ["/firmware/result", { firmware: { state: 0, result: 12 } }],
    ["/firmware/uri", { firmware: { state: 0, result: 0, uri: 5 } }],
    ["/firmware/uri", { firmware: { state: 0, result: 0, uri: "é".repeat(128) } }],
    ["/firmware/uri", { firmware: { state: 0, result: 0, uri: "\ud800" } }],
    ["/firmware/maximumDeferSeconds", { firmware: { state: 0, result: 0, maximumDeferSeconds: 1.5 } }],
    ["/firmware/maximumDeferSeconds", { firmware: { state: 0, result: 0, maximumDeferSeconds: 2 ** 53 } }],
    ["/firmware/changedAt", { firmware: { state: 0, result: 0, changedAt: 1e300 } }],
    ["/firmware/deferUntil", { firmware: { state: 0, result: 0, deferUntil: -8.64e15 - 1 } }],
    ["/objects", { objects: null }],
    ["/registrations/7/expiresAt", { registrations: { 7: { ...REGISTRATION, expiresAt: 8.64e15 + 1 } } }],
    ["/registrations", { registrations: [] }],
    ["/registrations/7", { registrations: { 7: "rd" } }],
    ["/registrations/7/location", { registrations: { 7: { ...REGISTRATION, location: "rd" } } }],
    ["/registrations/7/expiresAt", { registrations: { 7: { ...REGISTRATION, expiresAt: null } } }],
    ["/registrations/7/lifetimeSeconds", { registrations: { 7: { ...REGISTRATION, lifetimeSeconds: -1 } } }],
    ["/registrations/7/binding", { registrations: { 7: { ...REGISTRATION, binding: 1 } } }],
    ["/registrations/7/version", { registrations: { 7: { ...REGISTRATION, version: "1.2" } } }],
    ["/observations", { observations: "none" }],
    ["/servers/7", { servers: { 7: null } }],
    ["/servers/7/met", { servers: { 7: { met: 1 } } }],
    ["/servers/7/version", { servers: { 7: { version: "2" } } }],
    ["/servers/7/disabledUntil", { servers: { 7: { disabledUntil: "soon" } } }],
    ["/firmware/severity", { firmware: { state: 0, result: 0, severity: 3 } }],
    ["/firmware/deferUntil", { firmware: { state: 0, result: 0, deferUntil: "soon" } }],
  ];
  for (const [path, change] of wrong) {
    it(`with ${JSON.stringify(change)} are refused at ${path}`, () => {
      expect(() => decodeFacts(encodeFacts({ ...FACTS, ...change } as Facts), "facts")).toThrow(
        expect.objectContaining({ code: "corrupt", file: "facts", position: path }),
      );
    });
  }

  it("of the release before are read, with neither registrations nor observations", () => {
    const { registrations: _, observations: __, ...before } = FACTS;
    const stored = encodeFacts({ ...before, version: 1 } as unknown as Facts);
    expect(decodeFacts(stored, "facts")).toEqual(before);
  });

  it("of a newer release are refused as such", () => {
    expect(() => decodeFacts(bytes('{"version":3}'), "facts")).toThrow(expect.objectContaining({ code: "version" }));
  });

  for (const source of ["[]", "null", "7", "{}", '{"version":"1"}']) {
    it(`are not ${source}`, () => {
      expect(() => decodeFacts(bytes(source), "facts")).toThrow(expect.objectContaining({ code: "corrupt" }));
    });
  }
});

describe("migration", () => {
  const table = {
    1: (document: Record<string, unknown>) => ({ ...document, names: [document.name] }),
    2: ({ name: _name, ...document }: Record<string, unknown>) => document,
  };

  it("goes one version at a time and sets it", () => {
    expect(migrate({ version: 1, name: "a" }, table, 3, "facts")).toEqual({ version: 3, names: ["a"] });
  });

  it("refuses a version from which nothing leads on", () => {
    expect(() => migrate({ version: 0 }, table, 3, "facts")).toThrow(expect.objectContaining({ code: "version" }));
  });
});

describe("the position of a mistake in JSON", () => {
  const vectors: readonly [source: string, position: number | undefined][] = [
    ['{"a":[1,-2.5e3,true,null,"\\u00e9\\n"],"b":{}} ', undefined],
    [" [] ", undefined],
    ["", 0],
    ["{", 1],
    ["[1 2]", 3],
    ["[1,]", 3],
    ["[,1]", 1],
    ['{"a":x}', 5],
    ['{"a" 1}', 5],
    ["{a:1}", 1],
    ['{"a":1,}', 7],
    ['{"a":tru}', 5],
    ["[01]", 1],
    ["[1.]", 1],
    ["[}", 1],
    ["{]", 1],
    ["[] x", 3],
    ['"a\nb"', 0],
    ['"\\x"', 0],
  ];
  for (const [source, position] of vectors) {
    it(`is ${position ?? "nowhere"} in ${JSON.stringify(source)}`, () => {
      expect(jsonErrorPosition(source)).toBe(position);
      const parses = (() => {
        try {
          JSON.parse(source);
          return true;
        } catch {
          return false;
        }
      })();
      expect(parses).toBe(position === undefined);
    });
  }

  it("is found in deep and long documents", () => {
    expect(jsonErrorPosition("[".repeat(200_000))).toBe(200_000);
    expect(jsonErrorPosition(`"${"x".repeat(4_000_000)}"`)).toBeUndefined();
  });
});
