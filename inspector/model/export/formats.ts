/** Everything that a recording can be saved as: what a menu lists. */
import { exportMermaid } from "../../../charts/exportMermaid.ts";
import { exportMsc } from "../../../charts/exportMsc.ts";
import type { SequenceLevel } from "../../../charts/item.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { SessionView } from "../sessionContract.ts";
import { exportActorMermaid, exportActorMsc, isActorSequence } from "./actorSequence.ts";
import { exportPcapng } from "./pcapng.ts";
import { exportRecords } from "./records.ts";
import { endOfInput, exportReplayTest } from "./replayTest.ts";
import { exportStateMermaid } from "./stateMermaid.ts";

export interface ExportRange {
  /** Indices of the first and the last record; default: everything. */
  readonly from?: number;
  readonly to?: number;
  /** Default: every device. */
  readonly device?: string;
  /** Of a sequence chart. Default: `messages`. */
  readonly level?: SequenceLevel;
  /** Key of the actor whose chart is drawn; needs `device`. Default: the first machine. */
  readonly actor?: string;
  /** What else the records must be: a compiled filter. */
  readonly matches?: (record: TraceRecord) => boolean;
}

export interface ExportFormat {
  readonly id: "records" | "pcapng" | "mscgen" | "mermaidSequence" | "mermaidState" | "test";
  readonly label: string;
  readonly description: string;
  /** Without a dot. */
  readonly extension: string;
  readonly mediaType: string;
  /** Throws an Error whose message says why when it cannot be done. */
  make(session: SessionView, range?: ExportRange): string | Uint8Array<ArrayBuffer>;
}

export const EXPORT_FORMATS: readonly ExportFormat[] = [
  {
    id: "records",
    label: "Recording",
    description: "all records; opened again by this page or lwm2m-carrier inspect",
    extension: "jsonl",
    mediaType: "application/jsonl",
    make: (session, range) => exportRecords(recordsOf(session, range)),
  },
  {
    id: "pcapng",
    label: "Wireshark capture",
    description: "CoAP messages, AT lines and events; datagrams and keys of a run in raw capture",
    extension: "pcapng",
    mediaType: "application/x-pcapng",
    make: (session, range) => exportPcapng(recordsOf(session, range)) as Uint8Array<ArrayBuffer>,
  },
  {
    id: "mscgen",
    label: "Sequence chart, mscgen",
    description: "text for mscgen and its relatives",
    extension: "msc",
    mediaType: "text/plain",
    make(session, range) {
      const records = [...recordsOf(session, range)];
      return isActorSequence(records) ? exportActorMsc(records) : exportMsc(records, { level: levelOf(range) });
    },
  },
  {
    id: "mermaidSequence",
    label: "Sequence chart, Mermaid",
    description: "text for Mermaid: READMEs, wikis",
    extension: "mmd",
    mediaType: "text/plain",
    make(session, range) {
      const records = [...recordsOf(session, range)];
      return isActorSequence(records) ? exportActorMermaid(records) : exportMermaid(records, { level: levelOf(range) });
    },
  },
  {
    id: "mermaidState",
    label: "Statechart, Mermaid",
    description: "the focused statechart, its active states marked",
    extension: "mmd",
    mediaType: "text/plain",
    make: stateDiagram,
  },
  {
    id: "test",
    label: "Jest test",
    description: "replays the charts' inputs and asks for the same transitions",
    extension: "test.ts",
    mediaType: "text/plain",
    make: replayTest,
  },
];

function levelOf(range: ExportRange | undefined): SequenceLevel {
  return range?.level ?? "messages";
}

function* recordsOf(session: SessionView, range: ExportRange = {}): Generator<TraceRecord> {
  const last = Math.min(range.to ?? Number.POSITIVE_INFINITY, session.length - 1);
  for (let index = Math.max(0, range.from ?? 0); index <= last; index++) {
    const record = session.at(index);
    if (range.device !== undefined && record.device !== range.device) continue;
    if (range.matches === undefined || range.matches(record)) yield record;
  }
}

function stateDiagram(session: SessionView, { device, actor, to }: ExportRange = {}): string {
  const world = to === undefined ? session.live : session.worldAt(to);
  const here = device === undefined ? world.devices.values().next().value : world.devices.get(device);
  const actors = [...(here?.actors.values() ?? [])].filter(({ definition }) => world.definitions.has(definition ?? ""));
  const chosen = actor === undefined ? actors[0] : actors.find(({ key }) => key === actor);
  if (chosen === undefined) throw new Error("The recording does not hold the chart: there is nothing to draw.");
  return exportStateMermaid(world.definitions.get(chosen.definition!)!, { active: chosen.active });
}

/** From the beginning of the run on: a replay cannot begin anywhere else. */
function replayTest(session: SessionView, { to, device }: ExportRange = {}): string {
  const records = [...recordsOf(session, device === undefined ? {} : { device })];
  if (to === undefined) return exportReplayTest(records);
  const last = session.at(Math.min(to, session.length - 1));
  const index = records.findLastIndex(({ seq }) => seq <= last.seq);
  return exportReplayTest(records.slice(0, endOfInput(records, Math.max(0, index))));
}
