/**
 * One process a folder: a file that names the process which holds it. The file appears with its content at once (it
 * is linked into place), so a reader never sees half of it.
 */
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { FileOperations } from "./fileOperations.ts";
import { errnoOf } from "./ioError.ts";
import { StoreError } from "./storeError.ts";

export const LOCK_FILE = "lock";

/** Who holds a lock. `started` tells a process from a later one with the same id, as containers have. */
export interface LockHolder {
  readonly pid: number;
  /** ms since 1970. */
  readonly started: number;
}

export interface ProcessView {
  readonly self: LockHolder;
  isAlive(pid: number): boolean;
}

export const thisProcess: ProcessView = {
  self: { pid: process.pid, started: Math.round(performance.timeOrigin) },
  isAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return errnoOf(error) === "EPERM";
    }
  },
};

/** A lock that a dead process left may be taken over by several at once; each tries again a few times. */
const ATTEMPTS = 5;

/** Takes the folder or throws a `StoreError` with code `locked`; returns what gives it back. */
export async function lockFolder(
  folder: string,
  files: FileOperations,
  view: ProcessView,
): Promise<() => Promise<void>> {
  const lock = join(folder, LOCK_FILE);
  const own = join(folder, `${LOCK_FILE}.${view.self.pid}.tmp`);
  await writeLock(own, files, view.self);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await tryLink(own, lock, files)) return () => ignoringAbsence(files.unlink(lock));
      const held = await readText(lock, files);
      if (held === undefined) continue;
      const holder = parseHolder(held);
      if (holder !== undefined && isHolding(holder, view)) throw lockedError(lock, holder.pid);
      await removeStale(lock, held, files, view.self.pid);
    }
  } finally {
    await ignoringAbsence(files.unlink(own));
  }
  throw lockedError(lock);
}

async function writeLock(path: string, files: FileOperations, holder: LockHolder): Promise<void> {
  const file = await files.open(path, "replace");
  try {
    await file.write(new TextEncoder().encode(JSON.stringify(holder)));
  } finally {
    await file.close();
  }
}

async function tryLink(from: string, to: string, files: FileOperations): Promise<boolean> {
  try {
    await files.link(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

function isHolding(holder: LockHolder, view: ProcessView): boolean {
  if (holder.pid === view.self.pid) return holder.started === view.self.started;
  return view.isAlive(holder.pid);
}

/** Moves the lock away before looking again: another process may have replaced the stale one in between. */
async function removeStale(lock: string, stale: string, files: FileOperations, pid: number): Promise<void> {
  const moved = `${lock}.${pid}.stale.tmp`;
  try {
    await files.rename(lock, moved);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw error;
  }
  if ((await readText(moved, files)) !== stale) await tryLink(moved, lock, files);
  await ignoringAbsence(files.unlink(moved));
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const { pid, started } = JSON.parse(text) as Partial<LockHolder>;
    return Number.isSafeInteger(pid) && (pid as number) > 0 && typeof started === "number"
      ? { pid: pid as number, started }
      : undefined;
  } catch {
    return undefined;
  }
}

async function readText(path: string, files: FileOperations): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.read(path));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function ignoringAbsence(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

function lockedError(lock: string, pid?: number): StoreError {
  const by = pid === undefined ? "other processes" : pid === process.pid ? `this process (${pid})` : `process ${pid}`;
  return new StoreError("locked", {
    file: lock,
    reason: `the folder is in use by ${by}`,
    cure: "stop that process or choose another folder; remove this file only when no carrier uses the folder",
  });
}
