/** The run's time for components that count down. */
import { useEffect, useState } from "preact/hooks";
import type { SessionView } from "../../../model/sessionContract.ts";
import type { DeviceWorld } from "../../../model/world.ts";
import type { App } from "../../app.ts";
import { useTheApp } from "../../state/useApp.ts";
import { RunClock } from "./runClock.ts";

/** How often it is told anew, ms. */
const TICK_MS = 250;

const clocks = new WeakMap<SessionView, Map<string, RunClock>>();

/** The clock of the device that is looked at. To be asked for with every change: by when records come it learns how fast time goes. */
export function runClockOf({ entry: { session }, view: { device } }: App): RunClock {
  const known = clocks.get(session) ?? new Map<string, RunClock>();
  clocks.set(session, known);
  const clock = known.get(device) ?? new RunClock();
  known.set(device, clock);
  const world = session.live.devices.get(device);
  if (world !== undefined) clock.look(world.time, performance.now(), world.frozen);
  return clock;
}

/**
 * ms of the run's clock of the device that is looked at: where the cursor stands, or, live, now. The component is drawn
 * again as time passes.
 */
export function useRunTime(): number {
  const app = useTheApp();
  const { entry, view } = app;
  const isLive = entry.state === "live" && view.cursor.index === "live";
  const [, tick] = useState(0);
  useEffect(() => {
    if (!isLive) return;
    const timer = setInterval(() => tick((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [isLive]);

  const world = (isLive ? entry.session.live : entry.session.worldAt(app.index)).devices.get(view.device);
  if (world === undefined) return 0;
  return isLive && world.result === undefined ? timeNow(app, world) : world.time;
}

function timeNow(app: App, { wallAtZero }: DeviceWorld): number {
  const wall = wallAtZero === undefined ? undefined : { now: Date.now(), atZero: wallAtZero };
  return runClockOf(app).now(performance.now(), wall);
}
