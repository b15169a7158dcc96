/** What a step came with and what it did: the event's fields, the actions, what changed in the context. */
import type { ActionTaken, StepRecord } from "../../../records.ts";
import { useTheApp } from "../../state/useApp.ts";
import { Section } from "../shared/parts.tsx";
import { eventName, shortActor } from "../shared/recordLine.ts";
import { spanText } from "../shared/time.ts";
import { summaryOf } from "../shared/valueTree.ts";
import { ValueView } from "../shared/valueView.tsx";

export function StepDetails({ step }: { step: StepRecord }) {
  const app = useTheApp();
  const { type, ...fields } = step.event ?? { type: "" };
  const actions = Array.isArray(step.actions) ? step.actions : [];
  const changed = Object.entries(step.context?.set ?? {});
  const removed = step.context?.removed ?? [];
  return (
    <>
      {Object.keys(fields).length > 0 && (
        <Section title="The event" hint={eventName(String(type))}>
          {Object.entries(fields).map(([name, value]) => (
            <ValueView key={name} name={name} value={value} path={name} open={1} />
          ))}
        </Section>
      )}
      {(actions.length > 0 || changed.length > 0 || removed.length > 0) && (
        <Section title="What it did">
          <ul class="deeds">
            {actions.map((action, position) => (
              <li key={position}>
                <Deed action={action} />
              </li>
            ))}
            {changed.map(([name, value]) => (
              <li key={`set ${name}`}>
                <button type="button" class="link" onClick={() => app.update({ panel: "context", actor: step.actor })}>
                  context.{name}
                </button>{" "}
                is now <code>{summaryOf(value)}</code>
              </li>
            ))}
            {removed.map((name) => (
              <li key={`removed ${name}`}>context.{name} is gone</li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function Deed({ action }: { action: ActionTaken }) {
  const { type, params, to, event, delay } = action;
  return (
    <>
      <code>{type}</code>
      {event !== undefined && (
        <>
          {" "}
          <code class="faint">{summaryOf(event)}</code>
        </>
      )}
      {to !== undefined && ` to ${shortActor(to)}`}
      {delay !== undefined && `, in ${spanText(delay)}`}
      {params !== undefined && event === undefined && (
        <>
          {" "}
          <code class="faint">{summaryOf(params)}</code>
        </>
      )}
    </>
  );
}
