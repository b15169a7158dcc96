/** A watch over a text or a sample log, with everything that came of it. */
import { readFileSync } from "node:fs";
import type { TraceRecord } from "../../../ports/trace.ts";
import { createTrace } from "../../../trace/trace.ts";
import { LineClock, LogReader, type Turn, Watcher, type WatcherOptions } from "../../../watch/index.ts";
import { LineAssembler } from "../../../watch/lineAssembler.ts";
import type { Sighting } from "../../../watch/sighting.ts";

export interface Watched {
  readonly watcher: Watcher;
  readonly records: readonly TraceRecord[];
  readonly turns: readonly Turn[];
}

export function watchText(text: string | Uint8Array, options: Partial<WatcherOptions> = {}): Watched {
  const clock = new LineClock();
  const records: TraceRecord[] = [];
  const turns: Turn[] = [];
  const watcher = new Watcher({
    trace: createTrace({ clock, device: "watched", sink: (record) => records.push(record) }),
    ...{ clock, version: "test", onTurn: (turn) => turns.push(turn) },
    ...options,
  });
  const reader = new LogReader(clock, watcher);
  reader.push(text);
  reader.end();
  return { watcher, records, turns };
}

/** The events that the lines tell, before anybody asks whether they belong there. */
export function sightingsOf(lines: readonly string[]): readonly Sighting[] {
  const seen: Sighting[] = [];
  const lineClock = new LineClock();
  const assembler = new LineAssembler(lineClock, (heard) => {
    if (heard.kind === "event") seen.push(heard.sighting);
  });
  for (const line of lines) assembler.line(line);
  assembler.flush();
  return seen;
}

export function logPath(name: string): string {
  return new URL(`../logs/${name}.log`, import.meta.url).pathname;
}

export function logBytes(name: string): Uint8Array {
  return readFileSync(logPath(name));
}

export const watchLog = (name: string, options?: Partial<WatcherOptions>) => watchText(logBytes(name), options);

const EVENT = "LWM2M_CARRIER_EVENT_";

/** Lines of the sample's console for events by their names without prefix. */
export const consoleOf = (names: readonly string[]) => names.map((name) => `${EVENT}${name}\r\n`).join("");

/** Names of the events that were recorded last, without prefix: those of the last run. */
export function eventsOf(records: readonly TraceRecord[]): string[] {
  const begin = records.findLastIndex(({ kind }) => kind === "run");
  return records
    .slice(begin + 1)
    .filter(({ kind }) => kind === "event")
    .map(({ name }) => String(name).slice(EVENT.length));
}

export const conformsOf = (turns: readonly Turn[]) =>
  turns.filter((turn) => turn.kind === "conforms").map(({ chart }) => chart);

export const deviationsOf = (turns: readonly Turn[]) => turns.filter((turn) => turn.kind === "deviates");
