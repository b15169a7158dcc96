/** What is drawn of a record where the lanes are actors: the events they take, what they become, when they begin and end. */
import { describeRecord } from "../../../charts/describe.ts";
import { fieldText } from "../../../charts/fieldText.ts";
import type { SequenceLevel } from "../../../charts/item.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import { innermostNodes } from "../../model/activeNodes.ts";
import { lastName } from "../../model/words.ts";
import { eventName } from "../panels/shared/recordLine.ts";
import type { LaneItem } from "./laneItem.ts";
import type { LaneId } from "./lanes.ts";
import { timerItem } from "./timerItem.ts";

/** The lane that an actor's doings are drawn at: its own, or that of the one it works for. */
export type LaneOfActor = (key: string) => LaneId;

export function actorItems(record: TraceRecord, laneOf: LaneOfActor = actorLane): readonly LaneItem[] {
  switch (record.kind) {
    case "step":
      return stepItems(record, laneOf);
    case "actor":
      return lifeItems(record, laneOf);
    case "timer":
      return [ownTimerItem(record, laneOf(fieldText(record.owner)))];
    case "run":
      return [{ shape: "divider", level: "events", label: `${fieldText(record.device)} runs`, tone: "phase" }];
    case "result":
    case "fault":
    case "injected":
    case "breakpoint":
      return describeRecord(record).map(
        (item): LaneItem => ({ shape: "divider", level: "events", label: item.label, tone: item.tone }),
      );
    default:
      return [];
  }
}

function stepItems(record: TraceRecord, laneOf: LaneOfActor): readonly LaneItem[] {
  const at = laneOf(fieldText(record.actor));
  const type =
    typeof record.event === "object" && record.event !== null && "type" in record.event ? record.event.type : "";
  const from = typeof record.sender === "string" ? laneOf(record.sender) : undefined;
  const entered = Array.isArray(record.entered) ? record.entered : [];
  const ignored = record.ignored === true;
  const isDead = ignored && record.status !== undefined && record.status !== "active";
  const failed = record.status === "error" && !isDead;
  const level: SequenceLevel = entered.length > 0 || failed ? "events" : "messages";
  const items: LaneItem[] = [];
  // The start of an actor is its parent's doing; `actor` tells it.
  if (type !== "xstate.init") {
    items.push({
      shape: "message",
      arrow: isDead ? "-x" : ignored ? ">>" : "=>>",
      from: from ?? (isTimed(type) ? at : "outside"),
      to: at,
      level,
      label: eventName(fieldText(type)),
      ...(isDead
        ? { detail: "nobody takes it: the actor has ended" }
        : ignored && { detail: "ignored: no transition takes it here" }),
      tone: isDead ? "warning" : ignored ? "quiet" : "event",
    });
  }
  if (failed)
    items.push({ shape: "box", at, level: "events", label: `failed: ${errorText(record.error)}`, tone: "bad" });
  else if (entered.length > 0) {
    items.push({ shape: "state", at, level: "events", label: leavesOf(entered), tone: "phase" });
  }
  return items;
}

function lifeItems(record: TraceRecord, laneOf: LaneOfActor): readonly LaneItem[] {
  const at = laneOf(fieldText(record.actor));
  const isMachine = record.logic === "machine";
  const level: SequenceLevel = isMachine ? "messages" : "all";
  if (record.phase === "ended") {
    const failed = record.status === "error";
    const label = failed ? `failed: ${errorText(record.error)}` : record.status === "done" ? "done" : "stopped";
    return [{ shape: "box", at, level: failed ? "events" : level, label, tone: failed ? "bad" : "quiet" }];
  }
  if (record.phase === "found") {
    const label = isMachine ? leavesOf(record.active) : "is running";
    return [{ shape: "state", at, level, label: label === "" ? "is running" : label, tone: "quiet" }];
  }
  const about = { level, label: isMachine ? "start" : `start ${fieldText(record.logic)}`, tone: "quiet" } as const;
  return typeof record.parent === "string"
    ? [{ shape: "message", arrow: "->", from: laneOf(record.parent), to: at, ...about }]
    : [{ shape: "box", at, ...about }];
}

function ownTimerItem(record: TraceRecord, at: LaneId): LaneItem {
  return timerItem(record, at, at !== "outside");
}

export function actorLane(key: string): LaneId {
  return `actor:${key}`;
}

/** Events that an actor's own time makes. */
function isTimed(type: unknown): boolean {
  return typeof type === "string" && (type.startsWith("xstate.after.") || type === "");
}

/** Of the states those without one below them, by the last part of their path: `walk`, or one of each region. */
function leavesOf(states: unknown): string {
  const ids = Array.isArray(states) ? states.map(fieldText) : [];
  return innermostNodes(ids).map(lastName).join(", ");
}

function errorText(error: unknown): string {
  const message = typeof error === "object" && error !== null && "message" in error ? error.message : error;
  return fieldText(message ?? "an error");
}
