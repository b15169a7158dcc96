/** The statechart of the device that is looked at, at the moment that is looked at. */
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import type { App } from "../app.ts";
import { useRunTime } from "../panels/shared/useRunTime.ts";
import { useApp } from "../state/useApp.ts";
import { Card } from "./card.tsx";
import { Chart } from "./chart.tsx";
import { standalone } from "./exportSvg.ts";
import { familyOf } from "./family.ts";
import { NoMachine, Said } from "./instead.tsx";
import { lookAt } from "./lookAt.ts";
import { activeBoxes, movesAt } from "./marks.ts";
import { NowBar } from "./nowBar.tsx";
import { numberOf } from "./sceneKey.ts";
import { Tools, Zoom } from "./tools.tsx";
import { membersOf, traitsOf } from "./traits.ts";
import { Tree, treeItemId } from "./tree.tsx";
import { useCamera } from "./useCamera.ts";
import { useFocus, useFollow } from "./useFollow.ts";
import { useHandling } from "./useHandling.ts";
import { layouts, useLayout } from "./useLayout.ts";
import { useScene } from "./useScene.ts";
import { useSearch } from "./useSearch.ts";
import { useSettings } from "./useSettings.ts";
import { durationText } from "./words.ts";
import "./statechart.css";
import "./drawing.css";

// After the first paint, while the page still connects: ELK takes longer than all else.
requestAnimationFrame(() => setTimeout(layouts, 0));

interface Shown {
  readonly app: App;
  readonly width: number;
  readonly height: number;
}

/** The drawings on the page: one, or those of two runs. */
const shown = new Map<SVGSVGElement, { readonly current: Shown }>();

/** The statechart of `app` as it is drawn now, whole and standing alone; undefined where none is. */
export function statechartSvg(app: App): SVGElement | undefined {
  const [svg, drawn] = [...shown].find(([, { current }]) => current.app === app) ?? [];
  if (svg === undefined || drawn === undefined || drawn.current.width === 0) return undefined;
  return standalone(svg, drawn.current.width, drawn.current.height);
}

