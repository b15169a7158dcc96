import type { AppStore } from "../state/appStore.ts";
import { type FleetRow, fleetOf } from "../state/fleet.ts";
import { FleetList } from "./fleetList.tsx";
import { Overlay } from "./overlay.tsx";

export interface CompareDialogProps {
  readonly store: AppStore;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}

/** Which run to put beside the one that is looked at: another session, or another device of the same. */
export function CompareDialog({ store, onOpen, onClose }: CompareDialogProps) {
  const runs = runsBeside(store);
  const compare = (session: number, device: string) => {
    store.update({ compare: { session, device } });
    onClose();
  };
  return (
    <Overlay title="Compare with another run" onClose={onClose}>
      <p class="dialog-text">
        {runs.length === 0
          ? "There is no other run yet: open a recording, and it can be put beside this one."
          : `Beside ${store.entry.title}${store.view.device === "" ? "" : `, ${store.view.device}`}:`}
      </p>
      <ul class="choices">
        {runs.map(({ session, title, rows }) => (
          <li key={session}>
            {rows.length === 1 ? (
              <button type="button" class="button" onClick={() => compare(session, rows[0]!.device)}>
                {title}
                <span class="choice-device">{rows[0]!.device}</span>
              </button>
            ) : (
              <>
                <h3 class="choice-title">{title}</h3>
                <FleetList rows={rows} device="" onChoose={(device) => compare(session, device)} />
              </>
            )}
          </li>
        ))}
        <li>
          <button type="button" class="button plain" onClick={onOpen}>
            Open a recording …
          </button>
        </li>
      </ul>
    </Overlay>
  );
}

interface RunsOfSession {
  readonly session: number;
  readonly title: string;
  readonly rows: readonly FleetRow[];
}

/** The other runs, as they stand at their ends. */
function runsBeside(store: AppStore): readonly RunsOfSession[] {
  return store.sessions
    .map(({ title, session }, at) => {
      const rows = fleetOf(session, session.length - 1);
      const others = rows.filter(({ device }) => at !== store.view.session || device !== store.view.device);
      return { session: at, title, rows: others };
    })
    .filter(({ rows }) => rows.length > 0);
}
