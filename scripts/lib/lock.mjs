/**
 * One set-up at a time in a checkout: a file that names the process which holds it.
 * A holder that died without a word (`kill -9`) is recognised by its process id and replaced.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 100;

/**
 * @param {string} file
 * @param {{ signal?: AbortSignal, onWait?: (holder: number) => void }} [options] `onWait` is called once, when another
 *   process holds the lock
 * @returns {Promise<() => void>} gives the lock back
 */
export async function acquireLock(file, { signal, onWait } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  let waited = false;
  for (;;) {
    if (tryCreate(file)) return () => rmSync(file, { force: true });
    const holder = holderOf(file);
    if (holder !== undefined && !isAlive(holder)) {
      removeStale(file, holder);
      continue;
    }
    if (!waited && holder !== undefined) onWait?.(holder);
    waited ||= holder !== undefined;
    await delay(POLL_MS, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  }
}

/**
 * The file appears with its content or not at all: it is written beside and then linked.
 * @param {string} file
 */
function tryCreate(file) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * @param {string} file
 * @returns {number | undefined} undefined when the lock was given back meanwhile
 */
function holderOf(file) {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * Two waiters may find the same dead holder; the slower one must not take away the faster one's new lock.
 * @param {string} file
 * @param {number} deadHolder
 */
function removeStale(file, deadHolder) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (holderOf(aside) !== deadHolder) {
    try {
      linkSync(aside, file);
    } catch {
      // A third process has the lock by now.
    }
  }
  rmSync(aside, { force: true });
}
