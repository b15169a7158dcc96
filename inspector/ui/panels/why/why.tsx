/** Why: of the selected record or state, or, where nothing is selected, of everything that went wrong. */
import { useRef } from "preact/hooks";
import { useApp } from "../../state/useApp.ts";
import { Overview } from "./overview.tsx";
import { RecordWhy } from "./recordWhy.tsx";
import { StateWhy } from "./stateWhy.tsx";

export function Why() {
  const app = useApp();
  const { session } = app.entry;
  const { selected, actor, node } = app.view;
  const world = session.worldAt(app.index);
  // What was selected last stands first.
  const last = useRef({ selected, place: `${actor} ${node}`, stateFirst: true });
  const place = `${actor} ${node}`;
  if (last.current.selected !== selected) last.current = { selected, place, stateFirst: false };
  else if (last.current.place !== place) last.current = { selected, place, stateFirst: true };

  const hasRecord = selected !== undefined && selected >= 0 && selected < session.length;
  const state = actor !== undefined && node !== undefined && <StateWhy world={world} actor={actor} node={node} />;
  const record = hasRecord && <RecordWhy key={selected} session={session} index={selected} />;
  if (!hasRecord && !state) return <Overview session={session} world={world} index={app.index} />;
  return (
    <>
      <p class="why-back">
        <button type="button" class="link" onClick={() => app.update({ selected: undefined, node: undefined })}>
          ← What went wrong in this run
        </button>
      </p>
      {last.current.stateFirst ? [state, record] : [record, state]}
    </>
  );
}
