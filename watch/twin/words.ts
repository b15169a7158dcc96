/** Everything that an edition can tell, as it would be observed. */
import type { Edition } from "../../machines/edition.ts";
import { speak } from "../../machines/editions/speak.ts";
import {
  DEFERRED_REASONS,
  type ErrorKind,
  type SemanticEvent,
  type SemanticEventType,
} from "../../machines/semanticEvent.ts";
import { EVENT_PREFIX, isIncidental, type ObservedEvent } from "../observedEvent.ts";

/** An event of which nothing but its name was seen; undefined when the edition does not tell it. */
export function observedAs(edition: Edition, semantic: SemanticEventType): ObservedEvent | undefined {
  const word = edition.events[semantic];
  return word && { semantic, name: EVENT_PREFIX + word.name, number: word.number };
}

/** What the charts tell, as it would be observed. */
export function observationOf(edition: Edition, told: SemanticEvent): ObservedEvent | undefined {
  const spoken = speak(edition, told);
  return spoken && { semantic: told.type, ...spoken };
}

/** One of each kind, each deferral and each error, but for those that may come at any time. */
export function vocabularyOf(edition: Edition): readonly ObservedEvent[] {
  const plain = (Object.keys(edition.events) as SemanticEventType[])
    .filter((type) => type !== "deferred" && type !== "error")
    .map((type) => observedAs(edition, type));
  const deferrals = DEFERRED_REASONS.filter((reason) => reason !== "NO_REASON").map((reason) => {
    const { payload, ...event } = observationOf(edition, { type: "deferred", reason, timeoutSeconds: 0 })!;
    return { ...event, payload: { name: payload!.name!, reason: payload!.reason! } };
  });
  const errors = (Object.keys(edition.errors) as ErrorKind[]).map((error) => {
    const { payload, ...event } = observationOf(edition, { type: "error", error })!;
    return { ...event, payload: { type: payload!.type!, name: payload!.name! } };
  });
  const all = [...plain, ...deferrals, ...errors].filter((event) => event !== undefined);
  const distinct = new Map(all.map((event) => [`${event.name} ${event.payload?.name ?? ""}`, event]));
  return [...distinct.values()].filter((event) => !isIncidental(edition, event));
}
