/** Names, times and values as a person would say them. */
import { textOf } from "./values.ts";

/** Characters of a value that are told at most. */
const MAX_VALUE = 80;

/** An event's type in words: XState's own are `xstate.done.actor.0.fota.downloading`, which is `the end of downloading`. */
export function eventWords(type: string): string {
  if (type === "") return "nothing further (an eventless transition)";
  if (type === "xstate.init") return "its start";
  if (type === "xstate.stop") return "its end";
  const [, of, what, rest] = /^xstate\.(done|error|after|snapshot)\.(?:(actor|state)\.)?(.+)$/.exec(type) ?? [];
  if (of === undefined || rest === undefined) return type;
  if (of === "after") {
    const [, delay, node] = /^([^.]+)\.(.+)$/.exec(rest) ?? [];
    if (delay === undefined || node === undefined) return `the delay ${rest}`;
    return `${/^\d+(?:\.\d+)?$/.test(delay) ? durationWords(Number(delay)) : `the delay ${delay}`} in ${lastName(node)}`;
  }
  const name = lastName(rest);
  if (of === "done") return what === "state" ? `the final state of ${name}` : `the end of ${name}`;
  return of === "error" ? `an error of ${name}` : `news of ${name}`;
}

/** The last name of a path: `transferring` of `alive.work.transferring`. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** `350 ms`, `4.2 s`, `10 min`, `58 min 27 s`, `2 h 5 min`, `3 d 4 h`. */
export function durationWords(ms: number): string {
  if (!Number.isFinite(ms)) return "for ever";
  if (ms < 0) return `${durationWords(-ms)} ago`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 86_400) return pair(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
  return pair(Math.floor(whole / 86_400), "d", Math.floor((whole % 86_400) / 3600), "h");
}

function pair(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** A value in one short line. */
export function valueWords(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : value === undefined ? "not set" : textOf(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text;
}

/** What an event brings that says how something came out: `failed, badCertificate`; undefined where nothing does. */
export function outcomeWords(fields: unknown): string | undefined {
  if (typeof fields !== "object" || fields === null) return undefined;
  const { output, error, reason, failure, kind, code, detail, problems } = fields as Record<string, unknown>;
  if (error !== undefined) return messageOf(error);
  if (output !== undefined) return typeof output === "object" ? outcomeWords(output) : textOf(output);
  const listed = Array.isArray(problems) ? problems : [];
  const said = [kind, failure, reason, code, detail, ...listed].filter(
    (one) => (typeof one === "string" && one !== "") || typeof one === "number",
  );
  return said.length === 0 ? undefined : said.join(", ");
}

/** An error as the emitter or a record tells it. */
export function messageOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  return typeof error === "string" ? error : valueWords(error);
}

/** XState calls what a state invokes `carrier/fota/0.fota.downloading.transferring`, unless it has an id of its own. */
export function invokedIn(key: string): { readonly parent: string; readonly state: string } | undefined {
  const [, parent, state] = /^(.+)\/\d+\.(?:[^/]*\.)?([^./]+)$/.exec(key) ?? [];
  return parent === undefined || state === undefined ? undefined : { parent, state };
}

/** An actor by its key. */
export function actorWords(key: string): string {
  const invoked = invokedIn(key);
  return invoked === undefined ? key : `what ${invoked.parent} invoked in ${invoked.state}`;
}

/** How a sentence of ours may begin; names of actors keep their case. */
const BEGINS =
  /^(?:the|it|that|before|because|shortly|somebody|a|an|keys|what|nobody|no|who|nothing|there|management server)\b/;

/** As a sentence begins. */
export function capitalised(text: string): string {
  return BEGINS.test(text) ? `${text.slice(0, 1).toUpperCase()}${text.slice(1)}` : text;
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(items: readonly string[], joint = "and"): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} ${joint} ${items.at(-1)}`;
}
