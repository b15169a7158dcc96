/** The filter: what it means is said while it is written, and what may come next is offered (WAI-ARIA, combobox). */
import { useMemo, useRef, useState } from "preact/hooks";
import { type Suggestion, suggestions } from "../../model/filterSuggestions.ts";
import { Vocabulary } from "../../model/vocabulary.ts";
import { filteredOf } from "../state/filtered.ts";
import { useApp } from "../state/useApp.ts";
import "./filterField.css";

export const FILTER_FIELD = "filter-field";

export function FilterField() {
  const app = useApp();
  const field = useRef<HTMLInputElement>(null);
  const { session } = app.entry;
  const vocabulary = useMemo(() => ({ words: new Vocabulary(), of: session }), [session]);
  const [caret, setCaret] = useState<number>();
  const [chosen, setChosen] = useState(-1);
  const text = app.view.filter;
  const { filter, indices } = filteredOf(app);
  const { problem } = filter;
  const isOpen = caret !== undefined;
  if (isOpen) vocabulary.words.read(session);
  const offered = isOpen ? suggestions(text, Math.min(caret, text.length), vocabulary.words) : NOTHING;

  const look = () => {
    setCaret(field.current?.selectionStart ?? text.length);
    setChosen(-1);
  };
  const close = () => setCaret(undefined);
  const take = ({ insert }: Suggestion) => {
    const before = text.slice(0, offered.from);
    // One space between words is enough.
    const added = before.endsWith(" ") || before === "" ? insert.trimStart() : insert;
    app.update({ filter: before + added + text.slice(offered.to) });
    const end = before.length + added.length;
    // The field has the new text only once it is drawn.
    requestAnimationFrame(() => {
      field.current?.setSelectionRange(end, end);
      look();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { length } = offered.items;
    const item = offered.items[chosen];
    if (event.key === "ArrowDown" && length > 0) setChosen((chosen + 1) % length);
    else if (event.key === "ArrowUp" && length > 0) setChosen((chosen <= 0 ? length : chosen) - 1);
    else if (event.key === "Enter" && item !== undefined) take(item);
    else if (event.key === "Enter") close();
    else if (event.key === "Escape" && isOpen && length > 0) close();
    else if (event.key === "Escape") field.current?.blur();
    else return;
    event.preventDefault();
  };
  return (
    <search class="filter">
      <input
        id={FILTER_FIELD}
        ref={field}
        class="field filter-field mono"
        type="text"
        role="combobox"
        placeholder="Filter, like actor==register (/)"
        aria-label="Filter"
        aria-expanded={offered.items.length > 0}
        aria-controls="filter-offers"
        aria-activedescendant={chosen < 0 ? undefined : `filter-offer-${chosen}`}
        aria-autocomplete="list"
        aria-invalid={problem !== undefined}
        aria-describedby="filter-answer"
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={(event) => {
          app.update({ filter: event.currentTarget.value });
          look();
        }}
        onFocus={look}
        onClick={look}
        onBlur={close}
        onKeyDown={onKeyDown}
      />
      <span id="filter-answer" class={`filter-answer ${problem === undefined ? "" : "bad"}`}>
        {filter.empty ? "" : problem === undefined ? `${indices.length} of ${session.length}` : "?"}
      </span>
      {isOpen && (problem !== undefined || offered.items.length > 0) && (
        // Browsers let Tab stop at what scrolls; it goes as soon as the field has lost the focus.
        <div class="offers" tabIndex={-1}>
          {problem !== undefined && !isUnfinished(text, problem.from) && (
            <p class="offers-problem">
              <strong>{problem.message}</strong> {problem.hint}
            </p>
          )}
          <div id="filter-offers" role="listbox" aria-label="What may come next">
            {offered.items.map((item, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys.
              // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus.
              <div
                key={item.label}
                id={`filter-offer-${index}`}
                class="offer"
                role="option"
                aria-selected={index === chosen}
                // The field keeps the focus.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => take(item)}
              >
                <code>{item.label}</code>
                <span>{item.description}</span>
              </div>
            ))}
          </div>
        </div>
      )}
    </search>
  );
}

const NOTHING = { from: 0, to: 0, items: [] } as const;

/** Nothing is wrong yet with what is still being written. */
function isUnfinished(text: string, from: number): boolean {
  return from >= text.trimEnd().length;
}
