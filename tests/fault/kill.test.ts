import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { isEvent, type Line, type Process, startServers } from "./support.ts";

let world: Awaited<ReturnType<typeof startServers>>;
const started: Process[] = [];

beforeEach(async () => {
  world = await startServers();
});

afterEach(async () => {
  for (const process of started.splice(0)) await process.end("SIGKILL");
  await world.close();
});

function run(): Process {
  const process = world.run();
  started.push(process);
  return process;
}

const isDownloading = (line: Line): boolean => line.kind === "http" && line.phase === "progress";

describe("a carrier that is killed", () => {
  it("after BOOTSTRAPPED registers when it is started again, without a second bootstrap", async () => {
    const first = run();
    await first.line(isEvent("bootstrapped"));
    expect(await first.end("SIGKILL")).toBe("SIGKILL");
    const second = run();
    await second.line(isEvent("registered"));
    expect(second.lines.filter(isEvent("bootstrapped"))).toEqual([]);
    expect(second.lines.filter(({ kind, to }) => kind === "coap" && to === "bootstrap")).toEqual([]);
  });

  it("at any moment comes back and registers", async () => {
    for (const records of [1, 10, 25, 45, 60, 75, 90, 105, 120, 135, 150]) {
      const process = run();
      await Promise.race([process.line(() => process.lines.length >= records), process.line(isEvent("registered"))]);
      await process.end("SIGKILL");
    }
    const last = run();
    await last.line(isEvent("registered"));
    expect(last.lines.filter(({ kind }) => kind === "fault")).toEqual([]);
    // Twelve processes start one after the other.
  }, 240_000);

  it("while firmware is downloaded goes on at the modem's offset and finishes the update", async () => {
    const first = run();
    await first.line(isEvent("registered"));
    const { registration } = await world.servers.line(({ type }) => type === "registered");
    world.servers.command(`update ${(registration as { endpoint: string }).endpoint}`);
    await first.line(isDownloading);
    await first.end("SIGKILL");
    const second = run();
    await second.line(isEvent("fota.started"));
    await second.line(isEvent("fota.succeeded"));
    const request = second.lines.find(({ kind, phase }) => kind === "http" && phase === "request");
    expect(Number(request?.offset)).toBeGreaterThan(0);
  });
});

describe("a carrier that is told to end", () => {
  it("deregisters and exits 0 on SIGTERM; the next start registers without a bootstrap", async () => {
    const first = run();
    await first.line(isEvent("registered"));
    expect(await first.end("SIGTERM")).toBe(0);
    expect(first.lines.some(isEvent("deregistered"))).toBe(true);
    expect(first.lines.at(-1)).toMatchObject({ kind: "result", ok: true });
    const second = run();
    await second.line(isEvent("registered"));
    expect(second.lines.some(isEvent("bootstrapped"))).toBe(false);
  });

  it("says so when another process holds its store", async () => {
    const first = run();
    await first.line(isEvent("registered"));
    const second = run();
    expect(await second.ended).toBe(1);
    expect(second.errors).toMatch(/locked|in use|another/i);
  });
});
