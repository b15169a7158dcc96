/**
 * What a line of a device's output tells of an event, before it is known which edition of the library says so: in the
 * words of each edition that could.
 */
import type { Edition } from "../machines/edition.ts";
import { EDITIONS, type EditionId } from "../machines/editions/index.ts";
import type { SpokenPayload } from "../machines/editions/speak.ts";
import {
  DEFERRED_REASONS,
  type DeferredReason,
  ERRNO,
  type ErrnoName,
  type SemanticEventType,
} from "../machines/semanticEvent.ts";
import { DEFERRED_PREFIX, ERROR_PREFIX, EVENT_PREFIX, type ObservedEvent } from "./observedEvent.ts";

export interface Sighting {
  /** By edition; at least one. */
  readonly readings: ReadonlyMap<EditionId, ObservedEvent>;
  /** `#XCARRIEREVT`: 0, or negative when the Serial Modem's host has to do it. */
  readonly status?: number;
}

/** What was told beside an event's name. */
export type Details =
  | { readonly kind: "none" }
  | { readonly kind: "deferral"; readonly reason: DeferredReason; readonly timeoutSeconds: number }
  /** `name` is that of the edition, without prefix. */
  | { readonly kind: "error"; readonly nameIn: (edition: Edition) => ErrorName | undefined; readonly value: number }
  | { readonly kind: "data"; readonly operation?: 0 | 1 | 2; readonly path: string; readonly data?: Uint8Array };

export interface ErrorName {
  readonly number: number;
  readonly name: string;
}

/** Editions from the newest. */
export const NEWEST_FIRST: readonly EditionId[] = (Object.keys(EDITIONS) as EditionId[]).toReversed();

/** The event of that name (without prefix) in each edition that has it and could tell these details of it. */
export function readingsOf(
  name: string,
  details: Details = { kind: "none" },
  among: readonly EditionId[] = NEWEST_FIRST,
): ReadonlyMap<EditionId, ObservedEvent> {
  const readings = new Map<EditionId, ObservedEvent>();
  for (const id of among) {
    const reading = readingIn(EDITIONS[id], name, details);
    if (reading !== undefined) readings.set(id, reading);
  }
  return readings;
}

function readingIn(edition: Edition, name: string, details: Details): ObservedEvent | undefined {
  const found = Object.entries(edition.events).find(([, word]) => word.name === name);
  if (found === undefined) return undefined;
  const [semantic, { number }] = found;
  const event = { semantic: semantic as SemanticEventType, name: EVENT_PREFIX + name, number };
  if (details.kind === "none") return event;
  const payload = payloadIn(edition, details);
  return payload && { ...event, payload };
}

function payloadIn(edition: Edition, details: Exclude<Details, { kind: "none" }>): SpokenPayload | undefined {
  switch (details.kind) {
    case "deferral": {
      const { reason, timeoutSeconds } = details;
      if (edition.deferredInstead?.[reason] !== undefined) return undefined;
      return { reason: DEFERRED_REASONS.indexOf(reason), name: DEFERRED_PREFIX + reason, timeout: timeoutSeconds };
    }
    case "error": {
      const error = details.nameIn(edition);
      if (error === undefined) return undefined;
      const errno = errnoOf(details.value);
      const told = { type: error.number, name: ERROR_PREFIX + error.name, value: details.value };
      return errno === undefined ? told : { ...told, errno };
    }
    case "data": {
      const { operation, path, data } = details;
      const fields = edition.events["app.data"]?.payload ?? [];
      if (operation !== undefined && operation !== 0 && !fields.includes("operation")) return undefined;
      return {
        ...(operation !== undefined && fields.includes("operation") && { operation }),
        path,
        ...(data !== undefined && { buffer: data }),
      };
    }
  }
}

/** The error by the number that the edition gives it. */
export function errorByNumber(edition: Edition, number: number): ErrorName | undefined {
  return Object.values(edition.errors).find((word) => word.number === number);
}

function errnoOf(value: number): ErrnoName | undefined {
  return (Object.keys(ERRNO) as ErrnoName[]).find((name) => ERRNO[name] === -value);
}
