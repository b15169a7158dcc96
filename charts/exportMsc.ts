/** A recording as a sequence chart in mscgen's language. */
import type { Lifeline, TraceRecord } from "../ports/trace.ts";
import { lifelineName, type SequenceItem } from "./item.ts";
import { participantsOf } from "./participants.ts";
import { type SequenceOptions, sequenceOf } from "./sequence.ts";

export interface MscOptions extends SequenceOptions {
  /** Comment lines at the top. */
  readonly title?: string;
}

const IDS: Readonly<Record<string, string>> = { application: "app", library: "lib", firmwareHost: "host" };

/** mscgen text; parseChart reads it back. */
export function exportMsc(records: Iterable<TraceRecord>, options: MscOptions = {}): string {
  const items = [...sequenceOf(records, options)];
  const title = options.title === undefined ? [] : options.title.split("\n").map((line) => `# ${line}`);
  const entities = participantsOf(items).map(
    (lifeline) => `${idOf(lifeline)} [label=${quote(lifelineName(lifeline))}]`,
  );
  // mscgen asks for an arc; a recording of which nothing is drawn gets room.
  const arcs = items.length === 0 ? ["|||"] : items.map(arcOf);
  return [
    ...title,
    "msc {",
    '  hscale="1.4";',
    `  ${entities.join(", ")};`,
    ...arcs.map((arc) => `  ${arc};`),
    "}",
    "",
  ].join("\n");
}

function arcOf(item: SequenceItem): string {
  const label = `[label=${quote(item.label)}]`;
  switch (item.shape) {
    case "divider":
      return `--- ${label}`;
    case "box":
      return `${idOf(item.at)} box ${idOf(item.at)} ${label}`;
    case "fold":
      return `${idOf(item.from)} -> ${idOf(item.to)} ${label}`;
    case "message":
      return `${idOf(item.from)} ${item.arrow} ${idOf(item.to)} ${label}`;
  }
}

function idOf(lifeline: Lifeline): string {
  return IDS[lifeline] ?? lifeline.replace("/", "");
}

/** mscgen has an escape for the quote and none for a backslash, which it takes to begin one. */
function quote(text: string): string {
  return `"${text.replaceAll("\\", "/").replaceAll('"', '\\"')}"`;
}
