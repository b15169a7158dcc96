/** How somebody likes to see the chart, and which times its times are. */
import { useMemo, useState } from "preact/hooks";
import type { App } from "../app.ts";
import { remember, remembered } from "../state/remembered.ts";
import type { SequenceRows } from "./rows.ts";
import { isSettings, rememberable, type SequenceSettings, USUAL } from "./settings.ts";

export function useSettings(): readonly [SequenceSettings, (change: Partial<SequenceSettings>) => void] {
  const [settings, set] = useState(() => remembered("sequence", USUAL, isSettings));
  const change = (some: Partial<SequenceSettings>) => {
    const next = { ...settings, ...some };
    set(next);
    remember("sequence", rememberable(next));
  };
  return [settings, change];
}

export interface RunTimes {
  /** Time of the device's first record. */
  readonly start: number;
  readonly wallAtZero: number | undefined;
}

/** From when on, and on which day, the run's times are. */
export function useRunTimes(app: App, rows: SequenceRows): RunTimes {
  const { session } = app.entry;
  const { device } = app.view;
  const isThere = session.length > 0;
  // It stays the first one until the rows begin anew.
  const start = useMemo(() => {
    for (let index = 0; index < session.length; index++) {
      const record = session.at(index);
      if (record.device === device) return record.time;
    }
    return 0;
  }, [rows, device, isThere]);
  return { start, wallAtZero: session.live.devices.get(device)?.wallAtZero };
}
