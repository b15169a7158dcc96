/**
 * A semantic event in the words of an edition: what the application is told (Nordic `lwm2m_carrier.h`).
 * The result is also what a record of kind `event` holds.
 */
import type { Edition, ErrorWord, PayloadField } from "../edition.ts";
import { DEFERRED_REASONS, ERRNO, type ErrnoName, type SemanticEvent } from "../semanticEvent.ts";

/** What the application gets. Which payload fields there are is the edition's word on the event. */
export interface SpokenEvent {
  /** `LWM2M_CARRIER_EVENT_REGISTERED` */
  readonly name: string;
  readonly number: number;
  readonly payload?: SpokenPayload;
}

export interface SpokenPayload {
  /** Error: its number. Firmware update: 0 modem delta, 1 application. */
  readonly type?: number;
  /** Error: `LWM2M_CARRIER_ERROR_FOTA_FAIL`. Deferral: `LWM2M_CARRIER_DEFERRED_PDN_ACTIVATE`. Domain: `RESET_LOOP`. */
  readonly name?: string;
  /** Error: a negative errno, the modem's own error number, or 0. */
  readonly value?: number;
  /** Error: name of the errno, when `value` is one. */
  readonly errno?: ErrnoName;
  /** Deferral: its number. */
  readonly reason?: number;
  /** Deferral: seconds until the next attempt; 0 when there is none. */
  readonly timeout?: number;
  /** Firmware update: where the image comes from. */
  readonly uri?: string;
  /** Modem domain event: 0 overheated, 1 battery low, 2 reset loop. */
  readonly domain?: number;
  /** APP_DATA: 0 write, 1 observation starts, 2 observation stops. */
  readonly operation?: number;
  readonly path?: string;
  readonly buffer?: Uint8Array;
}

const IMAGE_TYPES = { modem: 0, application: 1 } as const;
const DOMAINS = { overheated: "ME_OVERHEATED", batteryLow: "ME_BATTERY_LOW", resetLoop: "RESET_LOOP" } as const;
const DOMAIN_NUMBERS = { overheated: 0, batteryLow: 1, resetLoop: 2 } as const;
const OPERATIONS = { write: 0, observeStart: 1, observeStop: 2 } as const;

/** What `event` is called in `edition`; undefined when that edition does not tell it. */
export function speak(edition: Edition, event: SemanticEvent): SpokenEvent | undefined {
  const word = edition.events[event.type];
  if (word === undefined) return undefined;
  const fields: readonly PayloadField[] = word.payload ?? [];
  const spoken = { name: `LWM2M_CARRIER_EVENT_${word.name}`, number: word.number };
  if (fields.length === 0) return spoken;
  const payload = payloadOf(edition, event, fields);
  return payload && { ...spoken, payload };
}

function payloadOf(edition: Edition, event: SemanticEvent, fields: readonly PayloadField[]): SpokenPayload | undefined {
  const has = (field: PayloadField) => fields.includes(field);
  switch (event.type) {
    case "deferred": {
      const reason = edition.deferredInstead?.[event.reason] ?? event.reason;
      return {
        ...(has("reason") && { reason: DEFERRED_REASONS.indexOf(reason), name: `LWM2M_CARRIER_DEFERRED_${reason}` }),
        ...(has("timeout") && { timeout: event.timeoutSeconds }),
      };
    }
    case "fota.started":
      return {
        ...(has("type") && { type: IMAGE_TYPES[event.image] }),
        ...(has("uri") && { uri: event.uri }),
      };
    case "modem.domain":
      return { domain: DOMAIN_NUMBERS[event.event], name: DOMAINS[event.event] };
    case "app.data":
      // An edition whose APP_DATA is a bare buffer cannot tell that an observation starts or stops.
      if (event.operation !== "write" && !has("operation")) return undefined;
      return {
        ...(has("operation") && { operation: OPERATIONS[event.operation] }),
        ...(has("path") && { path: event.path }),
        ...(has("buffer") && { buffer: event.data }),
      };
    case "error": {
      const word = edition.errors[event.error];
      return (
        word && {
          type: word.number,
          name: `LWM2M_CARRIER_ERROR_${word.name}`,
          ...(has("value") && errorValue(word, event)),
        }
      );
    }
    default:
      return {};
  }
}

function errorValue(word: ErrorWord, event: Extract<SemanticEvent, { type: "error" }>): SpokenPayload {
  if (word.value === undefined) return { value: 0 };
  if (word.value === "modem") return { value: event.modemError ?? 0 };
  const errno = word.value === "errno" ? event.errno : word.value;
  return errno === undefined ? { value: 0 } : { value: -ERRNO[errno], errno };
}
