/** A record as what is drawn of it between the lanes: lifelines of the carrier's world, or the actors of any app. */
import { describeRecord } from "../../../charts/describe.ts";
import { fieldText } from "../../../charts/fieldText.ts";
import type { ItemArrow, SequenceItem, SequenceLevel, Tone } from "../../../charts/item.ts";
import type { RecordKind, TraceRecord } from "../../../ports/trace.ts";
import { actorItems, type LaneOfActor } from "./actorItems.ts";
import type { LaneId } from "./lanes.ts";
import { timerItem } from "./timerItem.ts";

/** `lifelines`: application, library, modem, servers. `actors`: a lane for each actor, arrows are the events they take. */
export type LaneMode = "lifelines" | "actors";

interface LaneItemBase {
  readonly level: SequenceLevel;
  readonly label: string;
  readonly detail?: string;
  readonly tone: Tone;
}

export interface LaneMessage extends LaneItemBase {
  readonly shape: "message";
  readonly arrow: ItemArrow;
  readonly from: LaneId;
  readonly to: LaneId;
}

/** `state`: what the lane's owner is from here on. */
export interface LaneBox extends LaneItemBase {
  readonly shape: "box" | "state";
  readonly at: LaneId;
}

export interface LaneDivider extends LaneItemBase {
  readonly shape: "divider";
}

/** What becomes of a timer of the lane's owner. */
export interface LaneTimer extends LaneItemBase {
  readonly shape: "timer";
  readonly at: LaneId;
  readonly operation: "set" | "fired" | "cleared";
}

export type LaneItem = LaneMessage | LaneBox | LaneDivider | LaneTimer;

/** Everything that is drawn of a record at the level `all`. */
export function laneItems(record: TraceRecord, mode: LaneMode, laneOf?: LaneOfActor): readonly LaneItem[] {
  return mode === "actors" ? actorItems(record, laneOf) : describeRecord(record).map((item) => placed(item, record));
}

/** The lanes that an item touches. */
export function lanesOf(item: LaneItem): readonly LaneId[] {
  if (item.shape === "divider") return [];
  return item.shape === "message" ? [item.from, item.to] : [item.at];
}

/** Kinds that are between lifelines. Any app that is inspected may have the others. */
const LIFELINE_KINDS: ReadonlySet<RecordKind> = new Set<RecordKind>([
  "call",
  "return",
  "event",
  "application",
  "request",
  "answer",
  "chart",
  "coap",
  "dtls",
  "http",
  "modem",
  "at",
]);

/** Whether the record belongs to a world of lifelines: that of a carrier. */
export function tellsLifelines(record: TraceRecord): boolean {
  return LIFELINE_KINDS.has(record.kind);
}

/** What runs over the network is the device's endpoint's, not its library's. */
function placed(item: SequenceItem, record: TraceRecord): LaneItem {
  const onWire = record.kind === "coap" || record.kind === "dtls";
  if (item.shape === "message" || item.shape === "fold") {
    const { level, label, detail, tone } = item;
    const arrow = item.shape === "fold" ? "->" : item.arrow;
    const end = (lane: LaneId): LaneId => (onWire && lane === "library" ? "endpoint" : lane);
    const about = { level, label, tone, ...(detail !== undefined && { detail }) };
    return { ...about, shape: "message", arrow, from: end(item.from), to: end(item.to) };
  }
  if (record.kind !== "timer" || item.shape !== "box") return item;
  return timerItem(record, /^(?:coap|dtls) /.test(fieldText(record.owner)) ? "endpoint" : item.at);
}
