/** Small pieces that all panels are made of. */
import type { ComponentChildren } from "preact";
import type { TraceRecord } from "../../../../ports/trace.ts";
import { useTheApp } from "../../state/useApp.ts";
import { recordLine } from "./recordLine.ts";
import { timeText } from "./time.ts";

interface SectionProps {
  readonly title: string;
  readonly hint?: string | undefined;
  /** Beside the title. */
  readonly action?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Section({ title, hint, action, children }: SectionProps) {
  return (
    <section class="panel-section">
      <h3>
        {title}
        {hint !== undefined && <span class="hint">{hint}</span>}
        {action !== undefined && <span class="action">{action}</span>}
      </h3>
      {children}
    </section>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="panel-empty">
      <p class="panel-empty-title">{title}</p>
      {children}
    </div>
  );
}

const KIND_WORDS: Readonly<Record<string, string>> = {
  event: "to the application",
  chart: "statechart",
  step: "statechart",
  coap: "CoAP",
  dtls: "DTLS",
  http: "HTTP",
  at: "AT",
  modem: "modem",
  resource: "object",
  return: "answer",
  application: "application",
};

export function kindWord(kind: string): string {
  return KIND_WORDS[kind] ?? kind;
}

interface RecordLinkProps {
  readonly index: number;
  readonly record: TraceRecord;
  /** What it is to the selected record. */
  readonly as?: string | undefined;
  readonly note?: string;
  /** What it says; by default the record in one line. */
  readonly text?: string;
  readonly current?: boolean;
}

/** A record to go to. */
export function RecordLink({ index, record, as, note, text: said, current = false }: RecordLinkProps) {
  const app = useTheApp();
  const line = recordLine(record);
  const { text, detail, tone } = said === undefined ? line : { text: said, detail: undefined, tone: line.tone };
  return (
    <button
      type="button"
      class={`record-link tone-${tone}`}
      aria-current={current ? "true" : undefined}
      onClick={() => app.select(index)}
    >
      <span class="link-kind">{as ?? kindWord(record.kind)}</span>
      <span class="link-text">
        {text}
        {detail !== undefined && <span class="faint"> {detail}</span>}
      </span>
      <span class="link-time">{note ?? timeText(app.entry.session, record.time)}</span>
    </button>
  );
}

/** A link to a record of this session by its index; nothing where it is not here. */
export function LinkTo(props: Omit<RecordLinkProps, "index" | "record"> & { index: number | undefined }) {
  const { session } = useTheApp().entry;
  const { index, ...rest } = props;
  if (index === undefined || index < 0 || index >= session.length) return null;
  return <RecordLink index={index} record={session.at(index)} {...rest} />;
}
