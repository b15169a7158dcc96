import { expect, it } from "@jest/globals";
import { reopen } from "../../modem/at/port/reopen.ts";
import { VirtualClock } from "../support/virtualClock.ts";

it("tries at once, then at growing intervals, until the port is there", async () => {
  const clock = new VirtualClock();
  const attempts: number[] = [];
  const failures: string[] = [];
  const reopened = reopen(
    {
      open: async () => {
        attempts.push(clock.now());
        if (attempts.length < 5) throw new Error("not yet");
        return "port";
      },
      onFailure: (error) => failures.push((error as Error).message),
      clock,
      signal: new AbortController().signal,
      intervalsMs: [10, 100, 1_000],
    },
    () => {},
  );
  await clock.advanceAsync(5_000);
  expect(await reopened).toBe("port");
  expect(attempts).toEqual([0, 10, 110, 1_110, 2_110]);
  expect(failures).toHaveLength(4);
});

it("gives up when nobody wants the port any more, in the middle of a wait", async () => {
  const clock = new VirtualClock();
  const wanted = new AbortController();
  const reopened = reopen({ open: () => Promise.reject(new Error("away")), clock, signal: wanted.signal }, () => {});
  await clock.advanceAsync(1);
  wanted.abort();
  expect(await reopened).toBeUndefined();
});

it("hands back a port that comes too late", async () => {
  const wanted = new AbortController();
  const discarded: string[] = [];
  const reopened = reopen(
    {
      open: async () => {
        wanted.abort();
        return "port";
      },
      clock: new VirtualClock(),
      signal: wanted.signal,
    },
    (port) => discarded.push(port),
  );
  expect(await reopened).toBeUndefined();
  expect(discarded).toEqual(["port"]);
});
