/**
 * What the focused actor holds: its state and context, and what is otherwise than at another point of the run, or in
 * the run beside it.
 */
import { useContext, useState } from "preact/hooks";
import type { TraceRecord } from "../../../../ports/trace.ts";
import { difference } from "../../../model/difference.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import { BesideContext } from "../../state/beside.ts";
import { useApp } from "../../state/useApp.ts";
import { focusedMachine } from "../shared/machines.ts";
import { Empty, Section } from "../shared/parts.tsx";
import { shortActor } from "../shared/recordLine.ts";
import { recordPlace } from "../shared/recordPlace.ts";
import { ValueView } from "../shared/valueView.tsx";
import { actorBehind } from "../why/decision.ts";
import { Differences, pathOf } from "./differences.tsx";
import { pointsOf, stateOf } from "./points.ts";
import { Sides } from "./sides.tsx";
import { compareRuns } from "./twoRuns.ts";

/** Id of the point that is where somebody stands in the other run. */
const OTHER_RUN = "run";

/** They outlive the panel, which is drawn anew with every change of the tab. */
const pins = new WeakMap<SessionView, Pin>();

interface Pin {
  readonly index: number;
  /** What stands there: another one, when the session was told anew. */
  readonly record: TraceRecord;
}

function pinOf(session: SessionView): number | undefined {
  const pin = pins.get(session);
  if (pin === undefined || pin.index >= session.length) return undefined;
  return session.at(pin.index) === pin.record ? pin.index : undefined;
}

export function Context() {
  const app = useApp();
  const beside = useContext(BesideContext);
  const [chosen, choose] = useState<string>();
  const [, redraw] = useState(0);
  const { session } = app.entry;
  const { device } = app.view;
  const world = session.worldAt(app.index);
  const actors = [...(world.devices.get(device)?.actors.values() ?? [])];
  const wanted =
    app.view.actor ?? (app.view.selected === undefined ? undefined : actorBehind(session, app.view.selected));
  const actor = focusedMachine(world, device, wanted) ?? actors[0];
  if (actor === undefined) {
    return (
      <Empty title="No actor is known here.">
        <p>Contexts are recorded while the inspector watches.</p>
      </Empty>
    );
  }
  const pinned = pinOf(session);
  const points = [
    ...(beside === undefined ? [] : [{ id: OTHER_RUN, label: `run ${beside.other.name}`, index: -1 }]),
    ...pointsOf(session, actor, app.index, pinned, app.view.bookmarks),
  ];
  const point = points.find(({ id }) => id === chosen) ?? points[0]!;
  const runs = beside === undefined || point.id !== OTHER_RUN ? undefined : compareRuns(app, actor, beside);
  const after = stateOf(world, device, actor.key);
  const before = runs === undefined ? stateOf(session.worldAt(point.index), device, actor.key) : undefined;
  const rows = runs === undefined ? before && difference(before, after) : runs.rows;
  const notes = runs?.notes ?? (before === undefined ? [`${shortActor(actor.key)} was not there at that point.`] : []);
  const changed = new Set(rows?.map(pathOf));
  const pin = () => {
    pins.set(session, { index: app.index, record: session.at(app.index) });
    choose("pin");
    redraw((count) => count + 1);
  };
  return (
    <div class="explained">
      <div class="explained-lead">
        <div class="panel-bar">
          <label>
            <span class="hidden-text">Actor</span>
            <select
              class="field"
              value={actor.key}
              onChange={(event) => app.update({ actor: event.currentTarget.value, node: undefined })}
            >
              {actors.map(({ key, status }) => (
                <option key={key} value={key}>
                  {shortActor(key)}
                  {status === "active" ? "" : ` (${status})`}
                </option>
              ))}
            </select>
          </label>
          <span class="faint">at {recordPlace(session, app.index)}</span>
        </div>
        <div class="panel-bar">
          <label>
            Compared with{" "}
            <select class="field" value={point.id} onChange={(event) => choose(event.currentTarget.value)}>
              {points.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <button
            type="button"
            class="button"
            disabled={app.index < 0 || app.index === pinned}
            title="Keeps this point: go to another one to see what differs"
            onClick={pin}
          >
            Compare from here
          </button>
          {point.index >= 0 && (
            <button type="button" class="button" onClick={() => app.select(point.index)}>
              Go there
            </button>
          )}
        </div>
        {runs !== undefined && beside !== undefined && <Sides sides={runs.sides} own={beside.name} />}
        <Section title={titleOf(rows?.length, runs !== undefined)}>
          {point.id === "pin" && point.index === app.index && (
            <p class="faint">Go to another point of the run: what is otherwise there than here is shown.</p>
          )}
          {notes.map((note) => (
            <p key={note} class="faint">
              {note}
            </p>
          ))}
          <Differences rows={rows ?? []} runs={runs !== undefined} />
        </Section>
      </div>
      <div class="explained-why">
        <Section title="Everything" hint={beside && `in run ${beside.name}`}>
          {Object.entries(after ?? {}).map(([name, value]) => (
            <ValueView
              key={`${actor.key} ${name}`}
              name={name}
              value={value}
              path={name}
              open={name === "context" ? 2 : 1}
              changed={changed}
              mark={runs === undefined ? "changed" : "differs"}
            />
          ))}
          {actor.context === undefined && actor.logic === "machine" && (
            <p class="faint">Its context is not known: the recording does not hold it.</p>
          )}
        </Section>
      </div>
    </div>
  );
}

/** `count`: of differences; undefined: there is nothing to compare with. */
function titleOf(count: number | undefined, runs: boolean): string {
  if (count === undefined) return "No comparison";
  if (count === 0) return runs ? "Nothing differs" : "Nothing has changed";
  return `${runs ? "Different" : "Changed"} (${count})`;
}
