import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type FileOperations, nodeFileOperations } from "../../services/store/fileOperations.ts";
import { type FileStorage, type FileStorageOptions, openFileStorage } from "../../services/store/fileStorage.ts";
import { describeStorage } from "./storageContract.ts";
import { temporaryFolder } from "./temporaryFolder.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined) => content && new TextDecoder().decode(content);
const KEY = new Uint8Array(32).fill(7);

const opened: FileStorage[] = [];
async function open(options: FileStorageOptions, files?: FileOperations): Promise<FileStorage> {
  const storage = await openFileStorage(options, files);
  opened.push(storage);
  return storage;
}
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});

describeStorage("a folder", async () => open({ folder: await temporaryFolder() }));
describeStorage("a folder with a key", async () => open({ folder: await temporaryFolder(), key: KEY }));

describe("a folder of documents", () => {
  it("finds everything again after it was closed and opened", async () => {
    const folder = await temporaryFolder();
    const before = await open({ folder, key: KEY });
    await before.write("facts", bytes("public"));
    await before.write("keys", bytes("hidden"), { secret: true });
    await before.append("log", bytes("one "));
    await before.close();
    const after = await open({ folder, key: KEY });
    expect(await after.append("log", bytes("two"))).toBe(7);
    expect(text(await after.read("facts"))).toBe("public");
    expect(text(await after.read("keys"))).toBe("hidden");
    expect(await after.length("keys")).toBe(6);
    expect(text(await after.read("log"))).toBe("one two");
  });

  it("is closed to everybody but its owner, files too", async () => {
    const folder = join(await temporaryFolder(), "deep", "state");
    const storage = await open({ folder });
    await storage.write("facts", bytes("x"));
    await storage.write("keys", bytes("x"), { secret: true });
    await storage.append("log", bytes("x"));
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const file of await readdir(folder)) expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
  });

  it("closes a folder that was open to others", async () => {
    const folder = join(await temporaryFolder(), "state");
    await mkdir(folder);
    await chmod(folder, 0o755);
    await open({ folder });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it("clears away what a crash left, and touches no file that is not its own", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "facts.doc.tmp"), "half");
    await writeFile(join(folder, "keys.secret.tmp"), "half");
    await writeFile(join(folder, "notes.tmp"), "a user's");
    await open({ folder });
    expect((await readdir(folder)).sort()).toEqual(["lock", "notes.tmp"]);
  });

  it("says what the file system said, where, and what to do", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "file"), "");
    await expect(open({ folder: join(folder, "file") })).rejects.toMatchObject({
      name: "StoreError",
      code: "io",
      file: join(folder, "file"),
      message: expect.stringMatching(/EEXIST|ENOTDIR/),
    });
  });

  it("cuts a failed append off, so that the next one follows what was whole", async () => {
    const folder = await temporaryFolder();
    let full = false;
    const files: FileOperations = {
      ...nodeFileOperations,
      async open(path, how) {
        const file = await nodeFileOperations.open(path, how);
        return {
          ...file,
          async write(content) {
            if (!full) return file.write(content);
            await file.write(content.subarray(0, 3));
            throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
          },
        };
      },
    };
    const storage = await open({ folder }, files);
    await storage.append("log", bytes("one "));
    full = true;
    await expect(storage.append("log", bytes("lost"))).rejects.toMatchObject({ code: "io", cure: /room/ });
    full = false;
    expect(await storage.append("log", bytes("two"))).toBe(7);
    expect(text(await storage.read("log"))).toBe("one two");
  });

  it("keeps the old document when a write fails, and goes on", async () => {
    const folder = await temporaryFolder();
    let broken = false;
    const files: FileOperations = {
      ...nodeFileOperations,
      rename: (from, to) => (broken ? Promise.reject(new Error("broken")) : nodeFileOperations.rename(from, to)),
    };
    const storage = await open({ folder }, files);
    await storage.write("facts", bytes("old"));
    broken = true;
    await expect(storage.write("facts", bytes("new"))).rejects.toMatchObject({ code: "io" });
    expect(text(await storage.read("facts"))).toBe("old");
    broken = false;
    await storage.write("facts", bytes("newer"));
    expect(text(await storage.read("facts"))).toBe("newer");
    expect((await readdir(folder)).sort()).toEqual(["facts.doc", "lock"]);
  });

  it("never has more than one write of a document waiting", async () => {
    const folder = await temporaryFolder();
    let writes = 0;
    const files: FileOperations = {
      ...nodeFileOperations,
      rename(from, to) {
        writes++;
        return nodeFileOperations.rename(from, to);
      },
    };
    const storage = await open({ folder }, files);
    await Promise.all(Array.from({ length: 1000 }, (_, index) => storage.write("facts", bytes(String(index)))));
    expect(text(await storage.read("facts"))).toBe("999");
    expect(writes).toBeLessThanOrEqual(2);
  });

  it("refuses a file that is larger than any document, unread", async () => {
    const folder = await temporaryFolder();
    const files: FileOperations = {
      ...nodeFileOperations,
      size: async () => 2 ** 40,
      read: () => Promise.reject(new Error("was read")),
    };
    await writeFile(join(folder, "facts.doc"), "x");
    const storage = await open({ folder }, files);
    await expect(storage.read("facts")).rejects.toMatchObject({ code: "tooLarge" });
  });

  it("refuses everything once it is closed", async () => {
    const storage = await open({ folder: await temporaryFolder() });
    const last = storage.write("facts", bytes("last"));
    await storage.close();
    await last;
    await expect(storage.read("facts")).rejects.toMatchObject({ code: "closed" });
    await expect(storage.write("facts", bytes("x"))).rejects.toMatchObject({ code: "closed" });
  });
});

