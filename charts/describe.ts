/** A record as what is drawn of it. */
import type { Lifeline, RecordKind, TraceRecord } from "../ports/trace.ts";
import { describeChart } from "./describeChart.ts";
import { describeDtls } from "./describeDtls.ts";
import { coapLabel, httpLabel } from "./describeWire.ts";
import { fieldText } from "./fieldText.ts";
import { injectedText } from "./injectedText.ts";
import type { BoxItem, ItemArrow, MessageItem, SequenceItem, SequenceLevel, Tone } from "./item.ts";

/** Everything that is drawn of a record at level `all`; each item says at which level it appears first. */
export function describeRecord(record: TraceRecord): readonly SequenceItem[] {
  return DESCRIPTIONS[record.kind]?.(record) ?? [];
}

function message(
  record: TraceRecord,
  level: SequenceLevel,
  ends: { readonly from?: Lifeline; readonly to?: Lifeline; readonly arrow: ItemArrow },
  label: string,
  tone: Tone,
  detail?: string,
): MessageItem {
  return {
    shape: "message",
    time: record.time,
    level,
    arrow: ends.arrow,
    from: record.from ?? ends.from ?? "library",
    to: record.to ?? ends.to ?? "library",
    label,
    tone,
    ...(detail && { detail }),
  };
}

function box(record: TraceRecord, level: SequenceLevel, at: Lifeline, label: string, tone: Tone): BoxItem {
  return { shape: "box", time: record.time, level, at, label, tone };
}

/** Of an app that is no carrier there is no edition. */
function runLabel({ device, edition, guess }: TraceRecord): string {
  if (edition === "") return `${fieldText(device)} runs`;
  return `${fieldText(device)}, edition ${fieldText(edition)}${guess === true ? " (a guess)" : ""}`;
}

const ASKS_MODEM = { from: "library", to: "modem" } as const;
const MODEM_SAYS = { from: "modem", to: "library" } as const;
const APP_TO_LIBRARY = { from: "application", to: "library" } as const;

