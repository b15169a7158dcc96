/** What is otherwise: between two points of a run, or in two runs beside each other. */
import type { DifferenceRow } from "../../../model/difference.ts";
import { joinPath, summaryOf } from "../shared/valueTree.ts";

/** Characters of a value. */
const VALUE_LENGTH = 200;
const SIGNS = { added: "+", removed: "−", changed: "~" } as const;
const IN_RUNS = { added: "in B alone", removed: "in A alone", changed: "differs" } as const;

interface DifferencesProps {
  readonly rows: readonly DifferenceRow[];
  /** From run A to run B, rather than from before to after. */
  readonly runs: boolean;
}

export function Differences({ rows, runs }: DifferencesProps) {
  return (
    <ul class="differences">
      {rows.map((row) => (runs ? <InRuns key={pathOf(row)} row={row} /> : <InTime key={pathOf(row)} row={row} />))}
    </ul>
  );
}

export function pathOf({ path }: DifferenceRow): string {
  return path.reduce<string>((joined, key) => joinPath(joined, String(key)), "");
}

function InTime({ row }: { row: DifferenceRow }) {
  return (
    <li class={`difference ${row.change}`}>
      <span class="difference-sign" aria-hidden="true">
        {SIGNS[row.change]}
      </span>
      <span class="mono difference-path">
        {pathOf(row)}
        <span class="hidden-text"> {row.change}</span>
      </span>
      <span class="difference-values mono">
        {row.change !== "added" && <del>{summaryOf(row.before, VALUE_LENGTH)}</del>}
        {row.change === "changed" && " → "}
        {row.change !== "removed" && <ins>{summaryOf(row.after, VALUE_LENGTH)}</ins>}
      </span>
    </li>
  );
}

function InRuns({ row }: { row: DifferenceRow }) {
  return (
    <li class="difference in-runs">
      <span class="mono difference-path">
        {pathOf(row)}
        <span class="hidden-text"> {IN_RUNS[row.change]}</span>
      </span>
      <InRun name="A" value={row.before} isThere={row.change !== "added"} />
      <InRun name="B" value={row.after} isThere={row.change !== "removed"} />
    </li>
  );
}

function InRun({ name, value, isThere }: { name: string; value: unknown; isThere: boolean }) {
  return (
    <span class="difference-side">
      <span class="side-name">{name}</span>
      {isThere ? (
        <span class="mono difference-values">{summaryOf(value, VALUE_LENGTH)}</span>
      ) : (
        <span class="faint">not there</span>
      )}
    </span>
  );
}