export function StatechartView() {
  const app = useApp();
  const { entry, view } = app;
  const now = useRunTime();
  const prefix = useId();
  const settings = useSettings();
  const live = view.cursor.index === "live";
  const looked = lookAt(entry.session, view.device, app.index, live, view.cursor.microstep);
  const scene = useScene(looked.family, {
    unfolding: settings.unfolding,
    far: settings.look.across ? "wires" : "rows",
    ...(settings.look.only !== undefined && { only: settings.look.only }),
  });
  const place = `${numberOf(entry.session)} ${view.device}`;
  const { laid, isPending } = useLayout(scene, place, settings.look.direction, settings.look.across);
  const members = useMemo(() => membersOf(looked.family), [looked.family]);
  const camera = useCamera(() => {
    if (app.view.follow) app.update({ follow: false });
  });

  // Marks belong to the scene that is seen, which for a moment may be the one before.
  const seen = laid?.scene ?? scene;
  const drawing = laid?.layout.kind === "drawing" ? laid.layout.drawing : undefined;
  const { active, innermost, last } = activeBoxes(looked.family, seen);
  const indexOfActor = (actor: string) => members.get(actor)?.index;
  const movesOf = (index: number | undefined, microstep?: number) =>
    index === undefined || recordAt(entry.session, index) === undefined
      ? NO_MOVES
      : movesAt(entry.session, view.device, index, indexOfActor, seen, microstep);
  const { microstep } = view.cursor.index === looked.step ? view.cursor : {};
  // What has happened does not change: while time alone goes on it need not be sought again.
  const step = recordAt(entry.session, looked.step);
  const moves = useMemo(() => movesOf(looked.step, microstep), [step, microstep, seen]);
  const other = view.selected === looked.step ? undefined : view.selected;
  const chosen = useMemo(() => movesOf(other), [recordAt(entry.session, other), seen]);
  const stepActor = typeof step?.actor === "string" ? step.actor : "";
  const marks = { active, innermost, last, ...moves, chosen: chosen.taken.filter(({ newest }) => newest) };
  const traits = traitsOf(seen, members, marks, settings.look.heat);
  const selected = view.actor === undefined || view.node === undefined ? undefined : seen.boxOf(view.actor, view.node);

  const focus = useFocus(seen, marks, stepActor);
  const touched = useRef<string | undefined>(undefined);
  const toggle = (id: string): void => {
    touched.current = id;
    settings.toggle(seen)(id);
  };
  useFollow({
    camera,
    drawing,
    scene: seen,
    place,
    follow: view.follow,
    marks,
    focus,
    selected: selected?.id,
    touched,
  });
  // Who searches wants to look at what was found, not at where the next step leads.
  const search = useSearch(looked.family, settings, seen, (box) =>
    app.update({ actor: box.actor, node: box.node, follow: false }),
  );
  const handling = useHandling({ app, scene: seen, drawing, camera, settings, toggle });
  const svg = useRef<SVGSVGElement>(null);
  const drawn = useRef<Shown>({ app, width: 0, height: 0 });
  drawn.current = { app, width: drawing?.width ?? 0, height: drawing?.height ?? 0 };
  useEffect(() => {
    const { current } = svg;
    if (current === null) return;
    shown.set(current, drawn);
    return () => {
      shown.delete(current);
    };
  }, [looked.family.length > 0]);

  const lasting = new Map<string, string>();
  for (const id of innermost) {
    const box = seen.boxes.get(id);
    const since = box === undefined ? undefined : members.get(box.actor)?.actor.nodes.get(box.node)?.enteredAt;
    if (since !== undefined) lasting.set(id, durationText(Math.max(0, now - since)));
  }
  const choose = useRef(handling.choose);
  choose.current = handling.choose;
  const fold = useRef(toggle);
  fold.current = toggle;
  const followed = view.follow ? focus[0] : undefined;
  const card = handling.card;
  const cardMember = card === undefined ? undefined : members.get(card.actor);
  const described = card !== undefined && card.box === selected?.id;
  const asTree = laid?.layout.kind !== "drawing";
  const tree = useMemo(
    () => (
      <Tree
        scene={seen}
        active={active}
        {...(selected !== undefined && { selected: selected.id })}
        visible={asTree}
        prefix={prefix}
        {...(described && { card: `${prefix}-card` })}
        choose={(box) => choose.current(box)}
        last={last}
        {...(followed !== undefined && { at: followed })}
        fold={(box) => fold.current(box)}
      />
    ),
    [seen, traits.key, selected?.id, followed, described, asTree, prefix],
  );

  return (
    <section class="statechart" aria-label="Statechart">
      <Tools
        look={settings.look}
        change={settings.change}
        mode={settings.unfolding.mode}
        unfold={settings.unfold}
        follow={view.follow}
        setFollow={(follow) => app.update({ follow })}
        roots={looked.family.map(({ actor }) => actor.key)}
        byHand={settings.unfolding.chosen.size > 0}
        {...search}
      />
      {looked.family.length > 0 && (
        <NowBar
          members={members}
          width={camera.size.width}
          latest={stepActor}
          go={(actor, node) => app.update({ actor, node })}
        />
      )}
      <div
        ref={camera.view}
        class="statechart-view"
        role="tree"
        tabIndex={0}
        aria-label={`States of ${view.device}. Arrow keys walk, Enter selects, Space folds.`}
        {...(selected !== undefined && { "aria-activedescendant": treeItemId(prefix, selected.id) })}
        {...handling.events}
      >
        {looked.family.length === 0 ? (
          <NoMachine
            device={view.device}
            actors={[...(looked.world.devices.get(view.device)?.actors.values() ?? [])]}
            isRecording={entry.state === "file"}
            later={familyOf(entry.session.live, view.device).length > 0}
          />
        ) : (
          <>
            <svg ref={svg} class="sc" aria-hidden="true">
              <g ref={camera.stage}>
                {drawing !== undefined && (
                  <Chart
                    scene={seen}
                    drawing={drawing}
                    marks={marks}
                    traitsOf={traits.of}
                    traitsKey={traits.key}
                    found={search.boxes}
                    lasting={lasting}
                    {...(selected !== undefined && { selected: selected.id })}
                    {...(handling.hovered !== undefined && { hovered: handling.hovered })}
                  />
                )}
              </g>
            </svg>
            {tree}
            {laid !== undefined && <Said laid={laid} left={scene.left} />}
            {isPending && (
              <p class="statechart-said pending" role="status">
                Laying it out …
              </p>
            )}
          </>
        )}
        {card !== undefined && cardMember !== undefined && camera.target.current !== undefined && (
          <Card
            id={`${prefix}-card`}
            actor={cardMember.actor}
            index={cardMember.index}
            node={card.node}
            {...(card.edges !== undefined && { edges: card.edges })}
            now={now}
            place={card.place}
            camera={camera.target.current}
            size={camera.size}
          />
        )}
      </div>
      {drawing !== undefined && <Zoom zoom={handling.zoom} fit={handling.showAll} />}
    </section>
  );
}

/** It may be of a run that is no more: the one that was selected is not always here. */
function recordAt(session: SessionView, index: number | undefined): TraceRecord | undefined {
  return index === undefined || index < 0 || index >= session.length ? undefined : session.at(index);
}

const NO_MOVES = { taken: [], ignored: [], entered: [] };
