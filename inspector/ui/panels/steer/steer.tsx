/** What may be done to the running app, and what was. */
import { injectedText } from "../../../../charts/injectedText.ts";
import type { TraceRecord } from "../../../../ports/trace.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import { useApp } from "../../state/useApp.ts";
import { Empty, LinkTo, Section } from "../shared/parts.tsx";
import { RecordIndex } from "../shared/recordIndex.ts";
import { BreakpointList } from "./breakpointList.tsx";
import { ControlForm } from "./controlForm.tsx";
import { Freezing } from "./freezing.tsx";
import { SendForm } from "./sendForm.tsx";

/** Newest of what was done that are listed. */
const LATEST = 20;
const done = new RecordIndex(
  ({ kind, outcome }) => (kind === "injected" && outcome === undefined) || kind === "breakpoint" || kind === "fault",
);

export function Steer() {
  const app = useApp();
  const { steering, state } = app.entry;
  const log = <Done />;
  if (state === "file")
    return (
      <>
        <Empty title="A recording cannot be steered." />
        {log}
      </>
    );
  if (steering === undefined) {
    return (
      <>
        <Empty title="This app does not let itself be steered.">
          <p>It says so with the option "steering" of its inspector.</p>
        </Empty>
        {log}
      </>
    );
  }
  if (state !== "live")
    return (
      <>
        <Empty title="The connection to the app is lost." />
        {log}
      </>
    );
  const controls = steering.controls.filter(({ device }) => device === undefined || device === app.view.device);
  const groups = [...new Set(controls.map(({ group }) => group))];
  return (
    <div class="explained">
      <div class="explained-lead">
        {app.view.cursor.index !== "live" && (
          <p class="faint panel-note">You look at the past: what is done here is done now.</p>
        )}
        {steering.freeze && (
          <Section title="Time">
            <Freezing />
          </Section>
        )}
        {groups.map((group) => (
          <Section key={group} title={group}>
            <div class="controls">
              {controls
                .filter((control) => control.group === group)
                .map((control) => (
                  <ControlForm key={`${control.name} ${control.device ?? ""}`} control={control} />
                ))}
            </div>
          </Section>
        ))}
      </div>
      <div class="explained-why">
        {steering.send && (
          <Section title="Send an event">
            <SendForm />
          </Section>
        )}
        {steering.freeze && (
          <Section title="Breakpoints">
            <BreakpointList />
          </Section>
        )}
      </div>
      <div class="explained-after">{log}</div>
    </div>
  );
}

function Done() {
  const app = useApp();
  const { session } = app.entry;
  const indices = done.of(session).filter((index) => session.at(index).device === app.view.device);
  if (indices.length === 0) return null;
  return (
    <Section title="What was done" hint={`${indices.length}`}>
      {indices
        .slice(-LATEST)
        .reverse()
        .map((index) => (
          <LinkTo key={index} index={index} {...doneText(session, index)} />
        ))}
    </Section>
  );
}

/** With its values, and that it was refused where it was. */
function doneText(session: SessionView, index: number): { readonly text?: string } {
  const record = session.at(index);
  if (record.kind !== "injected") return {};
  const refused = session
    .effectsOf(index)
    .map((effect) => session.at(effect))
    .find(isOutcome);
  const came = refused === undefined ? {} : { outcome: refused.outcome, detail: refused.detail };
  return { text: injectedText({ ...record, ...came }) };
}

function isOutcome({ kind, outcome }: TraceRecord): boolean {
  return kind === "injected" && outcome !== undefined;
}
