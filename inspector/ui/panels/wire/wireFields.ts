/** A record of the wire as sections of named fields, everything that it holds spelled out. */
import { fieldText } from "../../../../charts/fieldText.ts";
import { formatBytes } from "../../../../charts/format.ts";
import type { TraceRecord } from "../../../../ports/trace.ts";
import { spanText } from "../shared/time.ts";
import { alertMeaning, CODES, CONTENT_FORMATS, FLIGHTS, TYPES } from "./names.ts";
import { type LabelOf, payloadSection } from "./payload.ts";

export interface Section {
  readonly title: string;
  readonly fields: readonly Field[];
  /** A value of any shape below the fields: a decoded payload. */
  readonly value?: unknown;
}

export interface Field {
  readonly label: string;
  readonly text: string;
  /** What it means, in words. */
  readonly note?: string;
  readonly tone?: "bad" | "warning";
}

export const WIRE_KINDS: ReadonlySet<string> = new Set([
  "coap",
  "dtls",
  "http",
  "at",
  "modem",
  "store",
  "packet",
  "refused",
]);

export function isWire(record: TraceRecord): boolean {
  return WIRE_KINDS.has(record.kind);
}

/** `labelOf` names paths of the device's tree. */
export function wireSections(record: TraceRecord, labelOf: LabelOf = () => undefined): readonly Section[] {
  const sections = SECTIONS[record.kind]?.(record, labelOf) ?? [];
  return sections.filter((section) => section.fields.length > 0 || section.value !== undefined);
}

const SECTIONS: Readonly<Record<string, (record: TraceRecord, labelOf: LabelOf) => readonly Section[]>> = {
  coap: coapSections,
  dtls: (record) => [{ title: "DTLS", fields: dtlsFields(record) }],
  http: (record) => [{ title: "HTTP", fields: httpFields(record) }],
  at: (record) => [
    {
      title: "AT",
      fields: [
        field("line", record.line),
        field("direction", record.to === "modem" ? "to the modem" : "from the modem"),
        ...(record.octets === undefined ? [] : [field("octets", record.octets, "no line, or not to be shown")]),
      ],
    },
  ],
  modem: (record) => [{ title: "Modem", fields: rest(record, []) }],
  store: (record) => [{ title: "Store", fields: rest(record, ["bytes"]).concat(bytesField("size", record.bytes)) }],
  refused: (record) => [{ title: "Refused", fields: rest(record, []) }],
  packet: (record) => [
    {
      title: "Datagram as it is (may hold secrets)",
      fields: [field("direction", record.direction), field("local", record.local), field("remote", record.remote)],
      value: hexDump(fieldText(record.hex)),
    },
  ],
};

function coapSections(record: TraceRecord, labelOf: LabelOf): readonly Section[] {
  const code = record.code === undefined ? undefined : fieldText(record.code);
  const type = fieldText(record.type ?? "");
  const failed = code !== undefined && /^[45]/.test(code);
  const header: Field[] = [
    ...(code === undefined
      ? []
      : [{ ...field("code", `${code} ${CODES[code] ?? ""}`.trim()), ...(failed && { tone: "bad" as const }) }]),
    ...(type === "" ? [] : [field("type", type, TYPES[type])]),
    ...(record.mid === undefined ? [] : [field("message ID", record.mid, hex(Number(record.mid), 4))]),
    ...(record.token === undefined ? [] : [field("token", record.token === "" ? "(empty)" : record.token)]),
    field("direction", record.direction === "out" ? `to ${where(record)}` : `from ${where(record)}`),
    ...bytesField("size", record.size),
    ...(record.retransmission ? [repeated(record.retransmission)] : []),
    ...(record.dropped ? [{ ...field("dropped", record.dropped), tone: "bad" as const }] : []),
  ];
  const section = { title: "CoAP", fields: header };
  const payload = record.payload === undefined ? [] : [payloadSection(record.payload, labelOf)];
  return [section, { title: "Options", fields: optionsOf(record) }, ...payload];
}

function repeated(which: unknown): Field {
  const text = typeof which === "number" ? `number ${which}` : "yes";
  return {
    label: "retransmission",
    text,
    note: "sent again, because no acknowledgement came in time",
    tone: "warning",
  };
}

/** All options where the record lists them, else those that every record tells. */
function optionsOf(record: TraceRecord): Field[] {
  if (Array.isArray(record.options)) return listedOptions(record.options);
  const query = Array.isArray(record.query) ? record.query : fieldText(record.query ?? "").split("&");
  return [
    ...(record.path === undefined ? [] : [field("Uri-Path", record.path)]),
    ...query.filter((part) => part !== "").map((part) => field("Uri-Query", part)),
    ...(record.observe === undefined ? [] : [field("Observe", record.observe, observeNote(record))]),
    ...(record.contentFormat === undefined
      ? []
      : [field("Content-Format", record.contentFormat, CONTENT_FORMATS[Number(record.contentFormat)])]),
    ...blockFields("Block1", record.block1),
    ...blockFields("Block2", record.block2),
  ];
}

/** A path is told whole: each of its segments is an option. */
const SEGMENTS: ReadonlySet<string> = new Set(["Uri-Path", "Location-Path"]);

