/**
 * Watches a device that runs the original library: lines of its output in, the records of our own runs out, and a word
 * for every turn that its course takes.
 *
 *   line ─▶ what it means ─▶ [edition] ─▶ record ─▶ twin and charts ─▶ turn
 */
import { EDITIONS, type EditionId } from "../machines/editions/index.ts";
import type { RecordFields, Trace, TraceRecord } from "../ports/trace.ts";
import type { Conformance } from "./chartFollower.ts";
import { readConsoleLine } from "./consoleLine.ts";
import { Course, type CourseDeviation } from "./course.ts";
import { type EditionBasis, EditionGuess } from "./editionGuess.ts";
import { type Heard, LineAssembler, type Moment, type WatchClock } from "./lineAssembler.ts";
import type { ObservedEvent } from "./observedEvent.ts";
import { LineRedactor } from "./redactLines.ts";
import type { Sighting } from "./sighting.ts";
import { Twin } from "./twin/twin.ts";
import { TwinCharts } from "./twin/twinMachine.ts";

/** A turn that the device's course takes, for whoever looks on. */
export type Turn =
  /** The edition is settled, or another one than it seemed: what was told before is told again in its words. */
  | { readonly kind: "edition"; readonly id: EditionId; readonly basis: EditionBasis }
  | ({ readonly kind: "conforms" } & Conformance)
  | ({ readonly kind: "deviates" } & CourseDeviation)
  | { readonly kind: "restarted" }
  /** An event that the chosen edition does not have. */
  | { readonly kind: "foreign"; readonly line: string; readonly editions: readonly EditionId[] };

export interface WatcherOptions {
  readonly trace: Trace;
  /** The clock that the trace's records have their time from. */
  readonly clock: WatchClock;
  readonly edition?: EditionId;
  /** How the edition that is given came about, where nobody chose it. */
  readonly basis?: EditionBasis;
  /** Of the software that watches, for the record of kind `run`. */
  readonly version: string;
  readonly onTurn?: (turn: Turn) => void;
}

/** What came before may have to be told again in another edition's words. */
interface Past extends Moment {
  readonly fields: (id: EditionId) => RecordFields;
  readonly sighting?: Sighting;
  readonly starts?: boolean;
}

