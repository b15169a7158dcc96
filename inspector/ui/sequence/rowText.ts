/** What a row says in words: for folds, for tooltips and for those who hear the chart. */
import { formatBytes } from "../../../charts/format.ts";
import type { Fold } from "./folds.ts";
import type { LaneItem } from "./laneItem.ts";
import { laneTitle } from "./lanes.ts";
import type { SequenceRow } from "./rows.ts";

/** `412 blocks, 412 KiB` */
export function foldText({ unit, count, bytes, period }: Fold, item: LaneItem): string {
  const counted = (noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  switch (unit) {
    case "block":
      return `${counted("block")}, ${formatBytes(bytes)}`;
    case "part":
      return `${formatBytes(bytes)} received`;
    case "retransmission":
      return `${counted("retransmission")}: ${item.label}`;
    case "notification":
      return `${counted("notification")}: ${item.label.replace(/, notification$/, "")}`;
    case "repeat":
      return period === 1
        ? `${count} times more: ${item.label}`
        : `${count} times more the same ${period}: ${item.label} …`;
  }
}

/** The row as a sentence, without its time. */
export function rowText(row: SequenceRow): string {
  if (row.kind === "gap") return `${row.count} records are missing`;
  const { item } = row;
  const said = row.kind === "fold" ? foldText(row.fold, item) : item.label;
  const detail = row.kind === "item" && item.detail !== undefined ? ` (${item.detail})` : "";
  const unanswered = row.kind === "item" && row.unanswered ? ", no answer: sent again" : "";
  return `${placeText(item)}${said}${detail}${unanswered}`;
}

function placeText(item: LaneItem): string {
  switch (item.shape) {
    case "divider":
      return "";
    case "box":
    case "state":
    case "timer":
      return `${laneTitle(item.at)}: `;
    case "message":
      return item.from === item.to ? `${laneTitle(item.from)}: ` : `${laneTitle(item.from)} to ${laneTitle(item.to)}: `;
  }
}