const DESCRIPTIONS: Readonly<Record<RecordKind, (record: TraceRecord) => readonly SequenceItem[]>> = {
  run: (record) => [
    {
      shape: "divider",
      time: record.time,
      level: "events",
      label: runLabel(record),
      tone: "phase",
      // A log need not tell a date.
      ...(typeof record.wall === "number" &&
        record.wall > 0 &&
        Number.isFinite(new Date(record.wall).getTime()) && { detail: new Date(record.wall).toISOString() }),
    },
  ],
  event: describeEvent,
  call: (record) => [message(record, "events", { ...APP_TO_LIBRARY, arrow: "=>" }, fieldText(record.name), "call")],
  return: describeReturn,
  application: (record) => {
    const action = fieldText(record.action);
    const step = STEPS[action];
    return step === undefined && record.to !== undefined
      ? [message(record, "events", { from: "application", arrow: "=>" }, action, "link")]
      : [box(record, "events", "application", step ?? action, "call")];
  },
  request: (record) => [
    message(
      record,
      "events",
      { ...APP_TO_LIBRARY, arrow: "=>" },
      `lwm2m_carrier_request() ${fieldText(record.name)}`,
      record.result === 0 ? "call" : "bad",
      record.result === 0 ? undefined : `result ${fieldText(record.result)}`,
    ),
  ],
  answer: (record) => [
    box(
      record,
      "all",
      "application",
      `${fieldText(record.command)}: ${record.ok === true ? "ok" : fieldText(record.error)}`,
      record.ok === true ? "quiet" : "bad",
    ),
  ],
  chart: describeChart,
  coap: (record) => {
    const { label, tone } = coapLabel(record);
    const outgoing = record.direction === "out";
    const ends = outgoing
      ? ({ from: "library", to: "bootstrap" } as const)
      : ({ from: "bootstrap", to: "library" } as const);
    return [message(record, "messages", { ...ends, arrow: isLost(record) ? "-x" : "->" }, label, tone)];
  },
  dtls: describeDtls,
  http: (record) => {
    const { label, tone } = httpLabel(record);
    const outgoing = record.phase === "connect" || record.phase === "request";
    const ends = outgoing
      ? ({ from: "library", to: "firmwareHost" } as const)
      : ({ from: "firmwareHost", to: "library" } as const);
    return [message(record, "messages", { ...ends, arrow: record.phase === "error" ? "-x" : "->" }, label, tone)];
  },
  refused: (record) => [
    box(
      record,
      "messages",
      "library",
      `refused ${fieldText(record.operation ?? "request")} ${fieldText(record.path)}: ${fieldText(record.code)} ${fieldText(record.detail)}`,
      "bad",
    ),
  ],
  modem: describeModem,
  at: (record) => {
    const ends = record.from === "modem" ? MODEM_SAYS : ASKS_MODEM;
    return [message(record, "all", { ...ends, arrow: "->" }, fieldText(record.line), "quiet")];
  },
  log: (record) =>
    record.means === "start"
      ? [{ shape: "divider", time: record.time, level: "events", label: "the device starts", tone: "phase" }]
      : [
          box(
            record,
            record.means === "failure" ? "events" : "all",
            "application",
            fieldText(record.line),
            record.means === "failure" ? "bad" : "quiet",
          ),
        ],
  store: (record) => [
    box(record, "all", "library", `store: ${fieldText(record.operation)} ${fieldText(record.name)}`, "quiet"),
  ],
  timer: (record) => [
    box(
      record,
      "all",
      "library",
      `timer of ${fieldText(record.owner)}: ${fieldText(record.name)} ${fieldText(record.operation)}${typeof record.delay === "number" ? `, ${record.delay} ms` : ""}`,
      "quiet",
    ),
  ],
  fault: (record) => [
    {
      shape: "divider",
      time: record.time,
      level: "events",
      label: `fault on purpose: ${fieldText(record.name)}`,
      tone: "warning",
    },
  ],
  // What the inspector shows in its own ways.
  definition: () => [],
  actor: () => [],
  step: () => [],
  resource: () => [],
  packet: () => [],
  keyLog: () => [],
  injected: (record) => {
    const begin = record.outcome === undefined ? "injected: " : "";
    return [box(record, "events", "application", `${begin}${injectedText(record)}`, "bad")];
  },
  breakpoint: (record) => [box(record, "events", "library", `inspector: ${fieldText(record.phase)}`, "quiet")],
  result: (record) => [
    {
      shape: "divider",
      time: record.time,
      level: "events",
      label: `${record.ok === true ? "done" : "failed"}: ${fieldText(record.reason)}`,
      tone: record.ok === true ? "good" : "bad",
    },
  ],
};

const STEPS: Readonly<Record<string, string>> = {
  writeCaCertificates: "CA certificates are written to the modem if not done already",
  provideTags: "the security tags of the CA certificates are handed over",
  mayAttach: "the application may attach to the network from here on",
  prepareReboot: "application gets ready to reboot",
};

function isLost(record: TraceRecord): boolean {
  return record.dropped !== undefined && record.dropped !== false;
}

/** Answers of the application's handler that the carrier library's charts show. */
const CHARTED_ANSWERS: ReadonlySet<string> = new Set(["LWM2M_CARRIER_EVENT_CERTS_INIT", "LWM2M_CARRIER_EVENT_REBOOT"]);
const LINK_FREE = "LWM2M_CARRIER_EVENT_LTE_READY";

function describeReturn(record: TraceRecord): readonly SequenceItem[] {
  const of = fieldText(record.of);
  const ok = record.ok === true;
  if (record.from === "application" && of === LINK_FREE && ok) {
    return [box(record, "events", "application", "LTE link is free for the application", "good")];
  }
  const isPlainAnswer = record.from === "application" && ok && !CHARTED_ANSWERS.has(of);
  const ends = { from: "library", to: "application", arrow: ">>" } as const;
  return [message(record, isPlainAnswer ? "all" : "events", ends, ok ? "Success" : "Failure", ok ? "call" : "bad", of)];
}

