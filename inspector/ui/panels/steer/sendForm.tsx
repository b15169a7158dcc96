/** Sends an event to the focused actor: one that its active states take, or any other. */
import { useId, useState } from "preact/hooks";
import type { ActorWorld } from "../../../model/world.ts";
import { useApp } from "../../state/useApp.ts";
import { machinesOf } from "../shared/machines.ts";
import { shortActor } from "../shared/recordLine.ts";
import { DraftFields } from "./draftFields.tsx";
import { draftOf, type EventDraft, eventOfDraft, NO_DRAFT } from "./eventDraft.ts";
import { type EventForm, eventForms, exampleOf } from "./eventForms.ts";
import { type SentEvent, SentLine } from "./sentLine.tsx";

export function SendForm() {
  const app = useApp();
  /** An event is written for one actor: another takes others. */
  const [written, setWritten] = useState<{ readonly actor: string; readonly draft: EventDraft }>();
  const [sent, setSent] = useState<SentEvent>();
  const [problem, setProblem] = useState("");
  const { device } = app.view;
  const { session } = app.entry;
  const actors = machinesOf(session.live, device).filter((actor) => actor.status === "active");
  const actor = actors.find(({ key }) => key === app.view.actor) ?? actors[0];
  const said = (
    <>
      {sent !== undefined && problem === "" && <SentLine sent={sent} />}
      <p role="status" class="said tone-bad">
        {problem}
      </p>
    </>
  );
  if (actor === undefined) {
    return (
      <>
        <p class="faint">No statechart is running.</p>
        {said}
      </>
    );
  }
  const definition = actor.definition === undefined ? undefined : session.live.definitions.get(actor.definition);
  const forms = definition === undefined ? [] : eventForms(definition, actor.active);
  const draft = written?.actor === actor.key ? written.draft : NO_DRAFT;

  const write = (draft: EventDraft) => setWritten({ actor: actor.key, draft });
  const choose = (type: string) => {
    write(draftOf(type, definition, exampleOf(session, device, actor.key, type)));
    setProblem("");
    setSent(undefined);
  };
  const send = async (submitted: SubmitEvent) => {
    submitted.preventDefault();
    const made = eventOfDraft(draft);
    if ("problem" in made) {
      setProblem(made.problem);
      return;
    }
    try {
      const seq = await app.request({ request: "send", device, actor: actor.key, event: made.event });
      const told = typeof seq === "number" ? { seq } : {};
      setSent({ session, device, actor: actor.key, type: made.event.type, ...told });
      setProblem("");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <form class="control" noValidate onSubmit={send}>
      <div class="control-fields">
        <label>
          <span>To</span>
          <select
            class="field"
            value={actor.key}
            onChange={(event) => app.update({ actor: event.currentTarget.value, node: undefined })}
          >
            {actors.map(({ key }: ActorWorld) => (
              <option key={key} value={key}>
                {shortActor(key)}
              </option>
            ))}
          </select>
        </label>
        <TypeField type={draft.type} forms={forms} choose={choose} />
        <button type="submit" class="button">
          Send
        </button>
      </div>
      <TypeChoices type={draft.type} forms={forms} choose={choose} />
      {draft.type !== "" && <DraftFields draft={draft} change={write} />}
      {said}
    </form>
  );
}

interface TypeProps {
  readonly type: string;
  readonly forms: readonly EventForm[];
  readonly choose: (type: string) => void;
}

function TypeField({ type, forms, choose }: TypeProps) {
  const id = useId();
  return (
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
  );
}

/** What the active states take, and what the chosen one may lead to. */
function TypeChoices({ type, forms, choose }: TypeProps) {
  const form = forms.find((one) => one.type === type);
  return (
    <>
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
    </>
  );
}
