/** What only a process of its own can show: signals, pipes, how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Testbed } from "../../testbed/index.ts";
import { builtCommand } from "./support/builtCommand.ts";
import { Captured } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";
import { startServers, writeConfig } from "./support/testbed.ts";

const path = testFolder();
const command = builtCommand();

let testbed: Testbed;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  testbed = await startServers();
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await testbed.close();
});

function start(...argv: readonly string[]) {
  const child = spawn(process.execPath, [command, ...argv], { stdio: "pipe" });
  children.add(child);
  const [stdout, stderr] = [new Captured(), new Captured()];
  child.stdout.pipe(stdout);
  child.stderr.pipe(stderr);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("close", (code, signal) => {
      children.delete(child);
      resolve({ code, signal });
    });
  });
  return { child, stdout, stderr, ended };
}

async function startRegistered() {
  const running = start("run", "--config", writeConfig(path("carrier.json"), testbed), "--json");
  await running.stdout.until('"semantic":"registered"');
  return running;
}

describe("the process", () => {
  it("ends with the command's exit code", async () => {
    const version = start("--version");
    expect(await version.ended).toEqual({ code: 0, signal: null });
    const wrong = start("charts", "check", "none.jsonl", "edition-3-bootstrap");
    expect(await wrong.ended).toEqual({ code: 2, signal: null });
    expect(wrong.stderr.text).toMatch(/^✖ none\.jsonl/);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("deregisters and ends with 0 at %s", async (signal) => {
    const { child, stdout, stderr, ended } = await startRegistered();
    child.kill(signal);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(stdout.records.at(-1)).toMatchObject({ kind: "result", ok: true, reason: `stopped by ${signal}` });
    expect(testbed.management.devices).toHaveLength(0);
    expect(stderr.text).toBe("");
  });

  it("ends at once at a second signal", async () => {
    const { child, stdout, ended } = await startRegistered();
    await testbed.management.disappear();
    try {
      child.kill("SIGINT");
      await stdout.until('"event":"server.deregister"');
      child.kill("SIGINT");
      expect(await ended).toEqual({ code: 130, signal: null });
      expect(stdout.text).not.toContain('"kind":"result"');
    } finally {
      await testbed.management.appear();
    }
  });

  it("says nothing when whoever read its output has gone", async () => {
    const { child, stdout, stderr, ended } = start("demo", "--json");
    await stdout.until('"kind":"run"');
    child.stdout.destroy();
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(stderr.text).toBe("");
  });

  it("ends by itself after quit, with its input still open", async () => {
    const { child, ended } = await startRegistered();
    child.stdin.write("quit\n");
    expect(await ended).toEqual({ code: 0, signal: null });
  });
});
