/** Killed at each operation of the file system in turn, the store has the old document or the new one. */
import { describe, expect, it } from "@jest/globals";
import { type FileOperations, nodeFileOperations } from "../../services/store/fileOperations.ts";
import { type FileStorage, openFileStorage } from "../../services/store/fileStorage.ts";
import type { ProcessView } from "../../services/store/folderLock.ts";
import { crashingFiles } from "./crashingFiles.ts";
import { LOSSES, PowerLossFiles } from "./powerLossFiles.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

const KEY = new Uint8Array(32).fill(7);
const OLD = new Uint8Array(5000).fill(0x6f);
const NEW = new Uint8Array(9000).fill(0x6e);
const ENTRY = new Uint8Array(64).fill(0x65);

let pid = 1000;
/** Every opening is another process, and those before it are dead. */
const nextProcess = (): ProcessView => ({ self: { pid: ++pid, started: pid }, isAlive: () => false });

async function prepare(folder: string, files: FileOperations): Promise<void> {
  const storage = await openFileStorage({ folder, key: KEY }, files, nextProcess());
  await storage.write("facts", OLD);
  await storage.write("keys", OLD, { secret: true });
  await storage.write("gone", OLD);
  await storage.append("log", ENTRY);
  await storage.close();
}

/** What happens until the kill, each step awaited; `done` counts those that were confirmed. */
const STEPS: readonly ((storage: FileStorage) => Promise<unknown>)[] = [
  (storage) => storage.write("facts", NEW),
  (storage) => storage.write("keys", NEW, { secret: true }),
  (storage) => storage.append("log", ENTRY),
  (storage) => storage.remove("gone"),
  (storage) => storage.write("fresh", NEW),
  (storage) => storage.append("freshLog", ENTRY),
];

async function runUntilKilled(folder: string, files: FileOperations): Promise<number> {
  let done = 0;
  try {
    const storage = await openFileStorage({ folder, key: KEY }, files, nextProcess());
    for (const step of STEPS) {
      await step(storage);
      done++;
    }
    await storage.close();
  } catch (error) {
    expect(error).toMatchObject({ name: "StoreError", code: "io", cause: { name: "Killed" } });
  }
  return done;
}

/** Each document is what it was or what it became, and what was confirmed has become. */
async function verify(folder: string, files: FileOperations, done: number): Promise<void> {
  const storage = await openFileStorage({ folder, key: KEY }, files, nextProcess());
  const whole = [
    { name: "facts", before: OLD, after: NEW },
    { name: "keys", before: OLD, after: NEW },
    { name: "log" },
    { name: "gone", before: OLD, after: undefined },
    { name: "fresh", before: undefined, after: NEW },
  ];
  for (const [step, { name, before, after }] of whole.entries()) {
    if (name === "log") continue;
    const found = await storage.read(name);
    const isAfter = equal(found, after);
    if (step < done) expect([name, isAfter]).toEqual([name, true]);
    else expect([name, isAfter || equal(found, before)]).toEqual([name, true]);
  }
  const logs = [
    { name: "log", confirmed: done > 2 ? 2 : 1, most: 2 },
    { name: "freshLog", confirmed: done > 5 ? 1 : 0, most: 1 },
  ];
  for (const { name, confirmed, most } of logs) {
    const found = (await storage.read(name)) ?? new Uint8Array(0);
    expect(found.length).toBeGreaterThanOrEqual(confirmed * ENTRY.length);
    expect(found.length).toBeLessThanOrEqual(most * ENTRY.length);
    expect(found.every((octet) => octet === ENTRY[0])).toBe(true);
  }
  await storage.close();
}

function equal(found: Uint8Array | undefined, expected: Uint8Array | undefined): boolean {
  if (found === undefined || expected === undefined) return found === expected;
  return Buffer.compare(found, expected) === 0;
}

/** Runs `attempt` with every place to stop, until the steps are done before it. */
async function atEachOperation(attempt: (stopAt: number) => Promise<number>): Promise<number> {
  for (let stopAt = 1; ; stopAt++) {
    const operations = await attempt(stopAt);
    if (operations < stopAt) return stopAt - 1;
  }
}

describe("a store whose process is killed", () => {
  it("has the old documents or the new ones, whichever operation was the last", async () => {
    const stops = await atEachOperation(async (stopAt) => {
      const folder = await temporaryFolder();
      await prepare(folder, nodeFileOperations);
      const { files, count } = crashingFiles(nodeFileOperations, stopAt);
      const done = await runUntilKilled(folder, files);
      await verify(folder, nodeFileOperations, done);
      return count();
    });
    // Opening, three replacements of six operations each, two appends and a removal at least.
    expect(stops).toBeGreaterThan(30);
  });
});

describe("a store whose machine loses power", () => {
  for (const loss of LOSSES) {
    it(`has the old documents or the new ones when beside the synced ${loss} is left`, async () => {
      const stops = await atEachOperation(async (stopAt) => {
        const medium = new PowerLossFiles();
        await prepare("/state", medium);
        const { files, count } = crashingFiles(medium, stopAt);
        const done = await runUntilKilled("/state", files);
        medium.losePower(loss);
        await verify("/state", medium, done);
        return count();
      });
      expect(stops).toBeGreaterThan(30);
    });
  }

  it("would be caught without syncing files or the folder", async () => {
    for (const forgetful of ["sync", "syncFolder"] as const) {
      const medium = new PowerLossFiles();
      await prepare("/state", medium);
      const files: FileOperations = {
        ...crashingFiles(medium, Number.POSITIVE_INFINITY).files,
        ...(forgetful === "syncFolder"
          ? { syncFolder: async () => {} }
          : {
              open: async (path, how) => ({ ...(await medium.open(path, how)), sync: async () => {} }),
            }),
      };
      const done = await runUntilKilled("/state", files);
      medium.losePower(forgetful === "sync" ? "names" : "octets");
      await expect(verify("/state", medium, done)).rejects.toThrow();
    }
  });
});
