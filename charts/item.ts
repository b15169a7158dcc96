/** What is drawn of a run: messages between lifelines, boxes on one, dividers across all. */
import type { Lifeline } from "../ports/trace.ts";

/**
 * How much is drawn: what the carrier library's charts show; also the messages on the wire and to the modem; or
 * every record.
 */
export const SEQUENCE_LEVELS = ["events", "messages", "all"] as const;
export type SequenceLevel = (typeof SEQUENCE_LEVELS)[number];

/** What colour says. */
export type Tone = "event" | "good" | "warning" | "bad" | "call" | "link" | "wire" | "phase" | "quiet";

/** mscgen's arrows: a call, an event, an answer, a signal, a message that is lost, a connection. */
export type ItemArrow = "=>" | "=>>" | ">>" | "->" | "-x" | "<=>";

interface ItemBase {
  /** ms of the run's clock. */
  readonly time: number;
  /** The least level at which this is drawn. */
  readonly level: SequenceLevel;
  /** In the words of the specifications, one line, without control characters. */
  readonly label: string;
  /** What else is worth knowing, for example when the next attempt is due. */
  readonly detail?: string;
  readonly tone: Tone;
}

export interface MessageItem extends ItemBase {
  readonly shape: "message";
  readonly arrow: ItemArrow;
  readonly from: Lifeline;
  readonly to: Lifeline;
}

export interface BoxItem extends ItemBase {
  readonly shape: "box";
  readonly at: Lifeline;
}

export interface DividerItem extends ItemBase {
  readonly shape: "divider";
}

/** Many messages of one transfer in one: `… 412 blocks, 412 KiB`. */
export interface FoldItem extends ItemBase {
  readonly shape: "fold";
  readonly from: Lifeline;
  readonly to: Lifeline;
}

export type SequenceItem = MessageItem | BoxItem | DividerItem | FoldItem;

/** Names of lifelines as the charts write them. */
export function lifelineName(lifeline: Lifeline): string {
  return NAMES[lifeline] ?? lifeline.replace("server/", "Management server ");
}

const NAMES: Readonly<Record<string, string>> = {
  application: "Application",
  library: "LwM2M carrier library",
  link: "LTE link controller",
  modem: "Modem",
  bootstrap: "LwM2M bootstrap server",
  firmwareHost: "Firmware host",
};
