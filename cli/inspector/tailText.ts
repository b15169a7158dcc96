/** A record as a line of `inspect --tail`. */
import { describeRecord } from "../../charts/describe.ts";
import { formatTime } from "../../charts/format.ts";
import type { Tone } from "../../charts/item.ts";
import { explainStep } from "../../inspector/model/explainStep.ts";
import { isFailure } from "../../inspector/model/failure.ts";
import { compileFilter } from "../../inspector/model/filter.ts";
import { WorldFold } from "../../inspector/model/fold.ts";
import { hintFor } from "../../inspector/model/hints.ts";
import { tell } from "../../inspector/model/tell.ts";
import type { StepRecord } from "../../inspector/records.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { printable, type StyleName, type Terminal } from "../terminal.ts";

/** Printed only when a filter asks for them. */
const QUIET: ReadonlySet<string> = new Set(["definition", "resource", "packet", "keyLog"]);
const KIND_WIDTH = 13;

const STYLES: Readonly<Partial<Record<Tone, StyleName>>> = {
  good: "good",
  bad: "bad",
  warning: "warning",
  event: "name",
  phase: "strong",
  quiet: "faint",
};

export class TailText {
  readonly #terminal: Terminal;
  readonly #matches: (record: TraceRecord) => boolean;
  readonly #filtered: boolean;
  readonly #world = new WorldFold();
  /** Devices whose steps are told in full: their `chart` records say the same again. */
  readonly #stepping = new Set<string>();
  #device: string | undefined;
  #several = false;

  /** The filter has been found to be right. */
  constructor(terminal: Terminal, filter = "") {
    const { matches, empty } = compileFilter(filter);
    this.#terminal = terminal;
    this.#matches = matches;
    this.#filtered = !empty;
  }

  /** What is so already before the first record. */
  begin(records: readonly TraceRecord[]): void {
    for (const record of records) this.#take(record);
  }

  /** Undefined for a record that is not to be printed. */
  line(record: TraceRecord): string | undefined {
    this.#take(record);
    if (!this.#matches(record)) return undefined;
    if (!this.#filtered && this.#isQuiet(record)) return undefined;
    this.#device ??= record.device;
    if (record.device !== this.#device) this.#several = true;
    const terminal = this.#terminal;
    const device = this.#several ? `${terminal.style("strong", printable(record.device))}  ` : "";
    const time = terminal.style("faint", formatTime(record.time));
    const kind = terminal.style("faint", printable(record.kind).padEnd(KIND_WIDTH));
    return `${time}  ${device}${kind}${this.#text(record)}`;
  }

  #take(record: TraceRecord): void {
    this.#world.apply(record);
    if (record.kind === "step") this.#stepping.add(record.device);
  }

  #isQuiet(record: TraceRecord): boolean {
    const { kind, device, logic } = record;
    if (kind === "actor") return logic !== "machine" && !isFailure(record);
    return QUIET.has(kind) || (kind === "chart" && this.#stepping.has(device));
  }

  #text(record: TraceRecord): string {
    const terminal = this.#terminal;
    const style = styleOf(record);
    const sentence = printable(this.#sentence(record));
    const text = style === undefined ? sentence : terminal.style(style, sentence);
    if (!isFailure(record)) return text;
    const hint = hintFor(record.detail, record.error, record.alert, record.reason, record.code);
    const mark = `${terminal.style("bad", terminal.symbols.bad)} ${text}`;
    return hint === undefined ? mark : `${mark} ${terminal.style("faint", `${terminal.symbols.dash} ${hint}`)}`;
  }

  #sentence(record: TraceRecord): string {
    if (record.kind !== "step" || record.ignored !== true) return tell(record);
    const step = record as StepRecord;
    const world = this.#world.snapshot();
    const hash = world.devices.get(step.device)?.actors.get(step.actor)?.definition;
    return explainStep(step, hash === undefined ? undefined : world.definitions.get(hash)).sentence;
  }
}

function styleOf(record: TraceRecord): StyleName | undefined {
  if (isFailure(record)) return "bad";
  if (record.kind === "step") return record.ignored === true ? "warning" : undefined;
  if (record.kind === "injected" || record.kind === "breakpoint") return "warning";
  const [item] = describeRecord(record);
  return item && STYLES[item.tone];
}
