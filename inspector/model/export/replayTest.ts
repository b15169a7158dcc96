/** A recording as a Jest test that lives it again through the statecharts alone and asks for the same transitions. */
import type { TraceRecord } from "../../../ports/trace.ts";
import { recordLine } from "./records.ts";

/** What the replay needs of a recording. */
const KINDS: ReadonlySet<string> = new Set(["run", "chart", "event"]);

export class NotReplayable extends Error {
  override readonly name = "NotReplayable";
}

export interface ReplayTestOptions {
  /** What the test is called. Default: what the recording is of. */
  readonly title?: string;
  /** Default: the device of the first record. */
  readonly device?: string;
}

/**
 * Text of the test. `records` are a run from its beginning; an end in the midst of what an input led to is completed
 * from the records after it. Throws `NotReplayable` with the reason when the recording is not enough.
 */
export function exportReplayTest(records: readonly TraceRecord[], options: ReplayTestOptions = {}): string {
  const device = options.device ?? records.find(({ kind }) => KINDS.has(kind))?.device;
  const chosen = records.filter((record) => record.device === device && KINDS.has(record.kind));
  const run = chosen.find(({ kind }) => kind === "run");
  const first = chosen.find(({ kind }) => kind === "chart");
  if (first === undefined)
    throw new NotReplayable("It holds no step of a carrier's charts: there is nothing to replay.");
  if (run === undefined || chosen.indexOf(run) > chosen.indexOf(first))
    throw new NotReplayable("It does not begin with the beginning of a run: the charts' first inputs are missing.");
  if (run.watched === true) throw new NotReplayable("It is of a device that was watched from outside.");
  if (typeof run.edition !== "string") throw new NotReplayable("Its run does not tell the edition.");
  const lines = chosen.map((record) => embedded(recordLine(essence(record))));
  const names = chosen.filter(({ kind }) => kind === "event").map(({ name }) => `    ${JSON.stringify(name)},`);
  const title = options.title ?? `${device} in edition ${run.edition} does again what was recorded`;
  return `/** A recorded run, lived again through the statecharts alone: the same inputs lead to the same transitions and events. */
import { expect, test } from "@jest/globals";
import { replayCharts } from "lwm2m-carrier";
import { EDITIONS } from "lwm2m-carrier/machines";
import { reviver } from "lwm2m-carrier/trace";

/** Records of the run, one a line: its beginning, the steps of its charts, what the application was told. */
const RECORDED = String.raw\`
${lines.join("\n")}
\`;

test(${JSON.stringify(title)}, () => {
  const lines = RECORDED.trim().split("\\n");
  const records = lines.map((line) => JSON.parse(line, reviver));
  const { events, deviation } = replayCharts(records, { edition: EDITIONS[${JSON.stringify(run.edition)}] });
  expect(deviation).toBeUndefined();
  expect(events.map(({ name }) => name)).toEqual([
${names.join("\n")}
  ]);
});
`;
}

/** Index after the last record that belongs to the input at or before `index`: what an input leads to comes at once. */
export function endOfInput(records: readonly TraceRecord[], index: number): number {
  const { device } = records[index] ?? {};
  let end = index + 1;
  for (let at = index + 1; at < records.length; at++) {
    const record = records[at]!;
    if (record.device !== device || (record.kind !== "chart" && record.kind !== "event")) continue;
    if (record.kind === "chart" && record.input === true) break;
    end = at + 1;
  }
  return end;
}

/** A recording's line without what the replay does not ask for. */
function essence(record: TraceRecord): Record<string, unknown> {
  const { cause: _, from: __, to: ___, ...fields } = record;
  return fields;
}

/** JSON within a raw template: what would end it, or begin a substitution, is written as JSON's own escape. */
function embedded(json: string): string {
  return json.replaceAll("`", "\\u0060").replaceAll("$", "\\u0024");
}
