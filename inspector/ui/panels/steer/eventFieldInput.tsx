/** One field of an event that is to be sent. */
import { useId } from "preact/hooks";
import type { FormField } from "./eventFields.ts";

interface Props {
  readonly field: FormField;
  readonly text: string;
  readonly change: (text: string) => void;
}

export function EventFieldInput({ field, text, change }: Props) {
  const id = useId();
  const { name, kind, choices, optional } = field;
  if (kind === "flag" && !optional) {
    return (
      <label class="control-flag">
        <input
          type="checkbox"
          checked={text === "true"}
          onChange={(event) => change(String(event.currentTarget.checked))}
        />
        {name}
      </label>
    );
  }
  const options = kind === "flag" ? ["true", "false"] : choices;
  return (
    <div class="control-field">
      <label for={id}>
        {name} <span class="faint">{hintOf(field)}</span>
      </label>
      {kind === "flag" || kind === "choice" ? (
        <select id={id} class="field" value={text} onChange={(event) => change(event.currentTarget.value)}>
          {optional && <option value="">not given</option>}
          {options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      ) : (
        <Typed id={id} kind={kind} text={text} change={change} />
      )}
    </div>
  );
}

/** What is to be typed, where it is not seen. */
function hintOf({ kind, optional }: FormField): string {
  const what = kind === "choice" || kind === "flag" ? "" : kind === "json" ? "JSON" : kind;
  if (!optional) return what;
  return what === "" ? "optional" : `${what}, optional`;
}

interface TypedProps {
  readonly id: string;
  readonly kind: "text" | "number" | "json";
  readonly text: string;
  readonly change: (text: string) => void;
}

function Typed({ id, kind, text, change }: TypedProps) {
  const shared = {
    id,
    value: text,
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => change(event.currentTarget.value),
  };
  if (kind === "number") return <input {...shared} class="field" type="number" step="any" />;
  return (
    <input {...shared} class={kind === "json" ? "field mono" : "field"} type="text" spellcheck={kind === "text"} />
  );
}
