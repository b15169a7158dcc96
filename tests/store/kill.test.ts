import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { openFileStorage } from "../../services/store/fileStorage.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

const HOOKS = fileURLToPath(new URL("./typescriptHooks.mjs", import.meta.url));
const WRITER = fileURLToPath(new URL("./writer.mjs", import.meta.url));
const KEY = new Uint8Array(32).fill(7);

it("has whole documents after kill -9 in the middle of writing, again and again", async () => {
  const folder = await temporaryFolder();
  for (let round = 0; round < 4; round++) {
    const writer = spawn(process.execPath, ["--import", HOOKS, WRITER, folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exit = once(writer, "exit");
    // It has written for at least one round then and goes on without a pause.
    const [said] = await Promise.race([once(writer.stdout, "data"), exit]);
    expect(String(said)).toBe("writing\n");
    await expect(openFileStorage({ folder, key: KEY })).rejects.toMatchObject({
      code: "locked",
      reason: expect.stringContaining(String(writer.pid)),
    });
    writer.kill("SIGKILL");
    expect(await exit).toEqual([null, "SIGKILL"]);

    const storage = await openFileStorage({ folder, key: KEY });
    for (const name of ["facts", "keys"]) {
      const found = (await storage.read(name)) ?? new Uint8Array(0);
      expect(found.length).toBeGreaterThanOrEqual(20_000);
      expect(found.every((octet) => octet === found[0])).toBe(true);
    }
    const log = (await storage.read("log")) ?? new Uint8Array(0);
    expect(log.every((octet) => octet === 0x65)).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(["facts.doc", "keys.secret", "lock", "log.doc"]);
    await storage.close();
  }
});
