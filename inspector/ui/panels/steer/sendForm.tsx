/** Sends an event to the focused actor: one that its active states take, or any other. */
import { useId, useState } from "preact/hooks";
import { useApp } from "../../state/useApp.ts";
import { machinesOf } from "../shared/machines.ts";
import { shortActor } from "../shared/recordLine.ts";
import { eventForms, eventOf, exampleOf } from "./eventForms.ts";

export function SendForm() {
  const app = useApp();
  const id = useId();
  const [type, setType] = useState("");
  const [fields, setFields] = useState("{}");
  const [said, setSaid] = useState<{ readonly text: string; readonly ok: boolean }>();
  const { device } = app.view;
  const world = app.entry.session.live;
  const actors = machinesOf(world, device).filter((actor) => actor.status === "active");
  const actor = actors.find(({ key }) => key === app.view.actor) ?? actors[0];
  if (actor === undefined) return <p class="faint">No statechart is running.</p>;
  const definition = actor.definition === undefined ? undefined : world.definitions.get(actor.definition);
  const forms = definition === undefined ? [] : eventForms(definition, actor.active);
  const form = forms.find((one) => one.type === type);

  const choose = (chosen: string) => {
    setType(chosen);
    setFields(exampleOf(app.entry.session, device, actor.key, chosen));
    setSaid(undefined);
  };
  const send = async (submitted: SubmitEvent) => {
    submitted.preventDefault();
    const made = eventOf(type, fields);
    if ("problem" in made) {
      setSaid({ text: made.problem, ok: false });
      return;
    }
    try {
      await app.request({ request: "send", device, actor: actor.key, event: made.event });
      setSaid({ text: `${made.event.type} was sent to ${shortActor(actor.key)}.`, ok: true });
    } catch (error) {
      setSaid({ text: error instanceof Error ? error.message : String(error), ok: false });
    }
  };

  return (
    <form class="control" onSubmit={send}>
      <div class="control-fields">
        <label>
          <span>To</span>
          <select
            class="field"
            value={actor.key}
            onChange={(event) => app.update({ actor: event.currentTarget.value, node: undefined })}
          >
            {actors.map(({ key }) => (
              <option key={key} value={key}>
                {shortActor(key)}
              </option>
            ))}
          </select>
        </label>
        <label class="grow">
          <span>Event</span>
          <input
            class="field mono"
            list={`${id}-events`}
            value={type}
            placeholder={forms[0]?.type ?? "type"}
            onInput={(event) => choose(event.currentTarget.value)}
          />
          <datalist id={`${id}-events`}>
            {forms.map((one) => (
              <option key={one.type} value={one.type} />
            ))}
          </datalist>
        </label>
        <button type="submit" class="button">
          Send
        </button>
      </div>
      {forms.length > 0 && (
        <div class="event-choices">
          {forms.map((one) => (
            <button
              type="button"
              key={one.type}
              class="button plain mono"
              aria-pressed={one.type === type}
              onClick={() => choose(one.type)}
            >
              {one.type}
            </button>
          ))}
        </div>
      )}
      {form !== undefined && (
        <p class="faint">
          {form.targets.length > 0 ? `May lead to ${form.targets.join(", ")}` : "Leads to no other state"}
          {form.guards.length > 0 && `, if ${form.guards.join(" or ")}`}.
        </p>
      )}
      <label class="event-fields">
        <span>Fields, as JSON</span>
        <textarea
          class="field mono"
          rows={3}
          spellcheck={false}
          value={fields}
          onInput={(event) => setFields(event.currentTarget.value)}
        />
      </label>
      <p role="status" class={said?.ok === false ? "said tone-bad" : "said"}>
        {said?.text}
      </p>
    </form>
  );
}
