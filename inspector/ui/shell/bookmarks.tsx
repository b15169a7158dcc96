/** The bookmark at this place, and a list of all of them with names to write. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { App } from "../app.ts";
import { offsetOf } from "../state/marks.ts";
import { toggleBookmark } from "./commands.ts";
import { formatOffset } from "./formatTime.ts";
import { Icon } from "./icon.tsx";

export function Bookmarks({ app }: { readonly app: App }) {
  const { bookmarks } = app.view;
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const marked = bookmarks.some(({ index }) => index === app.index);
  useEffect(() => {
    if (!open) return;
    const onPointerDown = (event: PointerEvent) => {
      if (!(event.target instanceof Node && box.current?.contains(event.target) === true)) setOpen(false);
    };
    addEventListener("pointerdown", onPointerDown);
    return () => removeEventListener("pointerdown", onPointerDown);
  }, [open]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the list from wherever the focus is in it.
    <div
      class="bookmarks"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.preventDefault();
        setOpen(false);
      }}
    >
      <button
        type="button"
        class="button plain tool"
        title="Bookmark here (b)"
        aria-label="Bookmark here"
        aria-pressed={marked}
        onClick={() => toggleBookmark(app)}
      >
        <Icon name="bookmark" />
      </button>
      {bookmarks.length > 0 && (
        <button
          type="button"
          class="button plain bookmark-count"
          title="All bookmarks (m: the next one)"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {bookmarks.length}
        </button>
      )}
      {open && bookmarks.length > 0 && <BookmarkList app={app} />}
    </div>
  );
}

function BookmarkList({ app }: { readonly app: App }) {
  const { bookmarks } = app.view;
  const { session } = app.entry;
  const rename = (index: number, label: string) =>
    app.update({ bookmarks: bookmarks.map((mark) => (mark.index === index ? { index, label } : mark)) });
  return (
    <ul class="bookmark-list">
      {bookmarks.map(({ index, label }) => (
        <li key={index}>
          <button type="button" class="button plain mono" onClick={() => app.select(index)}>
            {formatOffset(offsetOf(session, index))}
          </button>
          <input
            class="field"
            aria-label={`Name of the bookmark at record ${index + 1}`}
            value={label}
            onInput={(event) => rename(index, event.currentTarget.value)}
          />
          <button
            type="button"
            class="button plain tool"
            aria-label={`Remove the bookmark ${label}`}
            onClick={() => app.update({ bookmarks: bookmarks.filter((mark) => mark.index !== index) })}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
