/** The statechart of the device that is looked at, at the moment that is looked at. */
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import type { World } from "../../model/world.ts";
import { useRunTime } from "../panels/shared/useRunTime.ts";
import { useApp } from "../state/useApp.ts";
import { Card } from "./card.tsx";
import { Chart } from "./chart.tsx";
import { standalone } from "./exportSvg.ts";
import { lookAt } from "./lookAt.ts";
import { activeBoxes, movesAt } from "./marks.ts";
import { NowBar } from "./nowBar.tsx";
import { Tools } from "./tools.tsx";
import { membersOf, traitsOf } from "./traits.ts";
import { Tree, treeItemId } from "./tree.tsx";
import { useCamera } from "./useCamera.ts";
import { useFollow } from "./useFollow.ts";
import { useHandling } from "./useHandling.ts";
import { useLayout } from "./useLayout.ts";
import { useScene } from "./useScene.ts";
import { useSearch } from "./useSearch.ts";
import { useSettings } from "./useSettings.ts";
import { durationText } from "./words.ts";
import "./statechart.css";
import "./drawing.css";

/** The drawings on the page, the first first. */
const shown: { readonly svg: SVGSVGElement; readonly size: () => { width: number; height: number } }[] = [];

/** The statechart as it is drawn now, whole and standing alone; undefined where none is. */
export function statechartSvg(): SVGElement | undefined {
  const [first] = shown;
  if (first === undefined) return undefined;
  const { width, height } = first.size();
  return width === 0 ? undefined : standalone(first.svg, width, height);
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
  const laid = useLayout(scene, settings.look.direction, settings.look.across);
  const members = useMemo(() => membersOf(looked.family), [looked.family]);
  const camera = useCamera(() => {
    if (app.view.follow) app.update({ follow: false });
  });

  // Marks belong to the scene that is seen, which for a moment may be the one before.
  const seen = laid?.scene ?? scene;
  const drawing = laid?.layout.kind === "drawing" ? laid.layout.drawing : undefined;
  const { active, innermost } = activeBoxes(looked.family, seen);
  const indexOfActor = (actor: string) => members.get(actor)?.index;
  const moves =
    looked.step === undefined
      ? NO_MOVES
      : movesAt(
          entry.session,
          view.device,
          looked.step,
          indexOfActor,
          seen,
          view.cursor.index === looked.step ? view.cursor.microstep : undefined,
        );
  const chosen =
    view.selected === undefined || view.selected === looked.step || view.selected >= entry.session.length
      ? NO_MOVES
      : movesAt(entry.session, view.device, view.selected, indexOfActor, seen);
  const stepActor = looked.step === undefined ? undefined : entry.session.at(looked.step).actor;
  const marks = { active, innermost, ...moves, chosen: chosen.taken.filter(({ newest }) => newest) };
  const traits = traitsOf(seen, members, marks, settings.look.heat);
  const selected = view.actor === undefined || view.node === undefined ? undefined : seen.boxOf(view.actor, view.node);

  useFollow({
    camera,
    drawing,
    scene: seen,
    view: app.view,
    marks,
    selected: selected?.id,
    actor: typeof stepActor === "string" ? stepActor : undefined,
  });
  const search = useSearch(looked.family, settings, seen, (box) => app.update({ actor: box.actor, node: box.node }));
  const handling = useHandling({ app, scene: seen, drawing, camera, settings, selected, step: looked.step });
  const svg = useRef<SVGSVGElement>(null);
  const size = useRef({ width: 0, height: 0 });
  size.current = { width: drawing?.width ?? 0, height: drawing?.height ?? 0 };
  useEffect(() => {
    if (svg.current === null) return;
    const entry = { svg: svg.current, size: () => size.current };
    shown.push(entry);
    return () => void shown.splice(shown.indexOf(entry), 1);
  }, [looked.family.length > 0]);

  const lasting = new Map<string, string>();
  for (const id of innermost) {
    const box = seen.boxes.get(id);
    const since = box === undefined ? undefined : members.get(box.actor)?.actor.nodes.get(box.node)?.enteredAt;
    if (since !== undefined) lasting.set(id, durationText(Math.max(0, now - since)));
  }
  const choose = useRef(handling.choose);
  choose.current = handling.choose;
  const asTree = laid?.layout.kind !== "drawing";
  const tree = useMemo(
    () => (
      <Tree
        scene={seen}
        active={active}
        {...(selected !== undefined && { selected: selected.id })}
        visible={asTree}
        prefix={prefix}
        choose={(box) => choose.current(box)}
        fold={settings.toggle(seen)}
      />
    ),
    [seen, traits.key, selected?.id, asTree, prefix],
  );
  const card = handling.card;
  const cardMember = card === undefined ? undefined : members.get(card.actor);

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
        zoom={handling.zoom}
        fit={handling.showAll}
        {...search}
      />
      {looked.family.length > 0 && (
        <NowBar
          members={members}
          latest={typeof stepActor === "string" ? stepActor : undefined}
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
          <NoMachine device={view.device} world={looked.world} later={entry.session.live} />
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
          </>
        )}
        {card !== undefined && cardMember !== undefined && camera.camera.current !== undefined && (
          <Card
            actor={cardMember.actor}
            index={cardMember.index}
            node={card.node}
            {...(card.edges !== undefined && { edges: card.edges })}
            now={now}
            place={card.place}
            camera={camera.camera.current}
            size={camera.size}
          />
        )}
      </div>
    </section>
  );
}

const NO_MOVES = { taken: [], ignored: [], entered: [] };

function hasMachines(world: World, device: string): boolean {
  return [...(world.devices.get(device)?.actors.values() ?? [])].some(({ definition }) => definition !== undefined);
}

/** Nothing can be drawn: what is known is told. */
function NoMachine(props: { readonly device: string; readonly world: World; readonly later: World }) {
  const { device, world, later } = props;
  const actors = [...(world.devices.get(device)?.actors.values() ?? [])].filter(({ value }) => value !== undefined);
  if (device === "") return <p class="empty">No device yet.</p>;
  if (actors.length === 0 && hasMachines(later, device)) {
    return <p class="empty">No statechart of {device} runs yet at this moment.</p>;
  }
  return (
    <div class="empty statechart-none">
      <p>
        How the statecharts of {device} are built is not known here. A recording that was made without the inspector
        does not tell it: <code>lwm2m-carrier inspect FILE</code> adds it.
      </p>
      {actors.length > 0 && (
        <ul>
          {actors.slice(0, 40).map(({ key, value }) => (
            <li key={key}>
              <b>{key}</b> {typeof value === "string" ? value : JSON.stringify(value)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What cannot be seen in the drawing itself. */
function Said({ laid, left }: { readonly laid: NonNullable<ReturnType<typeof useLayout>>; readonly left: number }) {
  const words: string[] = [];
  if (laid.layout.kind === "none") words.push(`Shown as a tree. ${laid.layout.reason}`);
  else if (laid.layout.failed) words.push("Some of it could not be laid out well, and is drawn without its lines.");
  if (left > 0) words.push(`${left} more machines are not drawn; choose one above.`);
  if (words.length === 0) return null;
  return (
    <p class="statechart-said" role="status">
      {words.join(" ")}
    </p>
  );
}
