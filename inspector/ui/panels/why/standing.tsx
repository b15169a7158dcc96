/** That the modem has no network for a while: what everything else waits for then. */
import type { SessionView } from "../../../model/sessionContract.ts";
import { useTheApp } from "../../state/useApp.ts";
import { LinkTo } from "../shared/parts.tsx";
import { spanText } from "../shared/time.ts";
import { useRunTime } from "../shared/useRunTime.ts";
import { networkTrouble } from "./network.ts";

/** Every modem searches for so long when it is switched on. */
const PATIENCE_MS = 5000;

export function Standing({ session, index }: { session: SessionView; index: number }) {
  const { view, entry } = useTheApp();
  const now = useRunTime();
  const trouble = networkTrouble(session, view.device, index);
  // Where a recording ends, nothing tells that it went on.
  const isEnd = entry.state === "file" && index === session.length - 1;
  if (trouble === undefined || (!isEnd && now - trouble.since < PATIENCE_MS)) return null;
  const { hint, since } = trouble;
  return (
    <div class="sentences standing">
      <p class="sentence-lead">
        {hint.means.slice(0, 1).toUpperCase()}
        {hint.means.slice(1)}.
      </p>
      <p>
        {now - since >= PATIENCE_MS && `For ${spanText(now - since)}. `}Bootstrap and registration have to wait for it.
      </p>
      {hint.remedy !== undefined && (
        <p>
          <span class="sentence-label">What to do: </span>
          {hint.remedy.slice(0, 1).toUpperCase()}
          {hint.remedy.slice(1)}.
        </p>
      )}
      <LinkTo index={trouble.index} />
    </div>
  );
}