const GOOD_EVENTS: ReadonlySet<unknown> = new Set(["bootstrapped", "registered", "fota.succeeded", "link.free"]);

function describeEvent(record: TraceRecord): readonly SequenceItem[] {
  const payload = (typeof record.payload === "object" ? record.payload : null) as Record<string, unknown> | null;
  const error = record.semantic === "error";
  const deferred = record.semantic === "deferred";
  const name = fieldText(record.name);
  const errno = typeof payload?.errno === "string" ? ` (${fieldText(payload.errno)})` : "";
  const label =
    (error || deferred) && typeof payload?.name === "string" ? `${name} ${fieldText(payload.name)}${errno}` : name;
  const tone = error ? "bad" : deferred ? "warning" : GOOD_EVENTS.has(record.semantic) ? "good" : "event";
  return [
    message(
      record,
      "events",
      { from: "library", to: "application", arrow: "=>>" },
      label,
      tone,
      // A Serial Modem that leaves the step to its host says so with a negative status.
      detailOf(payload, error) ?? (Number(record.status) < 0 ? "left to the host" : undefined),
    ),
  ];
}

function detailOf(payload: Record<string, unknown> | null, error: boolean): string | undefined {
  if (payload === null) return undefined;
  if (error)
    return typeof payload.value === "number" && payload.value !== 0 && payload.errno === undefined
      ? `value ${payload.value}`
      : undefined;
  if (typeof payload.timeout === "number")
    return payload.timeout > 0 ? `next attempt in ${payload.timeout} s` : "no further attempt";
  if (typeof payload.uri === "string") return fieldText(payload.uri);
  if (typeof payload.path === "string") return fieldText(payload.path);
  return typeof payload.name === "string" ? fieldText(payload.name) : undefined;
}

/** Notifications that the carrier library's charts show. */
const CHARTED_NOTIFICATIONS: ReadonlySet<unknown> = new Set(["initialised", "shutdown"]);
const MODES: Readonly<Record<string, string>> = {
  offline: "modem is offline",
  normal: "modem has full functionality",
  powerOff: "modem is powered off",
};

function describeModem(record: TraceRecord): readonly SequenceItem[] {
  if (record.action !== undefined) {
    const action = fieldText(record.action);
    return [box(record, "events", "modem", action === "applyFirmware" ? "apply the new firmware" : action, "link")];
  }
  if (record.notification !== undefined) {
    const notification = fieldText(record.notification);
    if (notification === "functionalMode") {
      return [
        box(
          record,
          "messages",
          "modem",
          MODES[fieldText(record.mode)] ?? `modem mode ${fieldText(record.mode)}`,
          "link",
        ),
      ];
    }
    const level = CHARTED_NOTIFICATIONS.has(notification) ? "events" : "messages";
    return [
      message(
        record,
        level,
        { from: "modem", to: "library", arrow: ">>" },
        notificationLabel(notification, record),
        "link",
      ),
    ];
  }
  const name = fieldText(record.command ?? record.operation);
  const label = `${name}${typeof record.tag === "number" ? `, tag ${record.tag}` : ""}`;
  const asks = { ...ASKS_MODEM, arrow: "=>" } as const;
  const answers = { ...MODEM_SAYS, arrow: ">>" } as const;
  if (record.phase === "start") return [message(record, "messages", asks, label, "link")];
  if (record.phase === "done") return [message(record, "all", answers, `${label}: done`, "quiet")];
  return [message(record, "messages", answers, `${label}: ${fieldText(record.error ?? "failed")}`, "bad")];
}

function notificationLabel(notification: string, record: TraceRecord): string {
  if (notification === "shutdown") return "modem shut down";
  if (notification === "initialised") {
    const { result } = record;
    const kind = typeof result === "object" && result !== null && "kind" in result ? result.kind : result;
    return `modem initialised, result: ${fieldText(kind)}`;
  }
  const said = record.status ?? record.state ?? record.event;
  return said === undefined ? notification : `${notification}: ${fieldText(said)}`;
}
