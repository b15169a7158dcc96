/** The sequence chart of an app that is no carrier: its machines are the lanes, the events that they take the messages. */
import type { TraceRecord } from "../../../ports/trace.ts";
import type { ActorRecord, StepRecord } from "../../records.ts";
import { innermostNodes } from "../activeNodes.ts";
import { lastName, listWords } from "../words.ts";

/** Whoever sent an event that no watched actor sent. */
const OUTSIDE = "outside";

type Item =
  | {
      readonly shape: "message";
      readonly from: string;
      readonly to: string;
      readonly label: string;
      readonly lost: boolean;
    }
  | { readonly shape: "box"; readonly at: string; readonly label: string };

/** Whether the records have no lifelines of a carrier, but steps. */
export function isActorSequence(records: readonly TraceRecord[]): boolean {
  return (
    records.some(({ kind }) => kind === "step") &&
    !records.some(({ from, to }) => from !== undefined || to !== undefined)
  );
}

/** As mscgen's text. */
export function exportActorMsc(records: readonly TraceRecord[]): string {
  const items = records.flatMap(itemsOf);
  const lanes = lanesOf(items);
  const id = (lane: string) => `a${lanes.indexOf(lane)}`;
  const entities = lanes.map((lane) => `${id(lane)} [label=${quoted(lane)}]`);
  const arcs = items.map((item) =>
    item.shape === "box"
      ? `${id(item.at)} box ${id(item.at)} [label=${quoted(item.label)}]`
      : `${id(item.from)} ${item.lost ? "-x" : "=>"} ${id(item.to)} [label=${quoted(item.label)}]`,
  );
  const lines = [...(entities.length === 0 ? ["a0"] : [entities.join(", ")]), ...(arcs.length === 0 ? ["|||"] : arcs)];
  return ["msc {", '  hscale="1.4";', ...lines.map((line) => `  ${line};`), "}", ""].join("\n");
}

/** As Mermaid's. */
export function exportActorMermaid(records: readonly TraceRecord[]): string {
  const items = records.flatMap(itemsOf);
  const lanes = lanesOf(items);
  const id = (lane: string) => `a${lanes.indexOf(lane)}`;
  return [
    "sequenceDiagram",
    ...lanes.map((lane) => `  participant ${id(lane)} as ${escaped(lane)}`),
    ...items.map((item) =>
      item.shape === "box"
        ? `  Note over ${id(item.at)}: ${escaped(item.label)}`
        : `  ${id(item.from)}${item.lost ? "-x" : "->>"}${id(item.to)}: ${escaped(item.label)}`,
    ),
    "",
  ].join("\n");
}

function itemsOf(record: TraceRecord): Item[] {
  if (record.kind === "actor") {
    const { actor, logic, phase, error, status } = record as ActorRecord;
    if (logic !== "machine" || phase !== "ended") return [];
    return [{ shape: "box", at: actor, label: error === undefined ? `ended (${status ?? "stopped"})` : "failed" }];
  }
  if (record.kind !== "step") return [];
  const { actor, event, sender, ignored = false, entered = [], active } = record as StepRecord;
  const isInnermost = new Set(innermostNodes(active));
  const states = entered.filter((id) => isInnermost.has(id)).map(lastName);
  return [
    { shape: "message", from: sender ?? OUTSIDE, to: actor, label: event.type, lost: ignored },
    ...(states.length === 0 ? [] : [{ shape: "box", at: actor, label: listWords(states) } as const]),
  ];
}

/** In the order in which they appear, the outside first. */
function lanesOf(items: readonly Item[]): string[] {
  const lanes = new Set<string>();
  if (items.some((item) => item.shape === "message" && item.from === OUTSIDE)) lanes.add(OUTSIDE);
  for (const item of items) {
    if (item.shape === "box") lanes.add(item.at);
    else lanes.add(item.from).add(item.to);
  }
  return [...lanes];
}

/** mscgen has an escape for the quote and none for a backslash. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "/").replaceAll('"', '\\"').replace(/\s+/g, " ")}"`;
}

function escaped(text: string): string {
  const safe = text.replace(/[#;<>%]/g, (character) => `#${character.charCodeAt(0)};`).replace(/\s+/g, " ");
  return /^end$/i.test(safe) ? `(${safe})` : safe;
}
