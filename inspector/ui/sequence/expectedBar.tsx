/** The chart that the run is held against: how far it is, what has come, and where it first is otherwise. */
import type { ExpectedArc, ExpectedChart, ExpectedCharts } from "./expected.ts";
import "./expectedBar.css";

export interface ExpectedBarProps {
  readonly charts: ExpectedCharts | undefined;
  readonly chosen: ExpectedChart | undefined;
  /** What somebody chose; empty: whatever tells most. */
  readonly name: string;
  readonly onChoose: (name: string) => void;
  readonly onSelect: (index: number) => void;
}

const STATES = {
  notBegun: { sign: "·", text: "has not begun", tone: "" },
  "under way": { sign: "…", text: "under way", tone: "active" },
  conforms: { sign: "✓", text: "conforms", tone: "good" },
  deviates: { sign: "✗", text: "deviates", tone: "bad" },
  disturbed: { sign: "≠", text: "deviates after something done by hand", tone: "warning" },
  cutOff: { sign: "≠", text: "cut off: the device began anew", tone: "warning" },
  otherCourse: { sign: "–", text: "the run took another course", tone: "" },
} as const;

export function ExpectedBar({ charts, chosen, name, onChoose, onSelect }: ExpectedBarProps) {
  if (charts === undefined) return <p class="expected">The expected charts are being fetched.</p>;
  if (chosen === undefined) return <p class="expected">The run tells no edition that has charts.</p>;
  const { sign, text, tone } = STATES[chosen.state];
  const { deviation } = chosen;
  const at = deviation?.index;
  const next = chosen.state === "under way" ? chosen.arcs.find(({ index }) => index === undefined) : undefined;
  return (
    <section class="expected" aria-label="Expected chart">
      <div class="expected-head">
        <select
          class="field"
          aria-label="Expected chart"
          value={name}
          onChange={(event) => onChoose(event.currentTarget.value)}
        >
          <option value="">as the run goes</option>
          {charts.charts.map(({ name, state }) => (
            <option key={name} value={name}>
              {STATES[state].sign} {name}
            </option>
          ))}
        </select>
        {name === "" && <b>{chosen.name}</b>}
        <span class={`chip ${tone}`} role="status">
          {sign} {text}
        </span>
        <span class="expected-count">
          {chosen.through} of {chosen.arcs.length} arcs
          {next !== undefined && `, next: ${next.label}`}
        </span>
        <details class="expected-arcs">
          <summary>The arcs of the chart</summary>
          <ol>
            {chosen.arcs.map((arc) => (
              <ArcLine key={arc.source} arc={arc} onSelect={onSelect} />
            ))}
          </ol>
        </details>
      </div>
      {deviation !== undefined && (
        <p class={`expected-deviation ${tone}`}>
          {deviation.sentence}{" "}
          {at !== undefined && (
            <button type="button" class="button" onClick={() => onSelect(at)}>
              Show it
            </button>
          )}
        </p>
      )}
    </section>
  );
}

function ArcLine({ arc, onSelect }: { readonly arc: ExpectedArc; readonly onSelect: (index: number) => void }) {
  const { index } = arc;
  return (
    <li class={index === undefined ? "due" : "come"} title={arc.source}>
      {index === undefined ? (
        <span>○ {arc.label}</span>
      ) : (
        <button type="button" onClick={() => onSelect(index)}>
          ✓ {arc.label}
        </button>
      )}
    </li>
  );
}
