/** Steps of the statecharts in the words of the sequence charts. */
import type { Lifeline, TraceRecord } from "../ports/trace.ts";
import { fieldText } from "./fieldText.ts";
import type { BoxItem, DividerItem, MessageItem, SequenceItem, SequenceLevel, Tone } from "./item.ts";

interface Phase {
  readonly label: string;
  /** Where it is drawn; across all lifelines by default. */
  readonly at?: "library" | "peer";
  readonly tone?: Tone;
}

/** By chart and state entered. */
const PHASES: Readonly<Record<string, Readonly<Record<string, Phase>>>> = {
  carrier: {
    initialising: { label: "LwM2M carrier library is initializing" },
    initialisationFailed: { label: "LwM2M carrier library fails to initialize", at: "library", tone: "bad" },
    bootstrapping: { label: "device is not bootstrapped" },
    serving: { label: "device is bootstrapped" },
    registering: { label: "connect to the management server(s)", at: "library" },
    updatingFirmware: { label: "the management server starts a modem update" },
    disconnecting: { label: "disconnect from the management server", at: "library" },
    restarting: { label: "device reboot", at: "library" },
    exhausted: { label: "all attempts are used up", tone: "bad" },
  },
  bootstrap: {
    writingServerKeys: { label: "write bootstrap server keys to modem", at: "library" },
    writingManagementKeys: { label: "write management server keys to modem", at: "library" },
    sequenceFailed: { label: "expected objects are not sent", at: "peer", tone: "bad" },
  },
  register: { registrationFailed: { label: "registration fails", at: "peer", tone: "bad" } },
  fota: {
    transferring: { label: "modem firmware download is under way" },
    downloaded: { label: "modem firmware is downloaded", at: "library", tone: "good" },
    imageRejected: { label: "CRC error in the downloaded image", at: "library", tone: "bad" },
    takingLinkDownToDelete: { label: "the modem must be offline to delete the image", at: "library" },
    imageDeleted: { label: "the modem has deleted the image", at: "library" },
  },
};

const OUTCOMES: Readonly<Record<string, string>> = {
  open: "connected",
  noRoute: "connect: no response",
  handshakeFailed: "connect: security handshake fails",
  credential: "connect: credentials are missing",
  pdn: "connect: no packet data network",
};

export function describeChart(record: TraceRecord): readonly SequenceItem[] {
  const actor = fieldText(record.actor);
  const [family = actor, id] = actor.split("/");
  const peer: Lifeline = family === "register" && Number.isInteger(Number(id)) ? `server/${Number(id)}` : "bootstrap";
  const entered = Array.isArray(record.entered) ? record.entered.map(fieldText) : [];
  const items: SequenceItem[] = [];

  const outcome = record.event === "xstate.done.actor.session" ? outcomeOf(record) : undefined;
  if (outcome !== undefined) items.push(connectionItem(record, peer, outcome));
  const phases = Object.hasOwn(PHASES, family) ? PHASES[family]! : {};
  for (const path of entered) {
    const state = path.slice(path.lastIndexOf(".") + 1);
    if (state === "connecting" && record.event === "retry.due")
      items.push(across(record, "events", "retry time elapses", "phase"));
    const phase = Object.hasOwn(phases, state) ? phases[state] : undefined;
    if (phase === undefined) continue;
    const at = phase.at === "peer" ? peer : phase.at;
    const tone = phase.tone ?? "phase";
    items.push(
      at === undefined ? across(record, "events", phase.label, tone) : on(record, "events", at, phase.label, tone),
    );
  }
  if (items.length > 0) return items;
  const where = entered.length > 0 ? ` → ${entered.at(-1)}` : "";
  return [on(record, "all", "library", `${actor}: ${fieldText(record.event)}${where}`, "quiet")];
}

function connectionItem(record: TraceRecord, peer: Lifeline, outcome: string): MessageItem {
  const open = outcome === "open";
  return {
    shape: "message",
    time: record.time,
    level: open ? "messages" : "events",
    arrow: open ? "<=>" : "-x",
    from: "library",
    to: peer,
    label: OUTCOMES[outcome] ?? "connect: failed",
    tone: open ? "wire" : "bad",
  };
}

function outcomeOf(record: TraceRecord): string | undefined {
  const { payload } = record;
  if (typeof payload !== "object" || payload === null || !("output" in payload)) return undefined;
  const { output } = payload;
  if (typeof output !== "object" || output === null || !("kind" in output)) return undefined;
  return typeof output.kind === "string" ? output.kind : undefined;
}

function across(record: TraceRecord, level: SequenceLevel, label: string, tone: Tone): DividerItem {
  return { shape: "divider", time: record.time, level, label, tone };
}

function on(record: TraceRecord, level: SequenceLevel, at: Lifeline, label: string, tone: Tone): BoxItem {
  return { shape: "box", time: record.time, level, at, label, tone };
}
