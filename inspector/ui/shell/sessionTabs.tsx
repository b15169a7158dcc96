/** The sessions that are open, when there are several: the app and recordings. */
import type { AppStore } from "../state/appStore.ts";
import { useApp } from "../state/useApp.ts";
import { Icon } from "./icon.tsx";

export function SessionTabs({ store }: { readonly store: AppStore }) {
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
            aria-current={index === view.session ? "page" : undefined}
            onClick={() => store.update({ session: index, compare: undefined })}
          >
            <i class={`dot ${entry.state}`} />
            {entry.title === "" ? "the app" : entry.title}
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
    </nav>
  );
}
