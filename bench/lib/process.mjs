/** Processes of a measurement: each on a processor of its own where the machine has two, each tells what it found. */
import { execFileSync, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const BENCH = fileURLToPath(new URL("..", import.meta.url));
const PINS = availableParallelism() > 1 && hasTaskset();

/** What is measured runs on the one, what it is measured against on the other. */
export const CPU = { measured: 0, peer: 1 };

/**
 * Starts a script of this folder. It speaks by `process.send`.
 * @param {string} script path below bench
 * @param {{ args?: readonly unknown[], cpu?: number, nodeFlags?: readonly string[] }} [options]
 */
export function start(script, { args = [], cpu = CPU.measured, nodeFlags = [] } = {}) {
  const node = [process.execPath, ...nodeFlags, script, ...args.map(String)];
  const [command, ...rest] = pinned(node, cpu);
  const child = spawn(command, rest, { cwd: BENCH, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const messages = [];
  const waiting = [];
  child.on("message", (message) => {
    const next = waiting.shift();
    if (next === undefined) messages.push(message);
    else next.resolve(message);
  });
  const ended = new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => {
      for (const { reject } of waiting.splice(0)) reject(new Error(`${script} ended with ${code ?? signal}`));
      resolve(code ?? signal);
    });
  });
  return {
    /** The next message. Rejects when the process ends before. */
    message() {
      if (messages.length > 0) return Promise.resolve(messages.shift());
      if (child.exitCode !== null || child.signalCode !== null) {
        return Promise.reject(new Error(`${script} ended with ${child.exitCode ?? child.signalCode}`));
      }
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    send: (message) => child.send(message),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Runs a script of this folder to its one message. */
export async function measure(script, options) {
  const child = start(script, options);
  try {
    return await child.message();
  } finally {
    await child.stop();
  }
}

/** A command line that keeps to one processor. */
export function pinned(command, cpu) {
  return PINS ? ["taskset", "-c", String(cpu), ...command] : command;
}

function hasTaskset() {
  try {
    execFileSync("taskset", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