/** Before there is an edition, and while it is not decided, so much is kept. */
const MOST_PAST = 2_000;
/** Registered, home or roaming: a notification, or the answer to a question (3GPP TS 27.007 §10.1.22). */
const REGISTERED = /^\+CEREG: (?:[0-5],)?[15](?:,"|$)/;
/** What a Serial Modem has done by itself when its notification has status 0. */
const DONE_BY_ITSELF: Partial<Record<string, "offline" | "poweredOff">> = {
  "link.goingDown": "offline",
  "link.poweringOff": "poweredOff",
};
const TO_MODEM = { from: "application", to: "modem" } as const;
const FROM_MODEM = { from: "modem", to: "application" } as const;

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #guess: EditionGuess;
  readonly #lines: LineAssembler;
  readonly #charts = new TwinCharts();
  readonly #redactor = new LineRedactor();
  #course: Course;
  #past: Past[] = [];
  #begun = false;
  /** It has said that it starts, and no event since. */
  #starting = false;
  #events = 0;
  #firstDeviation: CourseDeviation | undefined;
  #foreign = 0;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#guess = new EditionGuess(options.edition);
    this.#lines = new LineAssembler(options.clock, (heard) => this.#hear(heard));
    this.#course = new Course(EDITIONS[this.#guess.id], this.#charts);
  }

  get edition(): { readonly id: EditionId; readonly basis: EditionBasis } {
    const { id, basis } = this.#guess;
    return { id, basis: basis === "chosen" ? (this.#options.basis ?? basis) : basis };
  }

  get course(): Course {
    return this.#course;
  }

  /** Events of the library that were seen. */
  get events(): number {
    return this.#events;
  }

  get firstDeviation(): CourseDeviation | undefined {
    return this.#firstDeviation;
  }

  /** The device has broken with its charts, or told what its edition does not have. */
  get deviates(): boolean {
    return this.#firstDeviation !== undefined || this.#foreign > 0;
  }

  /** A line without escape sequences and without the time before it. `payload`: octets that came after it. */
  line(text: string, payload?: Uint8Array): void {
    this.#lines.line(text, payload);
  }

  /** A line of an AT dialogue: what it means for the library, or a record of its own. */
  at(text: string, way: "toModem" | "fromModem", payload?: Uint8Array): void {
    const told = text.startsWith("#XCARRIEREVT") || readConsoleLine(text) !== undefined;
    if (way === "fromModem" && told) {
      this.line(text, payload ?? new Uint8Array(0));
      return;
    }
    this.#lines.flush();
    const ends = way === "toModem" ? TO_MODEM : FROM_MODEM;
    const line = this.#redactor.line(text);
    this.#keep({ ...this.#now(), fields: () => ({ kind: "at", ...ends, line }) });
    if (way === "fromModem") this.#noteModem(text);
  }

  /** The device was seen to start, other than by a line. */
  start(): void {
    this.#lines.flush();
    this.#starts("", this.#now());
  }

  /** Nothing more comes. */
  end(): void {
    this.#lines.flush();
    this.#begin();
  }

  #hear(heard: Heard): void {
    const { line, at } = heard;
    switch (heard.kind) {
      case "event":
        this.#sight(heard.sighting, line, at);
        break;
      case "start":
        this.#starts(line, at);
        break;
      case "version":
        this.#told(heard.editions);
        this.#keepLine(line, at);
        break;
      default:
        this.#keepLine(line, at, heard.kind === "failure" ? "failure" : undefined);
        this.#noteModem(line);
    }
  }

  #noteModem(line: string): void {
    if (REGISTERED.test(line)) this.#course.twin.reached("registered");
  }

  /** A bootloader, a kernel and an application each say that they start: it is one start. */
  #starts(line: string, at: Moment): void {
    if (this.#starting) {
      if (line !== "") this.#keepLine(line, at);
      return;
    }
    this.#starting = true;
    this.#course.start();
    this.#keepLine(line, at, "start");
  }

  #told(editions: readonly EditionId[]): void {
    const before = this.#guess.id;
    this.#guess.told(editions);
    if (this.#guess.basis === "version") this.#settled(before);
  }

  #sight(sighting: Sighting, line: string, at: Moment): void {
    const { id, basis } = this.#guess;
    if (!this.#guess.take(sighting) || !sighting.readings.has(this.#guess.id)) {
      this.#foreign++;
      const editions = [...sighting.readings.keys()];
      this.#keepLine(line, at, undefined, { editions });
      this.#options.onTurn?.({ kind: "foreign", line, editions });
      return;
    }
    if (this.#guess.id !== id || this.#guess.basis !== basis) this.#settled(id);
    this.#events++;
    this.#starting = false;
    this.#keep({ ...at, fields: (id) => this.#fieldsOf(sighting, id), sighting });
  }

  /** The guess has become a fact, or another guess. */
  #settled(before: EditionId): void {
    const { id } = this.#guess;
    if (id !== before) this.#changeTo(id);
    else if (this.#begun) this.#options.onTurn?.({ kind: "edition", ...this.edition });
  }

  #changeTo(id: EditionId): void {
    const past = this.#past;
    this.#course = new Course(EDITIONS[id], this.#charts);
    this.#firstDeviation = undefined;
    if (!this.#begun) {
      for (const one of past) if (one.starts === true) this.#course.start();
      return;
    }
    this.#options.onTurn?.({ kind: "edition", ...this.edition });
    this.#begun = false;
    this.#past = [];
    for (const one of past) {
      if (one.starts === true) this.#course.start();
      if (one.sighting?.readings.has(id) !== false) this.#keep(one);
    }
  }

  #keepLine(text: string, at: Moment, means?: "start" | "failure", more: object = {}): void {
    const line = this.#redactor.line(text);
    this.#keep({
      ...at,
      fields: () => ({ kind: "log", line, ...(means !== undefined && { means }), ...more }),
      ...(means === "start" && { starts: true }),
    });
  }

  #now(): Moment {
    const { clock } = this.#options;
    return { time: clock.now(), wall: clock.wall() };
  }

  /** Records it, once there is an edition to begin a run with. */
  #keep(one: Past): void {
    if (!this.#begun || mayBeToldAgain(one, this.#guess)) {
      this.#past.push(one);
      if (this.#past.length > MOST_PAST) this.#past.shift();
    }
    if (this.#begun) this.#tell(one);
    else if (one.sighting !== undefined || this.#guess.decided || this.#past.length >= MOST_PAST) this.#begin();
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { id, basis } = this.edition;
    const guess = basis === "guess" || basis === "course";
    const past = this.#past;
    const [first] = past;
    this.#options.trace.record({
      ...{ kind: "run", edition: id, version: this.#options.version, watched: true, ...(guess && { guess }) },
      ...(first && { time: first.time, wall: first.wall }),
    });
    this.#past = past.filter((one) => mayBeToldAgain(one, this.#guess));
    for (const one of past) this.#tell(one);
  }

  #tell({ fields, sighting, time }: Past): void {
    const { trace } = this.#options;
    const told = fields(this.#guess.id);
    const happened = sighting?.readings.get(this.#guess.id);
    if (happened === undefined) {
      trace.record({ ...told, time });
      return;
    }
    const record: TraceRecord = { ...told, seq: (trace.last ?? 0) + 1, time, device: "" };
    const step = this.#course.observe(happened, record);
    const other = step === undefined ? this.#otherThatExplains() : undefined;
    const departs = step === undefined && other === undefined;
    const deviation = departs ? this.#course.depart(happened, record) : undefined;
    trace.record({ ...told, time, ...(deviation && { deviates: judgement(deviation) }) });
    const done = sighting?.status === 0 ? DONE_BY_ITSELF[happened.semantic] : undefined;
    if (done !== undefined) this.#course.twin.reached(done);
    if (step?.restarted === true) this.#options.onTurn?.({ kind: "restarted" });
    for (const conformance of step?.conforms ?? []) this.#options.onTurn?.({ kind: "conforms", ...conformance });
    if (other !== undefined) {
      const before = this.#guess.id;
      this.#guess.prefer(other);
      this.#settled(before);
    }
    if (deviation === undefined) return;
    this.#firstDeviation ??= deviation;
    this.#options.onTurn?.({ kind: "deviates", ...deviation });
  }

  /** Another edition with the same words that explains everything so far: it is that one. */
  #otherThatExplains(): EditionId | undefined {
    const { decided, id: before, candidates } = this.#guess;
    return decided ? undefined : candidates.find((id) => id !== before && this.#explains(id));
  }

  #explains(id: EditionId): boolean {
    const twin = new Twin(EDITIONS[id], this.#charts);
    return this.#past.every(({ sighting, starts }) => {
      if (starts === true) twin.booted();
      const happened = sighting?.readings.get(id);
      if (sighting === undefined) return true;
      return happened !== undefined && twin.observe(happened) !== undefined;
    });
  }

  #fieldsOf({ readings, status }: Sighting, id: EditionId): RecordFields {
    const { basis } = this.edition;
    const guess = basis === "guess" || basis === "course";
    const reading = readings.get(id);
    return {
      kind: "event",
      from: "library",
      to: "application",
      ...reading,
      ...(status !== undefined && { status }),
      ...(guess && { guess }),
    };
  }
}

/** For the event's record: the names of what should have come before it and of what might have come in its place. */
function judgement({ expected, missing, verdict, mayHaveRestarted }: CourseDeviation): object {
  const names = (events: readonly ObservedEvent[]) => [...new Set(events.map(({ name }) => name))];
  return {
    ...(missing && { missing: missing.map(({ name }) => name) }),
    expected: names(expected),
    ...(mayHaveRestarted && { mayHaveRestarted }),
    ...(verdict && { chart: verdict.chart }),
  };
}

/** In the words of another edition. What tells nothing of the library stays told. */
function mayBeToldAgain({ sighting, starts }: Past, { decided }: EditionGuess): boolean {
  return !decided && (sighting !== undefined || starts === true);
}
