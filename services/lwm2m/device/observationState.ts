/** What of one server's observations survives a restart, as plain data. The store turns octets into text. */
import { CODE, codeClass } from "../../coap/codes.ts";
import type { OutgoingResponse } from "../../coap/types.ts";
import { Lwm2mError } from "../errors.ts";
import { formatPath, parsePath } from "../path.ts";
import type { StoredNotification } from "./notificationQueue.ts";
import type { ObserveTarget } from "./observeTarget.ts";

export interface ObservationState {
  readonly observations: readonly StoredObservation[];
  /** Notifications that wait for the server, oldest first. */
  readonly waiting: readonly StoredNotification[];
  /** The server was disabled: its observations go on when it is registered with anew. */
  readonly paused: boolean;
}

interface StoredObservation extends Omit<ObserveTarget, "paths"> {
  readonly token: Uint8Array;
  readonly paths: readonly string[];
}

export interface KnownObservation {
  readonly token: Uint8Array;
  readonly target: ObserveTarget;
}

const MAX_CODE = 0xff;
const MAX_CONTENT_FORMAT = 0xffff;

export function storedObservation({ token, target }: KnownObservation): StoredObservation {
  return { ...target, token, paths: target.paths.map(formatPath) };
}

export function storedNotification({ token, response }: StoredNotification): StoredNotification {
  return { token, response };
}

/** The observations of a state; what is none is left out. */
export function* restoredObservations(state: ObservationState): Generator<KnownObservation> {
  for (const stored of listOf<StoredObservation>(state?.observations)) {
    if (!isToken(stored?.token)) continue;
    const target = restoredTarget(stored);
    if (target !== undefined) yield { token: stored.token, target };
  }
}

/** The notifications of a state; what is none is left out. */
export function* restoredNotifications(state: ObservationState): Generator<StoredNotification> {
  for (const stored of listOf<StoredNotification>(state?.waiting)) {
    if (!isToken(stored?.token)) continue;
    const response = restoredResponse(stored.response);
    if (response !== undefined) yield { token: stored.token, response };
  }
}

function restoredTarget({ paths, composite, accept, contentFormat, payload }: StoredObservation) {
  try {
    const parsed = listOf<string>(paths).map(parsePath);
    if (parsed.length === 0) return undefined;
    return {
      paths: parsed,
      composite: composite === true,
      ...(isContentFormat(accept) && { accept }),
      ...(isContentFormat(contentFormat) && { contentFormat }),
      ...(payload instanceof Uint8Array && { payload }),
    };
  } catch (error) {
    if (error instanceof Lwm2mError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function listOf<Item>(value: readonly Item[] | undefined): readonly Item[] {
  return Array.isArray(value) ? value : [];
}

function isToken(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length <= 8;
}

/** What a notification says: 2.05 with what a Read gives, or an error (RFC 7641 §4.2). */
function restoredResponse(stored: OutgoingResponse | undefined): OutgoingResponse | undefined {
  const { code, contentFormat, payload } = stored ?? {};
  if (!isNotificationCode(code)) return undefined;
  if (contentFormat !== undefined && !isContentFormat(contentFormat)) return undefined;
  if (payload !== undefined && !(payload instanceof Uint8Array)) return undefined;
  return { code, ...(contentFormat !== undefined && { contentFormat }), ...(payload !== undefined && { payload }) };
}

function isNotificationCode(value: unknown): value is number {
  if (!isWhole(value, MAX_CODE)) return false;
  return value === CODE.CONTENT || codeClass(value) === 4 || codeClass(value) === 5;
}

function isContentFormat(value: unknown): value is number {
  return isWhole(value, MAX_CONTENT_FORMAT);
}

function isWhole(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