describe("secret documents", () => {
  const CANARY = "canary-0123456789abcdef";

  async function filesWithCanary(folder: string): Promise<string[]> {
    const found: string[] = [];
    for (const file of await readdir(folder)) {
      if ((await readFile(join(folder, file))).includes(CANARY)) found.push(file);
    }
    return found;
  }

  it("lie in files of their own", async () => {
    const folder = await temporaryFolder();
    const storage = await open({ folder });
    await storage.write("facts", bytes("public"));
    await storage.write("keys", bytes(CANARY), { secret: true });
    expect(await filesWithCanary(folder)).toEqual(["keys.secret"]);
  });

  it("lie nowhere in clear when there is a key", async () => {
    const folder = await temporaryFolder();
    const storage = await open({ folder, key: KEY });
    await storage.write("keys", bytes(CANARY), { secret: true });
    expect(await filesWithCanary(folder)).toEqual([]);
    expect(text(await storage.read("keys"))).toBe(CANARY);
  });

  it("are encrypted with another nonce each time", async () => {
    const folder = await temporaryFolder();
    const storage = await open({ folder, key: KEY });
    await storage.write("keys", bytes(CANARY), { secret: true });
    const once = await readFile(join(folder, "keys.secret"));
    await storage.write("keys", bytes(CANARY), { secret: true });
    const twice = await readFile(join(folder, "keys.secret"));
    expect(once.subarray(0, 4)).toEqual(twice.subarray(0, 4));
    expect(once.subarray(4)).not.toEqual(twice.subarray(4));
  });

  it("are encrypted at the first opening with a key", async () => {
    const folder = await temporaryFolder();
    const before = await open({ folder });
    await before.write("keys", bytes(CANARY), { secret: true });
    await before.close();
    const after = await open({ folder, key: KEY });
    expect(await filesWithCanary(folder)).toEqual([]);
    expect(text(await after.read("keys"))).toBe(CANARY);
  });

  it("leave no public copy when a document becomes secret, and come back when it becomes public", async () => {
    const folder = await temporaryFolder();
    const storage = await open({ folder });
    await storage.write("keys", bytes(CANARY));
    await storage.write("keys", bytes(CANARY), { secret: true });
    expect(await filesWithCanary(folder)).toEqual(["keys.secret"]);
    await storage.write("keys", bytes("no secret"));
    expect(await readdir(folder)).toEqual(expect.arrayContaining(["keys.doc"]));
    expect(await readdir(folder)).not.toContain("keys.secret");
    expect(text(await storage.read("keys"))).toBe("no secret");
  });

  const failures = [
    { what: "another key", key: new Uint8Array(32).fill(8), code: "key" },
    { what: "no key", key: undefined, code: "key" },
  ];
  for (const { what, key, code } of failures) {
    it(`do not open with ${what}, and stay as they are`, async () => {
      const folder = await temporaryFolder();
      const before = await open({ folder, key: KEY });
      await before.write("keys", bytes(CANARY), { secret: true });
      await before.close();
      const after = await open({ folder, ...(key && { key }) });
      await expect(after.read("keys")).rejects.toMatchObject({ code, file: join(folder, "keys.secret") });
      await after.close();
      const again = await open({ folder, key: KEY });
      expect(text(await again.read("keys"))).toBe(CANARY);
    });
  }

  it("do not open when an octet was changed, or under another name", async () => {
    const folder = await temporaryFolder();
    const before = await open({ folder, key: KEY });
    await before.write("keys", bytes(CANARY), { secret: true });
    await before.close();
    const sealed = await readFile(join(folder, "keys.secret"));
    await writeFile(join(folder, "other.secret"), sealed);
    for (let at = 4; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await writeFile(join(folder, `changed-${at}.secret`), changed);
    }
    await writeFile(join(folder, "rubbish.secret"), "rubbish");
    await writeFile(join(folder, "short.secret"), sealed.subarray(0, 20));
    const storage = await open({ folder, key: KEY });
    await expect(storage.read("other")).rejects.toMatchObject({ code: "key" });
    for (let at = 4; at < sealed.length; at++) {
      await expect(storage.read(`changed-${at}`)).rejects.toMatchObject({ code: "key" });
    }
    await expect(storage.read("rubbish")).rejects.toMatchObject({ code: "corrupt" });
    await expect(storage.read("short")).rejects.toMatchObject({ code: "corrupt" });
  });

  it("are not appended to", async () => {
    const storage = await open({ folder: await temporaryFolder() });
    await storage.write("keys", bytes("x"), { secret: true });
    await expect(storage.append("keys", bytes("y"))).rejects.toMatchObject({ code: "secret" });
  });

  it("need a key of 32 octets", async () => {
    const folder = await temporaryFolder();
    await expect(open({ folder, key: new Uint8Array(16) })).rejects.toMatchObject({ code: "key" });
  });
});
