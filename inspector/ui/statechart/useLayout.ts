/** The layout of a scene; while a new one is being made, the one before. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { canvasMeasure } from "./canvasMeasure.ts";
import { ElkEngine } from "./elkEngine.ts";
import type { Direction } from "./elkGraph.ts";
import { type Layout, Layouts } from "./layouts.ts";

import type { Scene } from "./scene.ts";

export interface LaidOut {
  readonly scene: Scene;
  readonly layout: Layout;
}

let shared: Layouts | undefined;

/** One for all statecharts on the page. ELK is fetched as soon as one of them is there, before anything has come to draw. */
function layouts(): Layouts {
  if (shared === undefined) {
    const engine = new ElkEngine();
    engine.prepare();
    const family = getComputedStyle(document.documentElement).getPropertyValue("--sans");
    shared = new Layouts(engine, canvasMeasure(family === "" ? "sans-serif" : family));
  }
  return shared;
}

export function useLayout(scene: Scene, direction: Direction | "auto", across: boolean): LaidOut | undefined {
  const [, redraw] = useState(0);
  const shown = useRef<LaidOut | undefined>(undefined);
  const request = useMemo(() => ({ scene, direction, across }), [scene, direction, across]);
  // Of nothing there is no drawing: what comes first is a tree until it is laid out.
  const known = useMemo(() => (scene.machines.length === 0 ? undefined : layouts().known(request)), [request]);
  if (scene.machines.length === 0) shown.current = undefined;
  const waiting = useRef<{ next: typeof request | undefined; busy: boolean }>({ next: undefined, busy: false });
  if (known !== undefined) {
    waiting.current.next = undefined;
    if (shown.current?.layout !== known) shown.current = { scene, layout: known };
  }
  useEffect(() => {
    if (known !== undefined || request.scene.machines.length === 0) return;
    // One layout at a time: of those asked for meanwhile the newest alone is made.
    const work = waiting.current;
    work.next = request;
    if (work.busy) return;
    work.busy = true;
    const run = async (): Promise<void> => {
      for (;;) {
        const asked: typeof request | undefined = work.next;
        if (asked === undefined) break;
        work.next = undefined;
        const layout = await layouts().layout(asked);
        shown.current = { scene: asked.scene, layout };
        redraw((count) => count + 1);
      }
      work.busy = false;
    };
    void run();
  }, [request, known]);
  return shown.current;
}
