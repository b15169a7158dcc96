/** `#XCARRIEREVT` of a Serial Modem, as an event in the words of the editions that its numbers belong to. */
import type { EditionId } from "../machines/editions/index.ts";
import { DEFERRED_REASONS } from "../machines/semanticEvent.ts";
import { type CarrierEvent, type CarrierVocabulary, parseCarrierEvent } from "../modem/at/carrier/events.ts";
import type { ObservedEvent } from "./observedEvent.ts";
import { type Details, errorByNumber, readingsOf, type Sighting } from "./sighting.ts";

/** The edition that each of the two generations of numbers is known to belong to. */
const EDITION_OF: Readonly<Record<CarrierVocabulary, EditionId>> = { new: "3.6", old: "3.3" };

/** @param payload the octets that came after the line, for APP_DATA. */
export function readCarrierNotification(line: string, payload?: Uint8Array): Sighting | undefined {
  const readings = new Map<EditionId, ObservedEvent>();
  let status: number | undefined;
  for (const vocabulary of ["new", "old"] as const) {
    const event = parseCarrierEvent(vocabulary, line, payload);
    const details = event && detailsOf(event);
    if (event === undefined || details === undefined) continue;
    if (event.form === "status") status = event.status;
    const id = EDITION_OF[vocabulary];
    const reading = readingsOf(event.name, details, [id]).get(id);
    if (reading !== undefined) readings.set(id, reading);
  }
  return readings.size === 0 ? undefined : { readings, ...(status !== undefined && { status }) };
}

function detailsOf(event: CarrierEvent): Details | undefined {
  switch (event.form) {
    case "status":
      return { kind: "none" };
    case "deferral": {
      const reason = DEFERRED_REASONS[event.reason];
      return reason && { kind: "deferral", reason, timeoutSeconds: event.timeoutSeconds };
    }
    case "error":
      return { kind: "error", nameIn: (edition) => errorByNumber(edition, event.type), value: event.value };
    default: {
      const { operation, path, data } = event;
      return { kind: "data", operation, path, ...(data !== undefined && { data }) };
    }
  }
}