function listedOptions(options: readonly unknown[]): Field[] {
  const fields: Field[] = [];
  for (const option of options) {
    if (typeof option !== "object" || option === null) continue;
    const { name, number, value } = option as Record<string, unknown>;
    const label = name === undefined ? `option ${fieldText(number)}` : fieldText(name);
    const last = fields.at(-1);
    if (SEGMENTS.has(label) && last?.label === label) {
      fields[fields.length - 1] = { ...last, text: `${last.text}/${fieldText(value)}` };
    } else if (SEGMENTS.has(label)) fields.push(field(label, `/${fieldText(value)}`));
    else fields.push(field(label, value ?? "(empty)", optionNote(label, value)));
  }
  return fields;
}

function optionNote(label: string, value: unknown): string | undefined {
  return (label === "Content-Format" || label === "Accept") && typeof value === "number"
    ? CONTENT_FORMATS[value]
    : undefined;
}

function observeNote({ code, observe }: TraceRecord): string {
  if (!fieldText(code).startsWith("0")) return "a notification of an observation (RFC 7641)";
  return observe === 0 ? "observe from now on" : "observe no more";
}

function blockFields(label: string, block: unknown): Field[] {
  if (typeof block !== "object" || block === null) return [];
  const { num, more, size } = block as { num?: unknown; more?: unknown; size?: unknown };
  const octets = Number(num) * Number(size);
  const from = Number.isFinite(octets) ? `octets ${octets} to ${octets + Number(size) - 1}` : undefined;
  return [
    field(label, `block ${fieldText(num)} of ${fieldText(size)} octets, ${more ? "more follow" : "the last"}`, from),
  ];
}

function dtlsFields(record: TraceRecord): Field[] {
  const base = [field("phase", record.phase), ...directionField(record)];
  switch (record.phase) {
    case "flight":
      return [
        field("flight", record.flight, FLIGHTS[Number(record.flight)]),
        field("messages", listText(record.messages)),
        ...bytesField("size", record.size),
        ...directionField(record),
        ...(Number(record.retransmission) > 0 ? [repeated(record.retransmission)] : []),
      ];
    case "alert":
      return [
        { ...field("alert", record.alert, alertMeaning(fieldText(record.alert))), tone: "bad" },
        ...base.slice(1),
        ...rest(record, ["phase", "direction", "remote", "alert"]),
      ];
    default:
      return [...base, ...rest(record, ["phase", "direction", "remote", "size"]), ...bytesField("size", record.size)];
  }
}

function httpFields(record: TraceRecord): Field[] {
  const { detail } = record;
  return [
    field("phase", record.phase),
    field("URL", record.url),
    ...(record.status === undefined ? [] : [field("status", record.status)]),
    ...(Array.isArray(record.securityTags)
      ? [field("security tags", listText(record.securityTags), "whose CA certificates the host is checked with")]
      : []),
    ...(record.offset === undefined ? [] : [field("from octet", record.offset)]),
    ...bytesField("received", record.bytes),
    ...(detail === undefined
      ? []
      : [{ ...field("detail", detail), ...(record.phase === "error" && { tone: "bad" as const }) }]),
  ];
}

/** Fields that every record has, and those that are said elsewhere. */
const COMMON: ReadonlySet<string> = new Set(["seq", "time", "wall", "device", "kind", "cause", "from", "to"]);

function rest(record: TraceRecord, said: readonly string[]): Field[] {
  return Object.entries(record)
    .filter(([name, value]) => value !== undefined && !COMMON.has(name) && !said.includes(name))
    .map(([name, value]) => ({
      ...field(spaced(name), Array.isArray(value) ? listText(value) : value),
      ...((name === "error" || value === "failed") && { tone: "bad" as const }),
    }));
}

function field(label: string, value: unknown, note?: string): Field {
  return { label, text: fieldText(value), ...(note !== undefined && note !== "" && { note }) };
}

function bytesField(label: string, bytes: unknown): Field[] {
  if (typeof bytes !== "number") return [];
  return [field(label, bytes === 1 ? "1 octet" : `${bytes} octets`, bytes >= 1024 ? formatBytes(bytes) : undefined)];
}

function directionField(record: TraceRecord): Field[] {
  if (record.direction === undefined) return record.remote === undefined ? [] : [field("peer", where(record))];
  return [field("direction", record.direction === "out" ? `to ${where(record)}` : `from ${where(record)}`)];
}

function where(record: TraceRecord): string {
  const peer = record.direction === "in" ? record.from : record.to;
  return [peer, record.remote]
    .filter((part) => part !== undefined && part !== "library")
    .map(fieldText)
    .join(", ");
}

function listText(list: unknown): string {
  return Array.isArray(list) ? list.map(fieldText).join(", ") : fieldText(list ?? "");
}

function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** `0000  16 fe fd …  |..|`, sixteen octets a line. */
export function hexDump(octets: string): string {
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += 32) {
    const pairs = octets.slice(at, at + 32).match(/../g) ?? [];
    const letters = pairs.map((pair) => Number.parseInt(pair, 16)).map((code) => (code > 31 && code < 127 ? code : 46));
    const address = (at / 2).toString(16).padStart(4, "0");
    lines.push(`${address}  ${pairs.join(" ").padEnd(47)}  ${String.fromCharCode(...letters)}`);
  }
  return lines.join("\n");
}

/** How long between a record and another one, with its sign. */
export function laterText(from: TraceRecord, to: TraceRecord): string {
  const ms = to.time - from.time;
  return ms === 0 ? "at the same time" : ms > 0 ? `${spanText(ms)} later` : `${spanText(-ms)} earlier`;
}
