/** An event of the carrier library, as a device that runs it was seen to tell it. */
import type { Edition } from "../machines/edition.ts";
import { type SpokenEvent, speak } from "../machines/editions/speak.ts";
import {
  DEFERRED_REASONS,
  type DeferredReason,
  type ErrorKind,
  type SemanticEvent,
  type SemanticEventType,
} from "../machines/semanticEvent.ts";

/** In the words of an edition, as far as the device's output told them: payload fields may be missing. */
export interface ObservedEvent extends SpokenEvent {
  readonly semantic: SemanticEventType;
}

export const EVENT_PREFIX = "LWM2M_CARRIER_EVENT_";
export const DEFERRED_PREFIX = "LWM2M_CARRIER_DEFERRED_";
export const ERROR_PREFIX = "LWM2M_CARRIER_ERROR_";

/** The statecharts' `told`, in the edition's words, is what was observed. */
export function isTold(edition: Edition, told: SemanticEvent, observed: ObservedEvent): boolean {
  if (told.type !== observed.semantic) return false;
  const spoken = speak(edition, told);
  if (spoken === undefined) return false;
  const { name, timeout } = observed.payload ?? {};
  if (told.type === "deferred" && timeout !== undefined && (timeout === 0) !== (told.timeoutSeconds === 0))
    return false;
  if (told.type !== "deferred" && told.type !== "error") return true;
  return name === undefined || isBeyondCharts(observed) || spoken.payload?.name === name;
}

/** Reasons that the statecharts have no step for: they are taken for a session that could not be opened. */
const BEYOND_CHARTS: readonly DeferredReason[] = ["NO_REASON", "SIM_MSISDN"];

function isBeyondCharts({ semantic, payload }: ObservedEvent): boolean {
  return semantic === "deferred" && BEYOND_CHARTS.some((reason) => payload?.name === DEFERRED_PREFIX + reason);
}

/** Deferral reasons that the edition tells in these words; all when the device did not say. */
export function reasonsOf(edition: Edition, { semantic, payload }: ObservedEvent): readonly DeferredReason[] {
  if (semantic !== "deferred") return [];
  return DEFERRED_REASONS.filter((reason) => {
    const said = edition.deferredInstead?.[reason] ?? reason;
    return payload?.name === undefined || payload.name === DEFERRED_PREFIX + said;
  });
}

/** What the error may be, by its name; by its value too where that tells them apart. */
export function errorsOf(edition: Edition, { semantic, payload }: ObservedEvent): readonly ErrorKind[] {
  if (semantic !== "error") return [];
  const kinds = (Object.keys(edition.errors) as ErrorKind[]).filter(
    (kind) => payload?.name === undefined || payload.name === ERROR_PREFIX + edition.errors[kind]!.name,
  );
  const exact = kinds.filter((kind) => payload?.errno !== undefined && edition.errors[kind]!.value === payload.errno);
  return exact.length > 0 ? exact : kinds;
}

/** An event that may come at any time, whatever the library is doing. */
export function isIncidental(edition: Edition, observed: ObservedEvent): boolean {
  if (observed.semantic === "error") {
    const kinds = errorsOf(edition, observed);
    return kinds.every((kind) => kind === "configuration" || kind === "run");
  }
  return (
    observed.semantic === "modem.domain" || observed.semantic === "app.data" || observed.semantic === "errorCodes.reset"
  );
}
