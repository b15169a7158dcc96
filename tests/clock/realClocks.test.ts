import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { FastClock } from "../../carrier/clock/fastClock.ts";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import type { Clock } from "../../ports/clock.ts";

const fires = (clock: Clock, ms: number) =>
  new Promise<number>((resolve) => clock.setTimeout(() => resolve(clock.now()), ms));

/** Long enough to be skipped when it looks idle, however many are at work at the same time. */
const ROUNDS = 200;

async function writeFiles(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "clock-"));
  const file = await open(join(folder, "file"), "w");
  for (let round = 0; round < ROUNDS; round++) {
    await file.write("some octets");
    await file.sync();
  }
  await file.close();
  await rm(folder, { recursive: true });
}

async function sendDatagrams(): Promise<void> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  for (let round = 0; round < 10 * ROUNDS; round++) {
    socket.send("datagram", socket.address().port, "127.0.0.1");
    await once(socket, "message");
  }
  socket.close();
}

async function lookUpNames(): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) await lookup("localhost");
}

describe.each([
  ["system clock", 1, () => new SystemClock()],
  ["fast clock", 1_000, () => new FastClock({ speed: 1_000 })],
  ["skipping clock", 1, () => new FastClock({ skipIdle: true })],
] as const)("%s", (_name, speed, make) => {
  it("fires timers in order, not before they are due", async () => {
    const clock = make();
    const order: string[] = [];
    // Time stands still while they are made: what holds the process up has no influence.
    clock.pause();
    const start = clock.now();
    const all = [
      fires(clock, 30 * speed).then((at) => order.push(at - start >= 29.9 * speed ? "second" : "early")),
      fires(clock, 10 * speed).then((at) => order.push(at - start >= 9.9 * speed ? "first" : "early")),
    ];
    clock.resume();
    await Promise.all(all);
    expect(order).toEqual(["first", "second"]);
  });

  it("fires timers in order of their time, however long the process is held up meanwhile", async () => {
    const clock = make();
    // Fractions apart, made out of order, and each takes longer than the next one is away.
    const offsets = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) * 0.13);
    const order: number[] = [];
    clock.pause();
    const all = offsets.map(async (offset) => {
      await fires(clock, (3 + offset) * speed);
      order.push(offset);
      for (const until = performance.now() + 0.3; performance.now() < until; );
    });
    clock.resume();
    await Promise.all(all);
    expect(order).toEqual([...offsets].sort((a, b) => a - b));
  });

  it("fires nothing more when a timer pauses it, however much was due with it", async () => {
    const clock = make();
    const fired: string[] = [];
    const paused = new Promise<void>((resolve) => {
      clock.setTimeout(() => {
        fired.push("first");
        clock.pause();
        resolve();
      }, 5 * speed);
    });
    const all = new Promise<void>((resolve) => {
      clock.setTimeout(() => fired.push("second"), 5 * speed);
      clock.setTimeout(
        () => {
          fired.push("third");
          resolve();
        },
        5 * speed + 0.1,
      );
    });
    await paused;
    await fires(new SystemClock(), 30);
    expect(fired).toEqual(["first"]);
    clock.resume();
    await all;
    expect(fired).toEqual(["first", "second", "third"]);
  });

  it("never goes back", async () => {
    const clock = make();
    const told: number[] = [];
    for (let round = 0; round < 5; round++) {
      told.push(clock.now());
      await Promise.all([fires(clock, 3).then((at) => told.push(at)), fires(clock, 1).then((at) => told.push(at))]);
      told.push(clock.now());
    }
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it("fires nothing that was cleared, and nothing while paused", async () => {
    const clock = make();
    const fired: string[] = [];
    clock.clearTimeout(clock.setTimeout(() => fired.push("cleared"), speed));
    const held = fires(clock, speed).then(() => fired.push("held"));
    clock.pause();
    const stood = clock.now();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([fired, clock.now()]).toEqual([[], stood]);
    clock.resume();
    await held;
    expect(fired).toEqual(["held"]);
  });

  it("ignores clearing what was never set", () => {
    expect(() => make().clearTimeout(undefined)).not.toThrow();
  });
});

describe("fast clock", () => {
  it("skips a wait of a day when nothing else happens", async () => {
    const clock = new FastClock({ skipIdle: true });
    const wall = clock.wall();
    const began = performance.now();
    const at = await fires(clock, 86_400_000);
    expect(at).toBeGreaterThanOrEqual(86_400_000);
    expect(clock.wall() - wall).toBeGreaterThanOrEqual(86_400_000);
    expect(performance.now() - began).toBeLessThan(60_000);
  });

  it("does not skip while the process works", async () => {
    const clock = new FastClock({ skipIdle: true });
    let fired = false;
    clock.setTimeout(() => {
      fired = true;
    }, 3_600_000);
    const until = performance.now() + 150;
    while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
    expect(fired).toBe(false);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["files are written", writeFiles],
    ["datagrams arrive", sendDatagrams],
    ["names are looked up", lookUpNames],
  ])("does not skip while %s", async (_what, work) => {
    const clock = new FastClock({ skipIdle: true });
    let fired = false;
    clock.setTimeout(() => {
      fired = true;
    }, 3_600_000);
    await work();
    expect(fired).toBe(false);
    clock.pause();
  });

  it("does not skip while something is under way in another process, and goes on when that has come", async () => {
    const clock = new FastClock({ skipIdle: true });
    const echo = spawn(process.execPath, ["-e", "setTimeout(() => process.stdout.write('back'), 200)"]);
    let underWay = true;
    const release = clock.hold(() => underWay);
    let fired = false;
    const timer = fires(clock, 3_600_000).then(() => {
      fired = true;
    });
    await once(echo.stdout, "data");
    expect(fired).toBe(false);
    underWay = false;
    await timer;
    underWay = true;
    release();
    await fires(clock, 3_600_000);
  });

  it("does not count the time in which the machine did other things, where it skips waits", () => {
    const [skipping, real] = [new FastClock({ skipIdle: true }), new FastClock()];
    const before = [skipping.now(), real.now()] as const;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    expect(real.now() - before[1]).toBeGreaterThanOrEqual(290);
    expect(skipping.now() - before[0]).toBeLessThan(150);
  });

  it("runs as many times faster as it was told", async () => {
    const clock = new FastClock({ speed: 10_000 });
    await fires(clock, 60_000);
    expect(clock.now()).toBeGreaterThanOrEqual(60_000);
  });
});

describe("system clock", () => {
  it("holds timers longer than Node's own can be", () => {
    const clock = new SystemClock();
    let fired = false;
    const timer = clock.setTimeout(() => {
      fired = true;
    }, 2 ** 40);
    clock.clearTimeout(timer);
    expect(fired).toBe(false);
  });
});
