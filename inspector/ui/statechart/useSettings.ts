/** How the statechart is looked at: what is open, which way it goes, what else is shown. Remembered by the browser. */
import { useMemo, useState } from "preact/hooks";
import { isOneOf, remember, remembered } from "../state/remembered.ts";
import type { Scene } from "./scene.ts";
import type { Look } from "./tools.tsx";
import { toggled, type Unfolding, type UnfoldingMode } from "./unfolding.ts";

export interface ChartSettings {
  readonly look: Look;
  readonly unfolding: Unfolding;
  change(look: Partial<Look>): void;
  unfold(mode: UnfoldingMode): void;
  /** Opens or closes boxes by hand. */
  setUnfolding(change: (unfolding: Unfolding) => Unfolding): void;
  toggle(scene: Scene): (box: string) => void;
}

export function useSettings(): ChartSettings {
  const [look, setLook] = useState<Look>(() => ({
    direction: remembered("chart-direction", "auto" as Look["direction"], isOneOf("auto", "DOWN", "RIGHT")),
    across: false,
    heat: false,
  }));
  const [unfolding, setUnfolding] = useState<Unfolding>(() => ({
    mode: remembered<UnfoldingMode>("chart-unfolding", "focus", isOneOf("focus", "follow", "all", "top")),
    chosen: new Map(),
  }));
  return useMemo(
    () => ({
      look,
      unfolding,
      change: (change) => {
        if (change.direction !== undefined) remember("chart-direction", change.direction);
        setLook((old) => {
          const { only, ...rest } = { ...old, ...change };
          return only === undefined || only === "" ? rest : { ...rest, only };
        });
      },
      unfold: (mode) => {
        remember("chart-unfolding", mode);
        setUnfolding({ mode, chosen: new Map() });
      },
      setUnfolding,
      toggle: (scene) => (id) => {
        const box = scene.boxes.get(id);
        if (box?.foldable) setUnfolding((old) => toggled(old, id, box.hidden > 0));
      },
    }),
    [look, unfolding],
  );
}
