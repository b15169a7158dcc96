/** A machine that has everything that a statechart can have, run for real, and the drawing of it by ELK itself. */
import Elk from "elkjs/lib/elk.bundled.js";
import { type AnyActorRef, createActor, createMachine, fromPromise, setup } from "xstate";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { Session } from "../../inspector/model/session.ts";
import { buildScene, type SceneOptions } from "../../inspector/ui/statechart/buildScene.ts";
import type { Drawing, Rect } from "../../inspector/ui/statechart/drawing.ts";
import { familyOf, type Member } from "../../inspector/ui/statechart/family.ts";
import { type Engine, type LayoutRequest, Layouts } from "../../inspector/ui/statechart/layouts.ts";
import { estimatedWidth } from "../../inspector/ui/statechart/measure.ts";
import type { Scene } from "../../inspector/ui/statechart/scene.ts";
import type { Unfolding, UnfoldingMode } from "../../inspector/ui/statechart/unfolding.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { VirtualClock } from "../support/virtualClock.ts";

const pump = createMachine({
  id: "pump",
  initial: "off",
  states: {
    off: { on: { start: "running" } },
    running: { on: { stop: "off" }, initial: "slow", states: { slow: { on: { faster: "fast" } }, fast: {} } },
  },
});

/** A parallel machine with a compound region, history, a final state, invocations, a spawned machine and a far edge. */
export const plant = setup({
  actors: { pump, measure: fromPromise(() => new Promise<number>(() => {})) },
  guards: { isSafe: () => true, isBroken: () => false },
  delays: { grace: 5_000 },
}).createMachine({
  id: "plant",
  initial: "idle",
  states: {
    idle: {
      description: "Nothing is asked for.",
      meta: { spec: "Plant manual 2.1" },
      on: {
        begin: [{ guard: "isBroken", target: "ended" }, { guard: "isSafe", target: "working" }, { target: "idle" }],
        nod: {},
      },
    },
    working: {
      type: "parallel",
      on: { halt: "ended", rest: "idle" },
      states: {
        water: {
          initial: "cold",
          states: {
            cold: { invoke: { id: "pump", src: "pump" }, on: { heat: "warming" } },
            warming: {
              invoke: { src: "measure", onDone: "hot", onError: "#plant.ended" },
              after: { grace: "hot" },
            },
            hot: { on: { cool: "cold" } },
            before: { type: "history" },
          },
        },
        lamp: { initial: "dark", states: { dark: { on: { light: "bright" } }, bright: { on: { light: "dark" } } } },
      },
    },
    ended: { type: "final" },
  },
});

export interface Run {
  readonly session: Session;
  readonly actor: AnyActorRef;
  readonly clock: VirtualClock;
  /** The newest record's index. */
  index(): number;
}

/** The machine running, with every record of it in a session. */
export function run(machine: Parameters<typeof createActor>[0] = plant): Run {
  const session = new Session();
  const clock = new VirtualClock();
  const inspector = createInspector({ sink: (record: TraceRecord) => session.append([record]) });
  const actor = createActor(machine, {
    clock: {
      setTimeout: (work: () => void, ms: number) => clock.setTimeout(work, ms),
      clearTimeout: (timer: never) => clock.clearTimeout(timer),
    },
  } as never);
  inspector.watch(actor, { clock, device: "plant" });
  actor.start();
  return { session, actor, clock, index: () => session.length - 1 };
}

export function familyAt({ session }: Run, index = session.length - 1): readonly Member[] {
  return familyOf(session.worldAt(index), "plant");
}

export function sceneOf(
  family: readonly Member[],
  mode: UnfoldingMode = "follow",
  options: Partial<SceneOptions> & { readonly chosen?: Unfolding["chosen"] } = {},
): Scene {
  const { chosen = new Map(), ...others } = options;
  return buildScene(family, { unfolding: { mode, chosen }, far: "rows", ...others });
}

export const elk: Engine = new (Elk as unknown as new () => Engine)();

export async function drawingOf(scene: Scene, options: Partial<LayoutRequest> = {}): Promise<Drawing> {
  const layout = await new Layouts(elk, estimatedWidth).layout({ scene, direction: "auto", across: false, ...options });
  if (layout.kind === "none") throw new Error(layout.reason);
  return layout.drawing;
}

export function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function holds(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}
