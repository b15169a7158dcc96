/** The fields of an event that is being written, and the same as JSON. */

import { type EventDraft, withField, withJson } from "./eventDraft.ts";
import { EventFieldInput } from "./eventFieldInput.tsx";

export function DraftFields({ draft, change }: { draft: EventDraft; change: (draft: EventDraft) => void }) {
  const { fields, declared, typed, json } = draft;
  return (
    <>
      {fields.length > 0 && (
        <fieldset class="event-form">
          <legend>{declared ? "Fields" : "Fields, as such an event had them before"}</legend>
          <div class="control-fields">
            {fields.map((field) => (
              <EventFieldInput
                key={field.name}
                field={field}
                text={typed[field.name] ?? ""}
                change={(text) => change(withField(draft, field.name, text))}
              />
            ))}
          </div>
        </fieldset>
      )}
      {declared && fields.length === 0 && <p class="faint">It has no fields.</p>}
      <details class="event-fields" open={fields.length === 0 && !declared}>
        <summary>Fields, as JSON</summary>
        <textarea
          class="field mono"
          aria-label="Fields, as JSON"
          rows={Math.min(8, Math.max(3, json.split("\n").length))}
          spellcheck={false}
          value={json}
          onInput={(event) => change(withJson(draft, event.currentTarget.value))}
        />
      </details>
    </>
  );
}
