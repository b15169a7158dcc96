/** Every record that the filter lets through, one a line. */
import { useCallback } from "preact/hooks";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import type { App } from "../app.ts";
import { type RecordLine, recordLine } from "../panels/shared/recordLine.ts";
import { VirtualList } from "../sequence/virtualList.tsx";
import { filteredOf } from "../state/filtered.ts";
import { offsetOf } from "../state/marks.ts";
import { useApp } from "../state/useApp.ts";
import { formatOffset } from "./formatTime.ts";
import { lookOf } from "./recordKinds.ts";
import "./recordsList.css";

const ROW_PX = 22;

export function RecordsList() {
  const app = useApp();
  const { session } = app.entry;
  const filtered = filteredOf(app);
  const { indices } = filtered;
  const { cursor, selected } = app.view;
  const following = cursor.index === "live" && app.entry.state === "live";
  const onCurrent = useCallback((row: number) => app.select(filteredOf(app).indices[row] ?? -1), [app]);
  const onFollow = useCallback(
    (follow: boolean) => {
      if (follow !== (app.view.cursor.index === "live")) app.update({ cursor: { index: follow ? "live" : app.index } });
    },
    [app],
  );
  if (indices.length === 0) return <NoRecords app={app} />;
  const marks = new Set(app.view.bookmarks.map(({ index }) => index));
  const missingBefore = (row: number): number => {
    const after = indices[row - 1] ?? -1;
    const index = indices[row] ?? 0;
    return session.gaps.reduce((sum, { before, count }) => (before > after && before <= index ? sum + count : sum), 0);
  };
  return (
    <div class="records-list">
      <VirtualList
        count={indices.length}
        rowHeight={ROW_PX}
        label="Records"
        version={`${filtered.text} ${filtered.device} ${session.gaps.length} ${app.view.bookmarks.length}`}
        current={following ? undefined : filtered.positionOf(app.index)}
        onCurrent={onCurrent}
        follow={following}
        onFollow={onFollow}
        rowClass={(row) =>
          `${indices[row] === selected ? "selected" : ""} ${missingBefore(row) > 0 ? "after-gap" : ""}`
        }
        row={(row) => {
          const index = indices[row] ?? 0;
          return (
            <RecordRow session={session} index={index} marked={marks.has(index)} missingBefore={missingBefore(row)} />
          );
        }}
      />
    </div>
  );
}

interface RecordRowProps {
  readonly session: SessionView;
  readonly index: number;
  readonly marked: boolean;
  /** How many records before it are not here. */
  readonly missingBefore: number;
}

function RecordRow({ session, index, marked, missingBefore }: RecordRowProps) {
  const record = session.at(index);
  const { word, lane } = lookOf(record.kind);
  const { text, detail, tone } = safeLine(record);
  return (
    <span
      class={`record tone-${tone}`}
      title={missingBefore > 0 ? `${missingBefore} records before it are missing` : text}
    >
      <time class="record-time">{formatOffset(offsetOf(session, index))}</time>
      <span class={`record-kind lane-${lane}`}>{word}</span>
      <span class={`record-mark ${marked ? "star" : ""}`}>{marked ? "★" : tone === "bad" ? "✗" : ""}</span>
      <span class="record-text">
        {text}
        {detail !== undefined && <span class="record-detail"> {detail}</span>}
      </span>
    </span>
  );
}

function NoRecords({ app }: { readonly app: App }) {
  const all = app.entry.session.length;
  if (all === 0) return <p class="empty">No record has come yet.</p>;
  if (app.view.filter === "")
    return (
      <p class="empty">Of this device there is no record among the {all} that are here: it stands as the views show.</p>
    );
  return (
    <div class="empty">
      <p>The filter lets none of the {all} records through.</p>
      <p>
        <button type="button" class="button" onClick={() => app.update({ filter: "" })}>
          Show all
        </button>
      </p>
    </div>
  );
}

/** A broken recording may hold anything. */
function safeLine(record: TraceRecord): RecordLine {
  try {
    return recordLine(record);
  } catch {
    return { text: record.kind, tone: "quiet" };
  }
}
