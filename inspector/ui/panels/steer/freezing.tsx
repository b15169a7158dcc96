/** Whether time is frozen, why, and the way to go on. */
import { useEffect, useState } from "preact/hooks";
import { durationWords } from "../../../model/words.ts";
import type { Breakpoint } from "../../../protocol.ts";
import { useApp, useTheApp } from "../../state/useApp.ts";
import { LinkTo } from "../shared/parts.tsx";
import { RecordIndex } from "../shared/recordIndex.ts";
import { useRunTime } from "../shared/useRunTime.ts";
import { timerName, timerRows } from "../timers/timerRows.ts";
import { definitionFor } from "./breakpointStore.ts";
import { breakpointText } from "./breakpoints.ts";

const phases = new RecordIndex(({ kind }) => kind === "breakpoint");

export function Freezing() {
  const app = useApp();
  const { session } = app.entry;
  const { device } = app.view;
  const frozen = session.live.devices.get(device)?.frozen === true;
  // The app tells when it has stopped again, not that it is on its way there.
  const [stepping, setStepping] = useState(false);
  useEffect(() => {
    if (frozen) setStepping(false);
  }, [frozen]);
  const ask = (request: "pause" | "continue" | "step") => {
    setStepping(request === "step");
    app.request({ request }).catch((error: Error) => {
      setStepping(false);
      app.notify(error.message, "bad");
    });
  };
  const last = frozen ? phases.of(session).findLast((index) => session.at(index).device === device) : undefined;
  const record = last === undefined ? undefined : session.at(last);
  const hit = record?.breakpoint as Breakpoint | undefined;
  return (
    <>
      <div class="panel-bar">
        <span class={frozen || stepping ? "chip warning" : "chip good"} role="status">
          {frozen ? "time is frozen" : stepping ? "runs until the next step" : "running"}
        </span>
        <button type="button" class="button" disabled={frozen} onClick={() => ask("pause")}>
          Pause
        </button>
        <button type="button" class="button" disabled={!frozen} onClick={() => ask("step")}>
          Step
        </button>
        <button type="button" class="button" disabled={!frozen && !stepping} onClick={() => ask("continue")}>
          Continue
        </button>
      </div>
      {stepping && !frozen && <Stepping />}
      {hit !== undefined && <p>Stopped, because {breakpointText(hit, definitionFor(app, hit))}.</p>}
      {last !== undefined && <LinkTo index={session.causeOf(last)} as="stopped at" />}
    </>
  );
}

/** Nothing was queued: what comes next may be long in coming. */
function Stepping() {
  const { entry, view } = useTheApp();
  const [next] = timerRows(entry.session.live, view.device, useRunTime());
  const due =
    next?.left === undefined
      ? ""
      : ` The next timer, ${timerName(next.timer.name)}, is due in ${durationWords(Math.max(0, next.left))}.`;
  return (
    <p class="faint">
      Time runs until something moves a chart: whatever arrives, or a timer.{due} Pause stops it now; Continue lets it
      run on.
    </p>
  );
}
