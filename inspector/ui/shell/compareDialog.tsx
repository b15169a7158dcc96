import type { AppStore } from "../state/appStore.ts";
import { devicesOf } from "../state/devices.ts";
import { Overlay } from "./overlay.tsx";

export interface CompareDialogProps {
  readonly store: AppStore;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}

/** Which run to put beside the one that is looked at: another session, or another device of the same. */
export function CompareDialog({ store, onOpen, onClose }: CompareDialogProps) {
  const choices = runsBeside(store);
  return (
    <Overlay title="Compare with another run" onClose={onClose}>
      <p class="dialog-text">
        {choices.length === 0
          ? "There is no other run yet: open a recording, and it can be put beside this one."
          : `Beside ${store.entry.title}${store.view.device === "" ? "" : `, ${store.view.device}`}:`}
      </p>
      <ul class="choices">
        {choices.map(({ session, device, title }) => (
          <li key={`${session} ${device}`}>
            <button
              type="button"
              class="button"
              onClick={() => {
                // Both charts of both runs have room on few screens: 3 shows them.
                const { view } = store.view;
                store.update({ compare: { session, device }, view: view === "split" ? "sequence" : view });
                onClose();
              }}
            >
              {title}
              <span class="choice-device">{device}</span>
            </button>
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

interface RunChoice {
  readonly session: number;
  readonly device: string;
  readonly title: string;
}

function runsBeside(store: AppStore): readonly RunChoice[] {
  return store.sessions.flatMap(({ title, session }, at) =>
    devicesOf(session)
      .filter((device) => at !== store.view.session || device !== store.view.device)
      .map((device) => ({ session: at, device, title })),
  );
}
