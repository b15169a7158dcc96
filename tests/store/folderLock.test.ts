import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { nodeFileOperations } from "../../services/store/fileOperations.ts";
import { openFileStorage } from "../../services/store/fileStorage.ts";
import { lockFolder, type ProcessView, thisProcess } from "../../services/store/folderLock.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

const processOf = (pid: number, started: number, alive: readonly number[]): ProcessView => ({
  self: { pid, started },
  isAlive: (other) => alive.includes(other),
});

describe("the lock of a folder", () => {
  it("keeps a second opening out and names the process", async () => {
    const folder = await temporaryFolder();
    const storage = await openFileStorage({ folder });
    await expect(openFileStorage({ folder })).rejects.toMatchObject({
      code: "locked",
      message: expect.stringContaining(String(process.pid)),
    });
    await storage.close();
    await (await openFileStorage({ folder })).close();
  });

  it("keeps another live process out", async () => {
    const folder = await temporaryFolder();
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"]);
    await once(child, "spawn");
    await writeFile(join(folder, "lock"), JSON.stringify({ pid: child.pid, started: 1 }));
    await expect(openFileStorage({ folder })).rejects.toMatchObject({
      code: "locked",
      reason: expect.stringContaining(`process ${child.pid}`),
    });
    child.kill();
    await once(child, "exit");
    await (await openFileStorage({ folder })).close();
  });

  it("is taken over from a dead process, and from an earlier one with the same id", async () => {
    const folder = await temporaryFolder();
    for (const stale of [
      { pid: 41, started: 1 },
      { pid: 42, started: 1 },
    ]) {
      await writeFile(join(folder, "lock"), JSON.stringify(stale));
      const unlock = await lockFolder(folder, nodeFileOperations, processOf(42, 2, [42]));
      expect(await readdir(folder)).toEqual(["lock"]);
      await unlock();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it("is taken over when it names nobody", async () => {
    const folder = await temporaryFolder();
    for (const content of ["", "{", "{}", '{"pid":-1,"started":1}', "null"]) {
      await writeFile(join(folder, "lock"), content);
      await (await openFileStorage({ folder })).close();
    }
  });

  it("is given to one of two that find the same dead holder", async () => {
    const folder = await temporaryFolder();
    for (let round = 0; round < 20; round++) {
      await writeFile(join(folder, "lock"), JSON.stringify({ pid: 40, started: 1 }));
      const outcomes = await Promise.allSettled(
        [41, 42].map((pid) => lockFolder(folder, nodeFileOperations, processOf(pid, pid, [41, 42]))),
      );
      const taken = outcomes.filter((outcome) => outcome.status === "fulfilled");
      expect(taken).toHaveLength(1);
      for (const outcome of taken) await outcome.value();
    }
  });

  it("knows live processes from dead ones", async () => {
    const child = spawn(process.execPath, ["-e", "0"]);
    const pid = child.pid ?? 0;
    await once(child, "exit");
    expect(thisProcess.isAlive(process.pid)).toBe(true);
    expect(thisProcess.isAlive(pid)).toBe(false);
  });
});
