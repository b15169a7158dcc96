/** What is written on the statechart: events, guards, delays and invocations in as few words as say it. */
import type { EdgeDefinition, NodeDefinition } from "../../definition.ts";

const LONGEST = 32;

/** `link.isUp [isReady]`, `loadDevice done`, `after 5 s`, `[else]`. `earlier`: a guarded transition of the same event comes before. */
export function edgeText(edge: EdgeDefinition, source: NodeDefinition | undefined, earlier: boolean): string {
  return shortened(wholeEdgeText(edge, source, earlier));
}

/** The same, however long. */
export function wholeEdgeText(edge: EdgeDefinition, source: NodeDefinition | undefined, earlier: boolean): string {
  // Where a state or its history begins, nothing has to happen.
  if (edge.trigger === "initial") return "";
  const event = eventText(edge, source);
  const guard = edge.guard !== undefined ? `[${edge.guard}]` : earlier ? "[else]" : "";
  if (event === "") return guard === "" ? "always" : guard;
  return guard === "" ? event : `${event} ${guard}`;
}

export function eventText({ trigger, event, delay }: EdgeDefinition, source: NodeDefinition | undefined): string {
  if (trigger === "initial" || trigger === "always") return "";
  if (trigger === "after") return `after ${typeof delay === "number" ? durationText(delay) : (delay ?? event)}`;
  return eventName(event, source);
}

/** XState's own events in words: `xstate.done.actor.0.carrier.starting` is `loadDevice done`. */
export function eventName(event: string, source?: NodeDefinition): string {
  if (event === "xstate.init") return "start";
  if (event === "xstate.stop") return "stop";
  if (event.startsWith("xstate.done.state.")) return "done";
  if (event === "xstate.error.*") return "anything failed";
  const ended = /^xstate\.(done|error|snapshot)\.actor\.(.+)$/.exec(event);
  if (ended !== null) {
    const [, how, id] = ended as unknown as [string, keyof typeof ENDED, string];
    const invoke = source?.invokes?.find((one) => one.id === id);
    return `${invoke !== undefined && isGenerated(id) ? sourceName(invoke.src) : id} ${ENDED[how]}`;
  }
  const after = /^xstate\.after\.([^.]+)\./.exec(event);
  if (after !== null) return `after ${/^\d+$/.test(after[1]!) ? durationText(Number(after[1])) : after[1]}`;
  return event;
}

const ENDED = { done: "done", error: "failed", snapshot: "changed" } as const;

/** Name of what is invoked; one written inline has none. */
export function invokeText({ id, src }: { readonly id: string; readonly src: string }): string {
  const name = sourceName(src);
  return isGenerated(id) || id === name ? name : `${id}: ${name}`;
}

function sourceName(src: string): string {
  return src.startsWith("xstate.invoke.") || src === "" ? "inline" : src;
}

/** XState numbers invocations that have no id: `0.carrier.starting`. */
function isGenerated(id: string): boolean {
  return /^\d+\./.test(id);
}

export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 120) return `${trimmed(seconds)} s`;
  if (seconds < 7_200) return `${trimmed(seconds / 60)} min`;
  if (seconds < 172_800) return `${trimmed(seconds / 3_600)} h`;
  return `${trimmed(seconds / 86_400)} d`;
}

function trimmed(value: number): string {
  return (value < 10 ? value.toFixed(1) : value.toFixed(0)).replace(/\.0$/, "");
}

export function shortened(text: string, longest: number = LONGEST): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
