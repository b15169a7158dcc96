/** Sets a breakpoint at what stands beside it; nothing where the app cannot be stopped. */
import type { Breakpoint } from "../../../protocol.ts";
import { useTheApp } from "../../state/useApp.ts";
import { addBreakpoint, canBreak, definitionFor } from "./breakpointStore.ts";
import { breakpointText } from "./breakpoints.ts";

export function BreakButton({ breakpoint }: { breakpoint: Breakpoint }) {
  const app = useTheApp();
  if (!canBreak(app)) return null;
  const text = breakpointText(breakpoint, definitionFor(app, breakpoint));
  const add = () =>
    addBreakpoint(app, breakpoint)
      .then(() => app.notify(`Time will be frozen when ${text}.`))
      .catch((error: Error) => app.notify(`The breakpoint was not set: ${error.message}`, "bad"));
  return (
    <button type="button" class="button plain break" title={`Freeze time when ${text}`} onClick={add}>
      <span aria-hidden="true">●</span> stop here
    </button>
  );
}
