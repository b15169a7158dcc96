/** A recording as a sequence diagram in Mermaid's language. */
import type { Lifeline, TraceRecord } from "../ports/trace.ts";
import { type ItemArrow, lifelineName, type SequenceItem } from "./item.ts";
import { participantsOf } from "./participants.ts";
import { type SequenceOptions, sequenceOf } from "./sequence.ts";

const ARROWS: Readonly<Record<ItemArrow, string>> = {
  "=>": "->>",
  "=>>": "->>",
  ">>": "-->>",
  "->": "->>",
  "-x": "-x",
  "<=>": "<<->>",
};

export function exportMermaid(records: Iterable<TraceRecord>, options?: SequenceOptions): string {
  const items = [...sequenceOf(records, options)];
  const participants = participantsOf(items);
  const span = `${idOf(participants[0]!)},${idOf(participants.at(-1)!)}`;
  return [
    "sequenceDiagram",
    ...participants.map((lifeline) => `  participant ${idOf(lifeline)} as ${escaped(lifelineName(lifeline))}`),
    ...items.map((item) => `  ${statementOf(item, span)}`),
    "",
  ].join("\n");
}

function statementOf(item: SequenceItem, span: string): string {
  const label = escaped(item.label);
  switch (item.shape) {
    case "divider":
      return `Note over ${span}: ${label}`;
    case "box":
      return `Note over ${idOf(item.at)}: ${label}`;
    case "fold":
      return `${idOf(item.from)}-->>${idOf(item.to)}: ${label}`;
    case "message":
      return `${idOf(item.from)}${ARROWS[item.arrow]}${idOf(item.to)}: ${label}`;
  }
}

/** `link` is a word of Mermaid's own. */
function idOf(lifeline: Lifeline): string {
  return lifeline === "link" ? "lteLink" : lifeline.replace("/", "");
}

/** `#` begins Mermaid's entity codes, `;` ends a statement, `%%` begins a comment, the bare word `end` ends a block. */
function escaped(text: string): string {
  const safe = text.replace(/[#;<>%]/g, (character) => `#${character.charCodeAt(0)};`);
  return /^end$/i.test(safe) ? `(${safe})` : safe;
}
