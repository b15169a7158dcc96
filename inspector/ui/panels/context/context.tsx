/** What the focused actor holds: its state and context, and what is otherwise than at another point of the run. */
import { useState } from "preact/hooks";
import type { TraceRecord } from "../../../../ports/trace.ts";
import { type DifferenceRow, difference } from "../../../model/difference.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import { useApp } from "../../state/useApp.ts";
import { focusedMachine } from "../shared/machines.ts";
import { Empty, Section } from "../shared/parts.tsx";
import { shortActor } from "../shared/recordLine.ts";
import { timeText } from "../shared/time.ts";
import { joinPath, summaryOf } from "../shared/valueTree.ts";
import { ValueView } from "../shared/valueView.tsx";
import { actorBehind } from "../why/decision.ts";
import { pointsOf, stateOf } from "./points.ts";

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
  const [chosen, choose] = useState("step");
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
  const points = pointsOf(session, actor, app.index, pinned, app.view.bookmarks);
  const point = points.find(({ id }) => id === chosen) ?? points[0]!;
  const after = stateOf(world, device, actor.key);
  const before = stateOf(session.worldAt(point.index), device, actor.key);
  const rows = before === undefined ? [] : difference(before, after);
  const changed = new Set(rows.map(pathOf));
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
          <span class="faint">
            at{" "}
            {app.index < 0
              ? "the beginning"
              : `record ${session.at(app.index).seq}, ${timeText(session, session.at(app.index).time)}`}
          </span>
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
        <Section
          title={
            before === undefined
              ? "No comparison"
              : rows.length === 0
                ? "Nothing has changed"
                : `Changed (${rows.length})`
          }
        >
          {point.id === "pin" && point.index === app.index && (
            <p class="faint">Go to another point of the run: what is otherwise there than here is shown.</p>
          )}
          {before === undefined && <p class="faint">{shortActor(actor.key)} was not there at that point.</p>}
          <ul class="differences">
            {rows.map((row) => (
              <Difference key={pathOf(row)} row={row} />
            ))}
          </ul>
        </Section>
      </div>
      <div class="explained-why">
        <Section title="Everything">
          {Object.entries(after ?? {}).map(([name, value]) => (
            <ValueView
              key={`${actor.key} ${name}`}
              name={name}
              value={value}
              path={name}
              open={name === "context" ? 2 : 1}
              changed={changed}
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

function pathOf({ path }: DifferenceRow): string {
  return path.reduce<string>((joined, key) => joinPath(joined, String(key)), "");
}

const SIGNS = { added: "+", removed: "−", changed: "~" } as const;

function Difference({ row }: { row: DifferenceRow }) {
  return (
    <li class={`difference ${row.change}`}>
      <span class="difference-sign" aria-hidden="true">
        {SIGNS[row.change]}
      </span>
      <span class="mono difference-path">
        {pathOf(row)}
        <span class="hidden-text"> {row.change}</span>
      </span>
      <span class="difference-values mono">
        {row.change !== "added" && <del>{summaryOf(row.before, 200)}</del>}
        {row.change === "changed" && " → "}
        {row.change !== "removed" && <ins>{summaryOf(row.after, 200)}</ins>}
      </span>
    </li>
  );
}
