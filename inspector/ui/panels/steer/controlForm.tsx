/** One thing that the app lets be done to it: its fields and a button. */
import { useId, useState } from "preact/hooks";
import type { ControlField, ControlOffer } from "../../../protocol.ts";
import { useTheApp } from "../../state/useApp.ts";
import { summaryOf } from "../shared/valueTree.ts";
import { type ControlValue, controlValues, firstValues } from "./controlValues.ts";

export function ControlForm({ control }: { control: ControlOffer }) {
  const app = useTheApp();
  const [values, setValues] = useState(() => firstValues(control));
  const [asked, setAsked] = useState(false);
  const [said, setSaid] = useState<{ readonly text: string; readonly ok: boolean }>();
  const id = useId();

  const run = async (event: SubmitEvent) => {
    event.preventDefault();
    const checked = controlValues(control, values);
    if ("problem" in checked) {
      setSaid({ text: checked.problem, ok: false });
      return;
    }
    setAsked(true);
    try {
      const request = {
        request: "control",
        name: control.name,
        device: app.view.device,
        values: checked.values,
      } as const;
      const answer = await app.request(request);
      setSaid({ text: answer === undefined || answer === null ? "Done." : `Done: ${summaryOf(answer)}`, ok: true });
    } catch (error) {
      setSaid({ text: error instanceof Error ? error.message : String(error), ok: false });
    }
    setAsked(false);
  };

  return (
    <form class="control" aria-describedby={`${id}-said`} onSubmit={run}>
      <div class="control-head">
        <strong>{control.label}</strong>
        <button type="submit" class="button" disabled={asked}>
          {asked ? "…" : "Do it"}
          <span class="hidden-text">: {control.label}</span>
        </button>
      </div>
      {control.description !== undefined && <p class="faint">{control.description}</p>}
      {control.fields.length > 0 && (
        <div class="control-fields">
          {control.fields.map((field) => (
            <Field
              key={field.name}
              field={field}
              value={values[field.name]}
              change={(value) => setValues({ ...values, [field.name]: value })}
            />
          ))}
        </div>
      )}
      <p id={`${id}-said`} role="status" class={said?.ok === false ? "said tone-bad" : "said"}>
        {said?.text}
      </p>
    </form>
  );
}

interface FieldProps {
  readonly field: ControlField;
  readonly value: ControlValue | undefined;
  readonly change: (value: ControlValue) => void;
}

function Field({ field, value, change }: FieldProps) {
  const id = useId();
  if (field.type === "flag") {
    return (
      <label class="control-flag">
        <input type="checkbox" checked={value === true} onChange={(event) => change(event.currentTarget.checked)} />
        {field.label}
      </label>
    );
  }
  return (
    <div class="control-field">
      <label for={id}>{field.label}</label>
      {field.type === "choice" ? (
        <select
          id={id}
          class="field"
          value={String(value ?? "")}
          onChange={(event) => change(event.currentTarget.value)}
        >
          {field.choices?.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <Typed id={id} field={field} text={String(value ?? "")} change={change} />
      )}
    </div>
  );
}

interface TypedProps {
  readonly id: string;
  readonly field: ControlField;
  readonly text: string;
  readonly change: (value: ControlValue) => void;
}

function Typed({ id, field, text, change }: TypedProps) {
  const { minimum, maximum } = field;
  if (field.type === "text") {
    return (
      <input id={id} class="field" type="text" value={text} onInput={(event) => change(event.currentTarget.value)} />
    );
  }
  return (
    <input
      id={id}
      class="field"
      type="number"
      step="any"
      {...(minimum !== undefined && { min: minimum })}
      {...(maximum !== undefined && { max: maximum })}
      value={text}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
}
