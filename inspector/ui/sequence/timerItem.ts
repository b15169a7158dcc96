/** What becomes of a timer, in words, at the lane of its owner. */
import { fieldText } from "../../../charts/fieldText.ts";
import type { SequenceLevel } from "../../../charts/item.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import { shortActor } from "../panels/shared/recordLine.ts";
import { spanText } from "../panels/shared/time.ts";
import { timerName } from "../panels/timers/timerRows.ts";
import type { LaneTimer } from "./laneItem.ts";
import type { LaneId } from "./lanes.ts";

/** The protocols' own, by their owner: one is set with every message. */
const OF_PROTOCOL = /^(?:coap|dtls|observe) /;

/** XState's own name of an actor that has none. */
const ROOT = /^x:\d+$/;

const WORDS = { set: "", fired: "fired: ", cleared: "stopped: " } as const;

/** `register/1: update.due, 59 min 20 s`. `isOwn`: the lane is its owner's, which then needs not be named. */
export function timerItem(record: TraceRecord, at: LaneId, isOwn = false): LaneTimer {
  const { owner, name, delay, purpose } = record;
  const operation = record.operation === "fired" || record.operation === "cleared" ? record.operation : "set";
  const named = timerName(fieldText(name));
  // XState's own are called after their delay.
  const isNew = operation === "set" && typeof delay === "number" && named === name;
  const whose = isOwn || ROOT.test(fieldText(owner)) ? "" : `${shortActor(fieldText(owner))}: `;
  return {
    shape: "timer",
    at,
    operation,
    level: levelOf(record),
    label: `${WORDS[operation]}${whose}${named}${isNew ? `, ${spanText(delay)}` : ""}`,
    ...(typeof purpose === "string" && { detail: purpose }),
    tone: "quiet",
  };
}

/**
 * Deadlines and retries of charts are few and say what is waited for. What comes of a protocol's timer or of XState's own
 * is drawn anyway, as the message that is sent again or the event that an actor takes.
 */
function levelOf({ owner, name }: TraceRecord): SequenceLevel {
  return OF_PROTOCOL.test(fieldText(owner)) || fieldText(name).startsWith("xstate.") ? "all" : "messages";
}
