/** What is waited for by time: every pending timer, counting down. */
import { useState } from "preact/hooks";
import { useApp } from "../../state/useApp.ts";
import { Empty, Section } from "../shared/parts.tsx";
import { shortActor } from "../shared/recordLine.ts";
import { spanText, timeText } from "../shared/time.ts";
import { useRunTime } from "../shared/useRunTime.ts";
import { type TimerRow, timerName, timerRows } from "./timerRows.ts";

/** Less than this is soon. */
const SOON_MS = 10_000;

export function Timers() {
  const app = useApp();
  const now = useRunTime();
  const { session, steering, state } = app.entry;
  const world = session.worldAt(app.index);
  const rows = timerRows(world, app.view.device, now);
  const isLive = app.view.cursor.index === "live";
  const canFire = steering?.fire === true && state === "live" && isLive;
  if (rows.length === 0) {
    return (
      <Empty title="No timer is pending.">
        <p>Timers of the statecharts and, while somebody looks on, of CoAP, DTLS and observations stand here.</p>
      </Empty>
    );
  }
  return (
    <Section title={`${rows.length} pending`} hint={isLive ? "now" : `at ${timeText(session, now)}`}>
      <ul class="timers" aria-label="Pending timers">
        {rows.map((row) => (
          <TimerItem key={row.timer.seq} row={row} canFire={canFire} />
        ))}
      </ul>
    </Section>
  );
}

function TimerItem({ row, canFire }: { row: TimerRow; canFire: boolean }) {
  const app = useApp();
  const [asked, setAsked] = useState(false);
  const { timer, left, passed, purpose, actor } = row;
  const { device } = app.view;
  const index = app.entry.session.indexOf(device, timer.seq);
  const fire = () => {
    setAsked(true);
    app
      .request({ request: "fire", device, timer: timer.seq })
      .catch((error: Error) => app.notify(`The timer was not fired: ${error.message}`, "bad"))
      .finally(() => setAsked(false));
  };
  const owner = actor?.key ?? timer.owner;
  return (
    <li class={left !== undefined && left < SOON_MS ? "timer soon" : "timer"}>
      <div class="timer-head">
        <strong title={timer.name}>{timerName(timer.name)}</strong>
        <span class="timer-left">{left === undefined ? "?" : left <= 0 ? "due" : spanText(left)}</span>
      </div>
      <div class="timer-bar" aria-hidden="true">
        <span style={{ width: `${Math.round((passed ?? 0) * 1000) / 10}%` }} />
      </div>
      <div class="timer-foot">
        <span class="timer-purpose">
          {actor === undefined ? (
            <span>{shortActor(owner)}</span>
          ) : (
            <button type="button" class="link" onClick={() => app.update({ actor: actor.key, node: undefined })}>
              {shortActor(owner)}
            </button>
          )}
          {purpose !== "" && <span>{`: ${purpose}`}</span>}
        </span>
        <span class="faint">
          {timer.delay === undefined ? "" : `of ${spanText(timer.delay)}`}
          {index !== undefined && (
            <>
              {" · "}
              <button type="button" class="link" onClick={() => app.select(index)}>
                set at {timeText(app.entry.session, timer.setAt)}
              </button>
            </>
          )}
        </span>
        {canFire && (
          <button type="button" class="button" disabled={asked} onClick={fire}>
            Fire now
          </button>
        )}
      </div>
    </li>
  );
}
