/** The selected message taken apart, what belongs to it on the wire, what led to it and what it led to. */
import type { SessionView } from "../../../model/sessionContract.ts";
import { useApp } from "../../state/useApp.ts";
import { Empty, LinkTo, Section } from "../shared/parts.tsx";
import { recordLine } from "../shared/recordLine.ts";
import { ValueView } from "../shared/valueView.tsx";
import { exchangeOf, transitionAfter, transitionBefore, wireBefore } from "./exchange.ts";
import { type Field, isWire, laterText, wireSections } from "./wireFields.ts";

/** Messages listed where none is selected. */
const LATEST = 12;

export function Wire() {
  const app = useApp();
  const { session } = app.entry;
  const at = app.view.selected ?? app.index;
  if (at < 0 || at >= session.length) return <Empty title="No message yet." />;
  const record = session.at(at);
  if (!isWire(record)) return <NoMessage session={session} at={at} selected={app.view.selected !== undefined} />;
  const { text, tone } = recordLine(record);
  const exchange = exchangeOf(session, at);
  return (
    <div class="explained">
      <div class="explained-lead">
        <p class={`panel-lead tone-${tone}`}>{text}</p>
        {wireSections(record, labelsAt(session, at, record.device)).map((section) => (
          <Section key={section.title} title={section.title}>
            <Fields fields={section.fields} />
            {section.value !== undefined &&
              (typeof section.value === "string" ? (
                <pre class="octets">{section.value}</pre>
              ) : (
                <ValueView value={section.value} open={3} />
              ))}
          </Section>
        ))}
      </div>
      <div class="explained-why">
        {exchange.length > 0 && (
          <Section title="Belongs together" hint={record.kind === "coap" ? "by token and message ID" : undefined}>
            {exchange.map(({ index, role }) => (
              <LinkTo
                key={index}
                index={index}
                as={role}
                current={index === at}
                note={index === at ? "selected" : laterText(record, session.at(index))}
              />
            ))}
          </Section>
        )}
        <Causes session={session} at={at} />
      </div>
    </div>
  );
}

/** The names that the device's trees give to paths. */
function labelsAt(session: SessionView, at: number, device: string) {
  const trees = session.worldAt(at).devices.get(device)?.trees;
  return (path: string) => {
    for (const leaves of trees?.values() ?? []) {
      const label = leaves.get(path)?.label;
      if (label !== undefined) return label;
    }
    return undefined;
  };
}

function Fields({ fields }: { fields: readonly Field[] }) {
  if (fields.length === 0) return null;
  return (
    <dl class="fields">
      {fields.map((field, position) => (
        <div key={position} class={field.tone === undefined ? undefined : `tone-${field.tone}`}>
          <dt>{field.label}</dt>
          <dd>
            <span class="mono">{field.text}</span>
            {field.note !== undefined && <span class="faint"> {field.note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Causes({ session, at }: { session: SessionView; at: number }) {
  const cause = session.causeOf(at);
  const effects = session.effectsOf(at);
  const before = transitionBefore(session, at);
  const after = transitionAfter(session, at);
  return (
    <>
      {cause !== undefined && (
        <Section title="Caused by">
          {before !== undefined && before !== cause && <LinkTo index={before} as="transition" />}
          <LinkTo index={cause} />
        </Section>
      )}
      <Section title="Led to">
        {effects.length === 0 && <p class="faint">Nothing that is recorded.</p>}
        {effects.slice(0, LATEST).map((index) => (
          <LinkTo key={index} index={index} />
        ))}
        {after !== undefined && !effects.includes(after) && <LinkTo index={after} as="transition" />}
      </Section>
    </>
  );
}

function NoMessage({ session, at, selected }: { session: SessionView; at: number; selected: boolean }) {
  const ledTo = selected ? causingMessage(session, at) : undefined;
  const caused = selected ? session.effectsOf(at).filter((index) => isWire(session.at(index))) : [];
  const latest = wireBefore(session, at, isWire, LATEST);
  return (
    <>
      {ledTo !== undefined && (
        <Section title="The message that led to what is selected">
          <LinkTo index={ledTo} />
        </Section>
      )}
      {caused.length > 0 && (
        <Section title="Messages that it caused">
          {caused.map((index) => (
            <LinkTo key={index} index={index} />
          ))}
        </Section>
      )}
      <Section title={latest.length === 0 ? "No message before this" : "Latest messages"}>
        {latest.map((index) => (
          <LinkTo key={index} index={index} />
        ))}
      </Section>
    </>
  );
}

function causingMessage(session: SessionView, at: number): number | undefined {
  const seen = new Set<number>();
  for (let cause = session.causeOf(at); cause !== undefined && !seen.has(cause); cause = session.causeOf(cause)) {
    if (isWire(session.at(cause))) return cause;
    seen.add(cause);
  }
  return undefined;
}
