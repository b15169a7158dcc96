/** What the page has to say for itself, above everything else. What is good to know goes by itself; what is bad stays. */
import { useEffect } from "preact/hooks";
import type { ViewState } from "../app.ts";
import { useView } from "../state/useApp.ts";
import { Icon } from "./icon.tsx";

const SHOWN_MS = 6_000;

export function Notices({ onDismiss }: { readonly onDismiss: (id: number) => void }) {
  const notices = useView((app) => app.view.notices);
  return (
    <section class="notices" aria-label="Notices" aria-live="polite">
      {notices.map((notice) => (
        <Notice key={notice.id} notice={notice} onDismiss={onDismiss} />
      ))}
    </section>
  );
}

interface NoticeProps {
  readonly notice: ViewState["notices"][number];
  readonly onDismiss: (id: number) => void;
}

function Notice({ notice: { id, text, tone }, onDismiss }: NoticeProps) {
  useEffect(() => {
    if (tone === "bad") return;
    const timer = setTimeout(() => onDismiss(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, tone, onDismiss]);
  return (
    <div class={`notice ${tone}`}>
      {tone === "bad" && <Icon name="warning" />}
      <p>{text}</p>
      <button type="button" class="button plain tool" aria-label="Dismiss" onClick={() => onDismiss(id)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
