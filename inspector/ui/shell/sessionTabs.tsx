/** The sessions that are open, when there are several: the app and recordings. */
import type { AppStore } from "../state/appStore.ts";
import { useApp } from "../state/useApp.ts";
import { Icon } from "./icon.tsx";

export interface SessionTabsProps {
  readonly store: AppStore;
  readonly onCompare: () => void;
}

export function SessionTabs({ store, onCompare }: SessionTabsProps) {
  useApp();
  const { sessions, view } = store;
  if (sessions.length < 2) return null;
  return (
    <nav class="sessions" aria-label="Sessions">
      {sessions.map((entry, index) => (
        <span key={`${index} ${entry.title}`} class={`session ${index === view.session ? "current" : ""}`}>
          <button
            type="button"
            class="session-name"
            title={entry.title}
            aria-current={index === view.session ? "page" : undefined}
            onClick={() => store.update({ session: index, compare: undefined })}
          >
            <i class={`dot ${entry.state}`} />
            {entry.title === "" ? "the app" : entry.title}
            {entry.state === "live" && <span class="hidden-text">, live</span>}
            {entry.state === "lost" && " – lost"}
          </button>
          {(entry.state === "file" || entry.state === "lost") && (
            <button
              type="button"
              class="session-close"
              aria-label={`Close ${entry.title}`}
              onClick={() => store.remove(index)}
            >
              <Icon name="close" />
            </button>
          )}
        </span>
      ))}
      {view.compare === undefined && (
        <button type="button" class="button plain" title="Put another run beside this one (c)" onClick={onCompare}>
          <Icon name="compare" /> Compare …
        </button>
      )}
    </nav>
  );
}
