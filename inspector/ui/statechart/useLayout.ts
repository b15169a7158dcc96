/** The layout of a scene; while a new one is being made, the one before. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { remember, remembered } from "../state/remembered.ts";
import { canvasMeasure } from "./canvasMeasure.ts";
import { ELK, ElkEngine } from "./elkEngine.ts";
import type { Direction } from "./elkGraph.ts";
import { isKept, type KeptAnswers, kept } from "./keptAnswers.ts";
import { type Layout, Layouts } from "./layouts.ts";

import type { Scene } from "./scene.ts";

export interface LaidOut {
  readonly scene: Scene;
  readonly layout: Layout;
}

let shared: Layouts | undefined;

/** One for all statecharts on the page. */
export function layouts(): Layouts {
  if (shared === undefined) {
    const engine = new ElkEngine();
    engine.prepare();
    const family = getComputedStyle(document.documentElement).getPropertyValue("--sans");
    const { by, answers } = remembered(KEPT, NOTHING, isKept);
    const measure = canvasMeasure(family === "" ? "sans-serif" : family);
    shared = new Layouts(engine, measure, by === ELK ? answers : []);
  }
  return shared;
}

const KEPT = "chart-layouts";
const NOTHING: KeptAnswers = { by: "", answers: [] };
/** The browser is told when this long no layout has been made. */
const QUIET_MS = 1_000;
let saving: ReturnType<typeof setTimeout> | undefined;

function keep({ answers }: Layouts): void {
  clearTimeout(saving);
  saving = setTimeout(() => remember(KEPT, kept(answers, ELK)), QUIET_MS);
}

export interface LayoutState {
  /** What is to be drawn: of the scene that was asked for, or, while that is being laid out, of the one before. */
  readonly laid: LaidOut | undefined;
  readonly isPending: boolean;
}

/** `place` names what is looked at: of another place the drawing before is not shown. */
export function useLayout(scene: Scene, place: string, direction: Direction | "auto", across: boolean): LayoutState {
  const [, redraw] = useState(0);
  const shown = useRef<(LaidOut & { readonly place: string }) | undefined>(undefined);
  const request = useMemo(() => ({ scene, place, direction, across }), [scene, place, direction, across]);
  // Of nothing there is no drawing: what comes first is a tree until it is laid out.
  const known = useMemo(() => (scene.machines.length === 0 ? undefined : layouts().known(request)), [request]);
  const waiting = useRef<{ next: typeof request | undefined; busy: boolean }>({ next: undefined, busy: false });
  if (known !== undefined) {
    waiting.current.next = undefined;
    if (shown.current?.layout !== known) shown.current = { scene, place, layout: known };
  }
  const isPending = known === undefined && scene.machines.length > 0 && shown.current?.scene !== scene;
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
        shown.current = { scene: asked.scene, place: asked.place, layout };
        redraw((count) => count + 1);
      }
      keep(layouts());
      work.busy = false;
    };
    void run();
  }, [request, known]);
  const isHere = shown.current?.place === place && scene.machines.length > 0;
  return { laid: isHere ? shown.current : undefined, isPending };
}
