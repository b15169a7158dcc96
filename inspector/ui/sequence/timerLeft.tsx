/** How long a timer that is set still runs: nothing once it has fired or was stopped. */
import { spanText } from "../panels/shared/time.ts";
import { useRunTime } from "../panels/shared/useRunTime.ts";
import { useTheApp } from "../state/useApp.ts";

export function TimerLeft({ seq }: { readonly seq: number }) {
  const app = useTheApp();
  const now = useRunTime();
  const { session } = app.entry;
  const world = app.view.cursor.index === "live" ? session.live : session.worldAt(app.index);
  const timer = world.devices.get(app.view.device)?.timers.get(seq);
  if (timer?.delay === undefined) return null;
  const left = timer.setAt + timer.delay - now;
  return <tspan class="sequence-left"> · {left <= 0 ? "due" : `${spanText(left)} left`}</tspan>;
}
