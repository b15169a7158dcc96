/** What of one server's observations survives a restart, as plain data. The store turns octets into text. */
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

export function storedObservation({ token, target }: KnownObservation): StoredObservation {
  return { ...target, token, paths: target.paths.map(formatPath) };
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
    if (isToken(stored?.token) && isResponse(stored.response)) yield stored;
  }
}

function restoredTarget({ paths, composite, accept, contentFormat, payload }: StoredObservation) {
  try {
    const parsed = listOf<string>(paths).map(parsePath);
    if (parsed.length === 0) return undefined;
    return {
      paths: parsed,
      composite: composite === true,
      ...(typeof accept === "number" && { accept }),
      ...(typeof contentFormat === "number" && { contentFormat }),
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

function isResponse(value: OutgoingResponse | undefined): boolean {
  return typeof value?.code === "number" && (value.payload === undefined || value.payload instanceof Uint8Array);
}
