/** The selected record as it stands in the recording. */
import { useApp } from "../../state/useApp.ts";
import { Empty, LinkTo, Section } from "../shared/parts.tsx";
import { ValueView } from "../shared/valueView.tsx";

export function Records() {
  const app = useApp();
  const { session } = app.entry;
  const at = app.view.selected ?? app.index;
  if (at < 0 || at >= session.length) return <Empty title="No record yet." />;
  const record = session.at(at);
  const copy = () => {
    navigator.clipboard
      .writeText(JSON.stringify(record))
      .then(() => app.notify(`Record ${record.seq} is in the clipboard.`))
      .catch(() => app.notify("The browser did not allow the copy.", "bad"));
  };
  const cause = session.causeOf(at);
  return (
    <>
      <div class="panel-bar">
        <strong>
          Record {record.seq} of {record.device}
        </strong>
        <span class="faint">{record.kind}</span>
        <button type="button" class="button" disabled={at === 0} onClick={() => app.select(at - 1)}>
          Previous
        </button>
        <button type="button" class="button" disabled={at + 1 >= session.length} onClick={() => app.select(at + 1)}>
          Next
        </button>
        <button type="button" class="button" onClick={copy}>
          Copy JSON
        </button>
      </div>
      <div class="raw-record">
        {Object.entries(record).map(([name, value]) => (
          <ValueView key={`${at} ${name}`} name={name} value={value} path={name} open={3} />
        ))}
      </div>
      {cause !== undefined && (
        <Section title="Cause">
          <LinkTo index={cause} />
        </Section>
      )}
      {session.effectsOf(at).length > 0 && (
        <Section title="Effects">
          {session.effectsOf(at).map((index) => (
            <LinkTo key={index} index={index} />
          ))}
        </Section>
      )}
    </>
  );
}
