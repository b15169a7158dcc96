/** How a run ended, what failed on the way, and whether its time stands still. */
import type { App } from "../app.ts";
import { PANEL } from "../panels/index.tsx";
import { problemsOf } from "../state/problems.ts";
import { showFailures } from "./commands.ts";
import { Icon } from "./icon.tsx";

export function Verdict({ app }: { readonly app: App }) {
  const { session } = app.entry;
  const failures = problemsOf(session).of(app.view.device).length;
  const world = session.live.devices.get(app.view.device);
  return (
    <>
      {world?.frozen === true && <Frozen app={app} />}
      {world?.result !== undefined && (
        <span class={`chip ${world.result.ok ? "good" : "bad"}`} title={world.result.reason}>
          {world.result.ok ? "✓ done" : "✗ failed"}
        </span>
      )}
      {failures > 0 && (
        <button
          type="button"
          class="chip bad failures"
          title="What went wrong, and why (n: the next one)"
          onClick={() => {
            showFailures(app);
            document.getElementById(PANEL)?.focus();
          }}
        >
          <Icon name="warning" />
          {failures === 1 ? "1 failure" : `${failures} failures`}
        </button>
      )}
    </>
  );
}

/** Somebody, or a breakpoint, has stopped the app's time: it can go on from here. */
function Frozen({ app }: { readonly app: App }) {
  const go = () => {
    app.request({ request: "continue" }).catch((error: Error) => app.notify(error.message, "bad"));
  };
  if (app.entry.steering?.freeze !== true) return <span class="chip warning">❚❚ time is frozen</span>;
  return (
    <button type="button" class="chip warning frozen" title="Let time go on" onClick={go}>
      ❚❚ time is frozen: continue
    </button>
  );
}
